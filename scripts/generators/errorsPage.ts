/** `docs/reference/errors.md`: the error table as a page, with answers as the service encodes them. */
import { globSync, readFileSync } from "node:fs"
import { STATUS_CODES } from "node:http"
import { join } from "node:path"
import { toWire } from "@vendodev/api/WireError"
import {
  AppUnknown,
  BrokerError,
  type BrokerErrorClass,
  ConnectionInUse,
  type ErrorCode,
  rowOf,
  TooLarge,
  Unavailable
} from "@vendodev/domain/BrokerError"
import { commonHeaders } from "@vendodev/server/Answer"
import type { GeneratedFile } from "../generate.ts"

const root = join(import.meta.dirname, "../..")

/** Which fault answers when a request has several: the earlier step. */
const precedence: ReadonlyArray<readonly [step: string, codes: ReadonlyArray<ErrorCode>]> = [
  ["the HTTP message and its headers", ["request_invalid", "too_large"]],
  ["load", ["overloaded"]],
  ["route", ["not_found"]],
  ["method", ["method_not_allowed"]],
  ["shape of the path, query, body and parameters", ["validation_failed", "too_large"]],
  ["form of the key or admin token", ["app_unknown", "session_required"]],
  ["database", ["unavailable"]],
  ["key or admin token", ["app_unknown", "app_revoked", "app_expired", "session_required"]],
  ["rate, of reports of refused tokens", ["rate_limited"]],
  ["user token", ["identity_invalid"]],
  ["integration", ["provider_unknown"]],
  ["binding", ["binding_missing"]],
  ["connection", ["connection_revoked", "connection_needs_reauth"]],
  ["profile and credential", ["profile_unsupported", "unavailable"]],
  ["upstream", ["upstream_error"]]
]

const examples: ReadonlyArray<readonly [caption: string, error: BrokerError]> = [
  [
    "A request without a key:",
    new AppUnknown({ detail: "send Authorization: Bearer <VENDO_API_KEY>", challenge: "none" })
  ],
  [
    "A bot token that another app of the same tenant uses:",
    new ConnectionInUse({
      detail: "this telegram credential is in use by support-bot; unbind it there first",
      bound_to: {
        app_id: "5c0f3f0e-2a1b-4c58-9d52-6d1f0b7a9e11",
        app_slug: "support-bot",
        app_name: "Support bot"
      }
    })
  ],
  [
    "The database is down:",
    new Unavailable({ detail: "the database can not be reached; retry in a moment", retry_after: 1 })
  ]
]

const exampleRequestId = "0b3c1c52-8f0e-4f0a-9a55-3f7f6d2f4a10"

const answer = (error: BrokerError): string => {
  const { body, headers, status } = toWire(error)
  const lines = Object.entries({
    ...headers,
    "content-type": "application/json",
    ...commonHeaders(exampleRequestId)
  }).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", JSON.stringify(body)].join("\n")
}

/** What nothing in the service constructs or sets is a promise of the contract that no request of today can meet. */
const source = globSync("packages/{broker,server}/src/**/*.ts", { cwd: root })
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n")

const unless = (today: boolean) => (today ? "" : " *(reserved)*")

/** Fields of an error that leave in a header; those without a name decide something else. */
const inHeader: Readonly<Record<string, string>> = {
  retry_after: "`Retry-After` header, when known",
  allow: "`Allow` header",
  challenge: "",
  part: ""
}

const extras = (row: BrokerErrorClass): string =>
  [
    ...(rowOf(row).status === 401 ? ["`WWW-Authenticate` header"] : []),
    ...Object.keys(row.fields)
      .filter((field) => field !== "_tag" && field !== "detail")
      .map((field) => inHeader[field] ?? `\`${field}\`${unless(new RegExp(`\\b${field}\\b`).test(source))}`)
  ]
    .filter((text) => text !== "")
    .join(", ")

/** A row of the page. */
export interface ErrorRow {
  readonly code: ErrorCode
  readonly reserved: string
  readonly status: string
  readonly when: string
  readonly remedy: string
  readonly extras: string
}

export const rows: ReadonlyArray<ErrorRow> = BrokerError.members.map((row) => {
  const { code, remedy, status, when } = rowOf(row)
  const other = code === "too_large" ? [toWire(new TooLarge({ detail: "", part: "headers" })).status] : []
  return {
    code,
    reserved: unless(source.includes(`new ${row.name}(`)),
    status: [status, ...other].join(", "),
    when,
    remedy,
    extras: extras(row)
  }
})

const cell = (text: string) => text.replaceAll("|", "\\|")

const line = ({ code, extras, remedy, reserved, status, when }: ErrorRow) =>
  `| \`${code}\`${reserved} | ${status} | ${cell(when)} | ${cell(remedy)} | ${extras} |`

const codes = (list: ReadonlyArray<ErrorCode>) => list.map((code) => `\`${code}\``).join(", ")

/** The page for a table of errors; the text in between is the same for any. */
export const errorsPage = (
  rows: ReadonlyArray<ErrorRow>
): string => `<!-- Made from packages/domain/src/BrokerError.ts by \`pnpm generate\`. Edit that file. -->

# Errors

Every answer that is not a success carries a code in the \`Vendo-Error-Code\` header, on every surface, including answers
to requests that could not be parsed. Match on the code; the prose may change, a code does not.

The body is JSON: \`error\` is the code in words, \`detail\` one sentence for whoever has to act. Other fields appear only
where the last column names them. None of it repeats a secret.

Every answer, success or not, has these headers:

${Object.entries(commonHeaders("…"))
  .map(([name, value]) => `- \`${name}: ${value}\``)
  .join("\n")}

\`x-request-id\` is made by the service, new for each request. The audit record of the request holds it, and so does the line
a defect leaves in the log.

## The table

| Code | Status | When | What to do | Extra |
|---|---|---|---|---|
${rows.map(line).join("\n")}

What is *reserved* is part of the contract; nothing in this build answers or sets it.

## When several things are wrong

The earliest of these answers:

${precedence.map(([step, list], index) => `${index + 1}. ${step}: ${codes(list)}`).join("\n")}

The management API goes from the admin token straight to the object that was asked for (\`not_found\`), and then to what the
change runs into: \`validation_failed\`, \`provider_unknown\`, \`conflict\`, \`connection_in_use\`, \`connection_revoked\`,
\`forbidden\`. What an app asks on its own behalf refuses the key of one connection (\`forbidden\`) after the user and before
the provider. A defect answers \`internal_error\` wherever it happens.

## Examples

${examples.map(([caption, error]) => `${caption}\n\n\`\`\`http\n${answer(error)}\n\`\`\``).join("\n\n")}
`

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: "docs/reference/errors.md", render: () => Promise.resolve(errorsPage(rows)) }
]
