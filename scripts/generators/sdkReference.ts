/** `docs/reference/sdk-promise.md` and `docs/reference/sdk-effect.md`: the SDKs, as their sources tell of them. */
import * as Errors from "@vendodev/effect"
import { join } from "node:path"
import type { GeneratedFile } from "../generate.ts"
import type { Declaration } from "../reference/declarations.ts"
import { type Package, referencePage } from "../reference/page.ts"

const root = join(import.meta.dirname, "../..")

export const promiseSdk: Package = {
  title: "Promise SDK",
  intro: `What \`@vendodev/sdk\` exports. [Quickstart](../quickstart-promise.md) ·
[Errors and what to do](../errors-and-what-to-do.md)`,
  entries: [
    { specifier: "@vendodev/sdk", file: "packages/sdk/src/index.ts" },
    { specifier: "@vendodev/sdk/testing", file: "packages/sdk/src/testing.ts" },
    { specifier: "@vendodev/sdk/reconciler", file: "packages/sdk/src/reconciler.ts" }
  ],
  errorColumns: ["Class", "Thrown when"],
  errorRow: ({ doc, name, text }) =>
    /^export class \w+ extends VendoError /.test(text) ? [`\`${name}\``, doc] : undefined
}

const errors = new Map<string, unknown>(Object.entries(Errors))

/** The fields that an error has besides `_tag` and `detail`. */
const fieldsOf = (name: string): string => {
  const found = errors.get(name)
  if (typeof found !== "function" || !("fields" in found)) return ""
  return Object.keys(Object(found.fields))
    .filter((field) => field !== "_tag" && field !== "detail")
    .map((field) => `\`${field}\``)
    .join(", ")
}

const taggedError = /^export class \w+ extends (?:row<\w+>|Schema\.TaggedError<\w+>)\(\)\(\s*"(\w+)"/

const effectErrorRow = ({ name, text }: Declaration): ReadonlyArray<string> | undefined => {
  const tag = taggedError.exec(text)?.[1]
  return tag === undefined ? undefined : [`\`${name}\``, `\`${tag}\``, fieldsOf(name)]
}

export const effectSdk: Package = {
  title: "Effect SDK",
  intro: `What \`@vendodev/effect\` exports. [Quickstart](../quickstart-effect.md) ·
[Errors and what to do](../errors-and-what-to-do.md)`,
  entries: [{ specifier: "@vendodev/effect", file: "packages/sdk-effect/src/index.ts" }],
  errorColumns: ["Class", "`_tag`", "Fields besides `detail`"],
  errorRow: effectErrorRow
}

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: "docs/reference/sdk-promise.md", render: () => Promise.resolve(referencePage(root, promiseSdk)) },
  { path: "docs/reference/sdk-effect.md", render: () => Promise.resolve(referencePage(root, effectSdk)) }
]
