/** `docs/errors-and-what-to-do.md`: each code as the two SDKs show it, and what a tool does about it. */
import { Failure, isPassing, type LocalCode } from "@vendodev/client/Failure"
import { BrokerError, type ErrorCode, rowOf } from "@vendodev/domain/BrokerError"
import { IdentityNotPresent, NotConnected, VendoOnlyFeature } from "@vendodev/effect"
import { classes } from "../../packages/sdk/src/VendoError.ts"
import type { GeneratedFile } from "../generate.ts"

/** What is known of a code besides how each SDK shows it. */
interface Told {
  readonly code: ErrorCode | LocalCode
  /** Nothing where there was no answer. */
  readonly status: string
  /** The class of the Effect SDK, whose `_tag` is the code. */
  readonly effectClass: string
  readonly when: string
  readonly remedy: string
}

/** What fails before a request is sent has no row in the table of the service. */
const local: Readonly<Record<LocalCode, Omit<Told, "code" | "status">>> = {
  vendo_only_feature: {
    effectClass: VendoOnlyFeature.name,
    when: "Something only the service can do was asked for in OSS mode.",
    remedy: "Set `VENDO_API_KEY`, or do without."
  },
  identity_not_present: {
    effectClass: IdentityNotPresent.name,
    when: "`forRequest` found no `X-Vendo-User-JWT`, or `forUser` was given a blank token.",
    remedy: "Answer 401: the request did not come from a signed-in user. Never act as the tool itself instead."
  },
  not_connected: {
    effectClass: NotConnected.name,
    when: "In OSS mode no variable holds a token for the slug.",
    remedy: "Set the variable that the message names."
  }
}

const localCodes: ReadonlyArray<LocalCode> = ["vendo_only_feature", "identity_not_present", "not_connected"]

export const told: ReadonlyArray<Told> = [
  ...BrokerError.members.map((row) => {
    const { code, remedy, status, when } = rowOf(row)
    return { code, status: String(status), effectClass: row.name, when, remedy }
  }),
  ...localCodes.map((code) => ({ code, status: "", ...local[code] }))
]

const isRetried = (code: string) => isPassing(new Failure({ code, detail: "" }))

const cell = (text: string) => text.replaceAll("|", "\\|")

const line = ({ code, effectClass, remedy, status, when }: Told) =>
  `| \`${code}\` | ${status} | \`${classes[code].name}\` | \`${effectClass}\` | ${isRetried(code) ? "once" : "no"} | ${cell(when)} | ${cell(remedy)} |`

export const sdkErrorsPage = (
  rows: ReadonlyArray<Told>
): string => `<!-- Made by \`pnpm generate\` from scripts/generators/sdkErrorsPage.ts, which has the prose, and from the error table. -->

# Errors and what to do

The SDKs report the codes of [the service's table](reference/errors.md), each in its own way. The Promise SDK throws a
subclass of \`VendoError\` for each thing a caller does about it; the exact code is in \`error.code\`. The Python SDK raises
the same classes, whose fields have names in snake case (\`connect_url\`), and a traceback ends with what to do. The Effect SDK
fails with one class a code, whose \`_tag\` is the code. No message holds a key or a token.

## What a tool does

- **Somebody must connect or authorise an account:** \`NotConnected\`, \`NeedsReauth\`. Show the person \`connectUrl\` and stop.
  Asking again without them can not help, and the SDKs do not.
- **It will pass:** \`UpstreamError\`. The SDK has asked twice by then. Wait for \`retryAfter\` seconds, if they are said, or
  answer 503 with \`Retry-After\` and let the caller come back.
- **Too much at once:** \`RateLimited\`, \`SpendCapExceeded\`. Wait for \`retryAfter\` seconds. Sooner, each attempt is refused.
- **Nobody said for whom:** \`IdentityNotPresent\`, and \`AuthError\` with the code \`identity_invalid\`. Answer 401. Do not fall
  back to a client without a user: it would act as the tool itself.
- **Everything else** is for whoever runs the tool: a key that is wrong, a slug that is misspelt, a setting. Log \`code\`,
  \`message\` and \`requestId\`; the operator finds the request by the last.

A call that its own \`AbortSignal\` ended throws the reason of the signal, as \`fetch\` does, and no \`VendoError\`.

With promises:

\`\`\`ts
try {
  return await vendo.token("notion")
} catch (error) {
  if (error instanceof NotConnected || error instanceof NeedsReauth) return showLink(error.connectUrl)
  if (error instanceof UpstreamError) return comeBackIn(error.retryAfter ?? 5)
  throw error
}
\`\`\`

In Python:

\`\`\`py
try:
    return vendo.token("notion")
except (NotConnected, NeedsReauth) as error:
    return show_link(error.connect_url)
except UpstreamError as error:
    return come_back_in(error.retry_after or 5)
\`\`\`

With Effect:

\`\`\`ts
vendo.token("notion").pipe(
  Effect.catchTag(["binding_missing", "connection_revoked", "connection_needs_reauth"], (error) =>
    showLink(error.connect_url)
  ),
  Effect.catchTag(["upstream_error", "unavailable", "overloaded"], (error) => comeBackIn(error.retry_after ?? 5))
)
\`\`\`

A code that a release does not know, because the service is newer, is a plain \`VendoError\` with that code, and in the Effect
SDK \`UnknownCode\` with the tag \`unknown_code\`.

## Every code

*Asked again* is what a call of the SDK does by itself before it fails; \`VendoOptions.retry\`, in Python \`Vendo(retry=Retry(…))\`, changes how often. A stream of
events has more patience: it connects again until an answer says that it never will. An answer that is no answer of Vendo,
or none within the time-out, is \`upstream_error\` without a status.

| Code, and tag in Effect | Status | Promise SDK | Effect SDK | Asked again | When | What to do |
|---|---|---|---|---|---|---|
${rows.map(line).join("\n")}
`

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: "docs/errors-and-what-to-do.md", render: () => Promise.resolve(sdkErrorsPage(told)) }
]
