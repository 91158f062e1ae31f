/** `packages/sdk/conformance/vectors.schema.json`: what a conformance vector may say, for SDKs in other languages. */
import { Schema } from "effect"
import { Topic } from "@vendodev/testing/conformance/Vector"
import type { GeneratedFile } from "../generate.ts"

const { definitions, schema } = Schema.toJsonSchemaDocument(Topic, { onExcessProperty: "error" })
const document = { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema, $defs: definitions }

export const generators: ReadonlyArray<GeneratedFile> = [
  {
    path: "packages/sdk/conformance/vectors.schema.json",
    render: () => Promise.resolve(`${JSON.stringify(document, null, 2)}\n`)
  }
]
