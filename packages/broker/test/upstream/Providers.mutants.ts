import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/Providers.test.ts"
const overSocket = "packages/broker/test/upstream/providersOverSocket.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "nothing of a credential is in a span of a call to its provider",
    file: `${src}/boundedAnswer.ts`,
    find: "HttpClient.TracerDisabledWhen, () => true",
    replace: "HttpClient.TracerDisabledWhen, () => false",
    test: overSocket,
    name: "nothing of a credential"
  },
  {
    control: "nothing of a credential is in an error of a call to its provider",
    file: `${src}/providerQuestion.ts`,
    find: "Effect.mapError(noAnswerOf)",
    replace: "Effect.orDie",
    test: overSocket,
    name: "nothing of a credential"
  },
  {
    control: "a provider's redirect does not take the key along",
    file: `${src}/boundedAnswer.ts`,
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    test: overSocket,
    name: "a redirect is not followed"
  },
  {
    control: "a provider is asked at the address that stands for it",
    file: `${src}/Providers.ts`,
    find: "ask(recipe, credential, addressOf)",
    replace: "ask(recipe, credential, (url) => url)",
    test: overSocket,
    name: "may be chosen"
  },
  {
    control: "a provider has five seconds",
    file: `${src}/Providers.ts`,
    find: "duration: deadline,",
    replace: "duration: Duration.seconds(6),",
    test,
    name: "five seconds in all"
  },
  {
    control: "calls to providers under way are bounded",
    file: `${src}/Providers.ts`,
    find: "          places.withPermit,\n",
    replace: "",
    test,
    name: "64 questions"
  },
  {
    control: "a refused key is refused",
    file: `${src}/Providers.ts`,
    find: `if (verdict === "refused") return yield* refuses(integration)`,
    replace: "",
    test,
    name: "only an answer about the key"
  },
  {
    control: "a key that may not ask is none the worse for it",
    file: `${src}/Providers.ts`,
    find: `return verdict === "limited" ?`,
    replace: `return verdict === "refused" ?`,
    test,
    name: "only an answer about the key"
  },
  {
    control: "a status that stands for several things decides by what is said with it",
    file: `${src}/Providers.ts`,
    find: "(text) => where.is.includes(text)",
    replace: "() => true",
    test,
    name: "a word in the answer"
  },
  {
    control: "a page with status 200 proves no key",
    file: `${src}/Providers.ts`,
    find: `Option.isSome(answer.body) ? answer.body.value : yield* notUnderstood(integration)`,
    replace: `Option.getOrNull(answer.body)`,
    test,
    name: "an answer that can not be read"
  },
  {
    control: "an account without an id is not taken for one that has none",
    file: `${src}/Providers.ts`,
    find: "return id !== undefined && Option.isNone(account.id) ? yield* notUnderstood(integration) : account",
    replace: "return account",
    test,
    name: "an answer that can not be read"
  },
  {
    control: "a failure of the provider is none of the key",
    file: `${src}/Providers.ts`,
    find: `if (status >= 200 && status <= 299) return Effect.void`,
    replace: `if (status >= 200 && status <= 599) return Effect.void`,
    test,
    name: "only an answer about the key"
  },
  {
    control: "a key that can stand in no header is not sent",
    file: `${src}/providerQuestion.ts`,
    find: "/^[!-~]{1,16384}$/.test(Redacted.value(credential))",
    replace: `Redacted.value(credential) !== "unsent"`,
    test,
    name: "stand in no header"
  },
  {
    control: "a key stays in its place in the path",
    file: `${src}/providerQuestion.ts`,
    find: `encodeURIComponent(credential).replaceAll("%3A", ":")`,
    replace: "credential",
    test,
    name: "a question says"
  },
  {
    control: "a key is put where it belongs as it is",
    file: `${src}/providerQuestion.ts`,
    find: "[name, value.replace(placeholder, () => secret)]",
    replace: "[name, value.replace(placeholder, secret)]",
    test,
    name: "a question says"
  },
  {
    control: "an id with something invisible in it is none",
    file: `${src}/said.ts`,
    find: `id.replaceAll(misleading, " ").trim() === id`,
    replace: "id.trim() === id",
    test,
    name: "an answer that can not be read"
  },
  {
    control: "an id is not endless",
    file: `${src}/said.ts`,
    find: "id.length <= mostId && ",
    replace: "",
    test,
    name: "an answer that can not be read"
  },
  {
    control: "a name hides nothing",
    file: `${src}/said.ts`,
    find: `[...text.replaceAll(misleading, " ").trim()]`,
    replace: "[...text.trim()]",
    test,
    name: "a name is shown"
  },
  {
    control: "a name is not endless",
    file: `${src}/said.ts`,
    find: ".slice(0, mostName)",
    replace: "",
    test,
    name: "a name is shown"
  },
  {
    control: "there are not endlessly many candidates",
    file: `${src}/Providers.ts`,
    find: "items.slice(0, mostCandidates)",
    replace: "items",
    test,
    name: "what may be chosen"
  },
  {
    control: "a webhook of a bot whose token is gone needs no second try",
    file: `${src}/Providers.ts`,
    find: `if (verdictOf(integration, answer) !== "refused") yield*`,
    replace: "yield*",
    test,
    name: "a provider that listens"
  },
  {
    control: "the address for all providers is refused in production",
    file: "packages/server/src/Settings.ts",
    find: `if (all.environment === "production" && Option.isSome(all.providersUrl))`,
    replace: "if (false)",
    test: "packages/server/test/outsideSettings.test.ts",
    name: "one other address"
  },
  {
    control: "the address for all providers takes no key in the clear to another machine",
    file: "packages/server/src/outsideSettings.ts",
    find: `Option.isNone(faultOfBaseUrl(text)) && !text.endsWith("/")`,
    replace: `!text.endsWith("/")`,
    test: "packages/server/test/outsideSettings.test.ts",
    name: "one other address"
  }
]
