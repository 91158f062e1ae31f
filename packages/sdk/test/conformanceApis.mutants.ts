import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const bulk = { file: "packages/client/src/bulk.ts", test }
const connections = { file: "packages/client/src/Connections.ts", test }
const wire = { file: "packages/client/src/wireConnection.ts", test }
const integrations = { file: "packages/client/src/Integrations.ts", test }
const connect = { file: "packages/client/src/ConnectSessions.ts", test }
const billing = { file: "packages/client/src/Billing.ts", test }
const webhooks = { file: "packages/client/src/verifyWebhook.ts", test }
const present = { file: "packages/sdk/src/present.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...bulk,
    control: "an answer holds what it says itself alone",
    find: "Object.hasOwn(tokens, slug) ? tokens[slug] : undefined",
    replace: "tokens[slug]",
    name: "null is for each the service says nothing about"
  },
  {
    ...connections,
    control: "a list is not kept",
    find: "timeToLive: () => Duration.zero",
    replace: "timeToLive: () => Duration.infinity",
    name: "a list is not kept"
  },
  {
    ...connections,
    control: "who lists at the same time shares one request",
    find: "Cache.get(asked, user)",
    replace: "Effect.andThen(Cache.invalidate(asked, user), Cache.get(asked, user))",
    name: "who lists at the same time shares one request"
  },
  {
    ...connections,
    control: "a list is that of its user",
    find: "Effect.provideService(UserJwt, user)",
    replace: "Effect.provideService(UserJwt, Option.none())",
    name: "the connections of a user are not those of the deployment"
  },
  {
    ...connections,
    control: "a sandbox says so",
    find: `settings.sandbox ? "?sandbox=1" : ""`,
    replace: `""`,
    name: "in a sandbox exclusive credentials are not asked for"
  },
  {
    ...wire,
    control: "a credential is no metadata",
    find: "const { credential, ...metadata } = wire.metadata",
    replace: `const metadata = wire.metadata
  const credential = metadata["credential"]`,
    name: "the credential stands beside the metadata and not in it"
  },
  {
    ...wire,
    control: "what was found is kept",
    find: "context: wire.context ?? null",
    replace: "context: null",
    name: "what was found when an account was connected is kept as it is"
  },
  {
    ...integrations,
    control: "only an unknown provider is null",
    find: `({ code }) => code === "provider_unknown"`,
    replace: "({ status }) => status === 404",
    name: "a page that is not found is no missing integration"
  },
  {
    ...integrations,
    control: "an unknown provider is null",
    find: `code === "provider_unknown"`,
    replace: `code === "not_found"`,
    name: "an integration that is not in the catalog is null"
  },
  {
    ...integrations,
    control: "a slug that is none is not sent",
    find: "isLocal || !isSlug(slug)",
    replace: "isLocal",
    name: "a slug that is none is no integration, and nothing is sent"
  },
  {
    ...connect,
    control: "a key in the place of a slug is not sent",
    find: "if (!isSlug(slug)) return yield* notSlug",
    replace: "",
    name: "a key in the place of a slug opens no connect session"
  },
  {
    ...connect,
    control: "a place to return to is an address",
    find: "!URL.canParse(returnTo)",
    replace: `returnTo === ""`,
    name: "a place to return to that is no address is refused, and nothing is sent"
  },
  {
    ...connect,
    control: "a connect URL is an address",
    find: "isString(value) && URL.canParse(value)",
    replace: "isString(value)",
    name: "a connect session without an address is UpstreamError"
  },
  {
    ...connect,
    control: "a connect session knows its state",
    find: "return_to: returnTo, state }",
    replace: "return_to: returnTo }",
    name: "a connect session knows where to return to, and with what"
  },
  {
    ...billing,
    control: "use is asked for by its period",
    find: "usage?period=${period}",
    replace: "usage?period=month",
    name: "use is told by day"
  },
  {
    ...billing,
    control: "money is a number",
    find: "credits_remaining_micros: isNumber",
    replace: "credits_remaining_micros: (value): value is number => value !== null",
    name: "billing that can not be understood is UpstreamError"
  },
  {
    ...webhooks,
    control: "an event is of now",
    find: "maxAge = Duration.seconds(300)",
    replace: "maxAge = Duration.seconds(3000)",
    name: "an event of five minutes ago is refused"
  },
  {
    ...webhooks,
    control: "an event is not from the future",
    find: "Math.abs(",
    replace: "(",
    name: "an event from the future is refused"
  },
  {
    ...webhooks,
    control: "the timestamp is signed",
    find: "signature, `${timestamp}.${body}`",
    replace: "signature, `1777708800.${body}`",
    name: "an event of another timestamp is refused"
  },
  {
    ...webhooks,
    control: "a signature has one form",
    find: "/^[0-9a-f]{64}$/",
    replace: "/^[0-9a-f]{64}$/i",
    name: "a signature in capitals is none"
  },
  {
    ...webhooks,
    control: "a signature is checked",
    find: `crypto.subtle.verify("HMAC", key, claimed, bytes(signed))`,
    replace: `Promise.resolve(claimed.length === 32 && key !== undefined && signed !== "")`,
    name: "an event of another secret is refused"
  },
  {
    ...webhooks,
    control: "a secret that is said comes first",
    find: "Option.isSome(said) ? said :",
    replace: "",
    name: "a secret that is said wins over the variable"
  },
  {
    ...webhooks,
    control: "a blank secret is none",
    find: `Redacted.value(secret).trim() !== ""`,
    replace: "true",
    name: "a blank secret that is said is one that is not"
  },
  {
    ...webhooks,
    control: "a signed body is an event",
    find: "Option.filter(parseJson(body), isEvent)",
    replace: "Option.some({ ...JSON.parseJson(body) })",
    name: "signed JSON that is no event is none"
  },
  {
    ...present,
    control: "a time is text",
    find: "connectedAt: connection.connectedAt === null ? null :",
    replace: "connectedAt: connection.connectedAt !== null ? null :",
    name: "a connection has what the service says of it"
  }
]
