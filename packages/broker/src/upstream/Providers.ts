/** The only module that calls the API of a provider: whose a credential is, what it may act on, and that it ends. */
import { Context, Data, Duration, Effect, Layer, Option, type Redacted, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import type { Integration } from "@vendodev/catalog/Integration"
import { textAt, valueAt } from "@vendodev/catalog/jsonPath"
import type { AccountRecipe, Discovery, RequestRecipe, VerdictRule } from "@vendodev/catalog/Recipe"
import { UpstreamError } from "@vendodev/domain/BrokerError"
import type { NoAnswer } from "./boundedAnswer.ts"
import type { OAuthClient } from "../connect/ConnectSettings.ts"
import { ask, canBeSent, type ProviderAnswer } from "./providerQuestion.ts"
import { ProviderAddress } from "./ProviderAddress.ts"
import { idSaid, nameSaid } from "./said.ts"
import { endToken } from "./tokenRevocation.ts"

/** The provider said that the credential is no good. `detail` is a sentence for who pasted it. */
export class KeyRefused extends Data.TaggedError("KeyRefused")<{ readonly detail: string }> {}

/** Whose a credential is, as far as the provider tells; the id is the same for every credential of the account. */
export interface Account {
  readonly id: Option.Option<string>
  readonly name: Option.Option<string>
}

/** What a context field can be. */
export interface Candidates {
  readonly field: string
  readonly candidates: ReadonlyArray<{ readonly value: string; readonly label: string }>
}

/** From the asking to the last byte, the wait for a place included. */
const deadline = Duration.seconds(5)
const callsUnderWay = 64
const mostCandidates = 200

const nobody: Account = { id: Option.none(), name: Option.none() }

type Refusal = KeyRefused | UpstreamError

export class Providers extends Context.Service<
  Providers,
  {
    /**
     * Asks the provider with the credential: it is good if this succeeds. Nobody, where the provider does not say whose
     * it is or the credential may not ask. Answers within 5 seconds, and asks once.
     */
    readonly whoami: (integration: Integration, credential: Redacted.Redacted) => Effect.Effect<Account, Refusal>
    /** For each context field that can be found, what it can be: nothing, one or several. */
    readonly discover: (
      integration: Integration,
      credential: Redacted.Redacted
    ) => Effect.Effect<ReadonlyArray<Candidates>, Refusal>
    /** Tells the provider that the connection ends, where it listens. A credential it no longer takes is told. */
    readonly revoke: (integration: Integration, credential: Redacted.Redacted) => Effect.Effect<void, UpstreamError>
    /** Ends a token of an installed app, on the word of that app, where the provider has an endpoint for it. */
    readonly revokeToken: (
      integration: Integration,
      client: OAuthClient,
      token: Redacted.Redacted
    ) => Effect.Effect<void, UpstreamError>
  }
>()("@vendodev/broker/Providers") {
  static readonly layer = Layer.effect(
    Providers,
    Effect.gen(function* () {
      const http = yield* HttpClient.HttpClient
      const addressOf = yield* ProviderAddress
      const places = yield* Semaphore.make(callsUnderWay)

      const placed = Effect.fnUntraced(function* (
        { name }: Integration,
        question: Effect.Effect<ProviderAnswer, NoAnswer, HttpClient.HttpClient>
      ) {
        const answer = yield* question.pipe(
          places.withPermit,
          Effect.provideService(HttpClient.HttpClient, http),
          Effect.mapError(({ why }) => new UpstreamError({ detail: `${name} ${silence[why]}` }))
        )
        yield* Effect.annotateCurrentSpan("http.response.status_code", answer.status)
        return answer
      })
      const answerOf = (integration: Integration, recipe: RequestRecipe, credential: Redacted.Redacted) =>
        placed(integration, ask(recipe, credential, addressOf))

      const within =
        ({ name, slug }: Integration) =>
        <A, E>(effect: Effect.Effect<A, E>) =>
          Effect.annotateCurrentSpan("provider", slug).pipe(
            Effect.andThen(effect),
            Effect.timeoutOrElse({
              duration: deadline,
              orElse: () => Effect.fail(new UpstreamError({ detail: `${name} did not answer in time` }))
            })
          )

      const whoami = Effect.fn("Providers.whoami")((integration: Integration, credential: Redacted.Redacted) =>
        Effect.gen(function* () {
          const { account } = integration
          if (account === undefined) return nobody
          if (!canBeSent(credential)) return yield* refuses(integration)
          const answer = yield* answerOf(integration, account.request, credential)
          return yield* accountIn(integration, account, answer)
        }).pipe(within(integration))
      )

      const discover = Effect.fn("Providers.discover")((integration: Integration, credential: Redacted.Redacted) =>
        Effect.gen(function* () {
          const fields = integration.context.flatMap(({ discover, field }) =>
            discover === undefined ? [] : [{ field, discover }]
          )
          if (fields.length > 0 && !canBeSent(credential)) return yield* refuses(integration)
          return yield* Effect.forEach(
            fields,
            ({ discover, field }) =>
              answerOf(integration, discover.request, credential).pipe(
                Effect.flatMap((answer) => candidatesIn(integration, discover, answer)),
                Effect.map((candidates): Candidates => ({ field, candidates }))
              ),
            { concurrency: "unbounded" }
          )
        }).pipe(within(integration))
      )

      const revoke = Effect.fn("Providers.revoke")((integration: Integration, credential: Redacted.Redacted) =>
        Effect.gen(function* () {
          const { disconnect } = integration
          if (disconnect === undefined || !canBeSent(credential)) return
          const answer = yield* answerOf(integration, disconnect.request, credential)
          if (verdictOf(integration, answer) !== "refused") yield* succeeded(integration, answer)
        }).pipe(within(integration))
      )

      const revokeToken = Effect.fn("Providers.revokeToken")(
        (integration: Integration, client: OAuthClient, token: Redacted.Redacted) =>
          Effect.gen(function* () {
            const { oauth } = integration
            if (oauth?.revokeUrl === undefined || !canBeSent(token)) return
            const question = endToken(addressOf(oauth.revokeUrl), oauth, client, token)
            yield* successful(integration, yield* placed(integration, question))
          }).pipe(within(integration))
      )

      return Providers.of({ whoami, discover, revoke, revokeToken })
    })
  )
}

const silence: Record<NoAnswer["why"], string> = {
  name: "can not be reached",
  certificate: "can not be reached safely",
  network: "can not be reached, or broke off",
  "too large": "answered more than can be read"
}

const refuses = ({ name }: Integration) => new KeyRefused({ detail: `${name} does not take this key` })

const notUnderstood = ({ name }: Integration) => new UpstreamError({ detail: `${name} answered what can not be read` })

const holds =
  ({ body, status }: ProviderAnswer) =>
  (rule: VerdictRule): boolean => {
    const { where } = rule
    if (rule.status !== status) return false
    if (where === undefined) return true
    return Option.exists(
      Option.flatMap(body, (json) => textAt(json, where.path)),
      (text) => where.is.includes(text)
    )
  }

/** What the answer says of the credential, if it is about it. */
const verdictOf = ({ account }: Integration, answer: ProviderAnswer): VerdictRule["means"] | undefined =>
  account?.verdicts.find(holds(answer))?.means

const successful = ({ name }: Integration, { retryAfter, status }: ProviderAnswer) => {
  if (status >= 200 && status <= 299) return Effect.void
  const wait = Option.match(retryAfter, {
    onNone: () => ({}),
    onSome: (wait) => ({ retry_after: Math.ceil(Duration.toSeconds(wait)) })
  })
  return Effect.fail(new UpstreamError({ detail: `${name} answered with status ${status}`, ...wait }))
}

/** The JSON of a success. */
const succeeded = Effect.fnUntraced(function* (integration: Integration, answer: ProviderAnswer) {
  yield* successful(integration, answer)
  return Option.isSome(answer.body) ? answer.body.value : yield* notUnderstood(integration)
})

/** None for what may not be asked. */
const judged = Effect.fnUntraced(function* (integration: Integration, answer: ProviderAnswer) {
  const verdict = verdictOf(integration, answer)
  if (verdict === "refused") return yield* refuses(integration)
  return verdict === "limited" ? Option.none() : Option.some(yield* succeeded(integration, answer))
})

const accountIn = Effect.fnUntraced(function* (
  integration: Integration,
  { id, name }: AccountRecipe,
  answer: ProviderAnswer
) {
  const judgement = yield* judged(integration, answer)
  if (Option.isNone(judgement)) return nobody
  const json = judgement.value
  const account: Account = {
    id: id === undefined ? Option.none() : Option.flatMap(textAt(json, id), idSaid),
    name: name === undefined ? Option.none() : Option.flatMap(textAt(json, name), nameSaid)
  }
  return id !== undefined && Option.isNone(account.id) ? yield* notUnderstood(integration) : account
})

const candidatesIn = Effect.fnUntraced(function* (
  integration: Integration,
  discovery: Discovery,
  answer: ProviderAnswer
) {
  const judgement = yield* judged(integration, answer)
  if (Option.isNone(judgement)) return []
  const json = judgement.value
  const found = Option.getOrUndefined(discovery.items === "" ? Option.some(json) : valueAt(json, discovery.items))
  const items: ReadonlyArray<unknown> = Array.isArray(found) ? found : [found]
  return yield* Effect.forEach(items.slice(0, mostCandidates), (item) =>
    Option.match(Option.flatMap(textAt(item, discovery.value), idSaid), {
      onNone: () => notUnderstood(integration),
      onSome: (value) => {
        const label = Option.flatMap(textAt(item, discovery.label), nameSaid)
        return Effect.succeed({ value, label: Option.getOrElse(label, () => value) })
      }
    })
  )
})
