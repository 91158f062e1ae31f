/** `packages/sdk/src/remedies.ts`: what to do about each code, for a package without the schemas of the table. */
import { errorTable } from "@vendodev/domain/BrokerError"
import type { GeneratedFile } from "../generate.ts"

const text = `/** What to do about each code. Made by scripts/generators/remedies.ts from the error table; do not edit. */
import type { ErrorCode } from "@vendodev/domain/BrokerError"

// oxfmt-ignore
export const remedies: Readonly<Record<ErrorCode, string>> = {
${errorTable.map(({ code, remedy }) => `  ${code}: ${JSON.stringify(remedy)}`).join(",\n")}
}
`

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: "packages/sdk/src/remedies.ts", render: () => Promise.resolve(text) }
]
