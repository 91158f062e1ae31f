/** `docs/reference/vendo.schema.json`: what `vendo.yaml` may say, for editors. */
import { jsonSchema } from "@vendodev/manifest/jsonSchema"
import type { GeneratedFile } from "../generate.ts"

export const generators: ReadonlyArray<GeneratedFile> = [
  {
    path: "docs/reference/vendo.schema.json",
    render: () => Promise.resolve(`${JSON.stringify(jsonSchema, null, 2)}\n`)
  }
]
