/** What Composio is asked when somebody connects an account there: a link to consent at, and what became of it. */
import { Context, Data, Duration, Effect, Layer, Option, Redacted, Result, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import { discreet, noAnswerOf, readJson } from "./boundedAnswer.ts"
import { ComposioSettings } from "./ComposioClient.ts"
import { addressOf } from "./composioAddress.ts"
import { ask } from "./composioHttp.ts"

export interface Link {
  /** The account that will be connected, if it is. */
  readonly account: ComposioAccountId
  /** Where the browser is to go. */
  readonly url: Redacted.Redacted
}

export interface LinkRequest {
  /** `ac_…` */
  readonly authConfig: string
  /** Whose account it is to be, as Composio tells its own users apart. No name, no address. */
  readonly user: string
  readonly callbackUrl: string
}

export interface LinkedAccount {
  readonly isActive: boolean
  /** Whether it may still become active by itself. */
  readonly isUnderWay: boolean
  readonly toolkit: string
  readonly authConfig: string
}

/** Composio did not answer, refused, or said what can not be used. Holds nothing of what was said. */
export class LinkFailed extends Data.TaggedError("LinkFailed")<{ readonly detail: string }> {}

const deadline = Duration.seconds(5)

const isAddress = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
}

const Created = Schema.Struct({
  redirect_url: Schema.String.check(Schema.makeFilter(isAddress)),
  connected_account_id: ComposioAccountId
})
const readCreated = Schema.decodeUnknownOption(Created)

const Account = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  is_disabled: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  toolkit: Schema.Struct({ slug: Schema.String }),
  auth_config: Schema.Struct({ id: Schema.String, is_disabled: Schema.optionalKey(Schema.NullOr(Schema.Boolean)) })
})
const readAccount = Schema.decodeUnknownOption(Account)

const noAnswer = () => new LinkFailed({ detail: "Composio could not be reached; try again" })
const unusable = new LinkFailed({ detail: "Composio answered with something that can not be used; try again" })

export class ComposioLinks extends Context.Service<
  ComposioLinks,
  {
    /** False without an API key: then nothing is ever sent. */
    readonly configured: boolean
    readonly create: (request: LinkRequest) => Effect.Effect<Link, LinkFailed>
    readonly inspect: (account: ComposioAccountId) => Effect.Effect<LinkedAccount, LinkFailed>
  }
>()("@vendodev/broker/ComposioLinks") {
  static readonly layer = Layer.effect(
    ComposioLinks,
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ComposioSettings
      const http = yield* HttpClient.HttpClient
      const known = addressOf(baseUrl, apiKey)
      const address = Result.isFailure(known)
        ? Effect.fail(new LinkFailed({ detail: known.failure.refusal.detail }))
        : Effect.succeed(known.success)

      const inTime = Effect.timeoutOrElse({ duration: deadline, orElse: () => Effect.fail(noAnswer()) })

      const post = (url: string, key: Redacted.Redacted, body: unknown) =>
        Effect.gen(function* () {
          const request = HttpClientRequest.post(url, {
            headers: { accept: "application/json", "accept-encoding": "identity", "x-api-key": Redacted.value(key) }
          })
          const client = HttpClient.withScope(http)
          const response = yield* client.execute(HttpClientRequest.bodyJsonUnsafe(request, body))
          return { status: response.status, body: yield* readJson(response) }
        }).pipe(discreet, Effect.scoped, Effect.mapError(noAnswerOf))

      return ComposioLinks.of({
        configured: Option.isSome(apiKey),
        create: Effect.fn("ComposioLinks.create")(function* ({ authConfig, callbackUrl, user }) {
          const { api, key } = yield* address
          const asked = { auth_config_id: authConfig, user_id: user, callback_url: callbackUrl }
          const { body, status } = yield* post(`${api}/connected_accounts/link`, key, asked).pipe(
            Effect.mapError(noAnswer),
            inTime
          )
          const created = status === 201 ? Option.flatMap(body, readCreated) : Option.none()
          if (Option.isNone(created)) return yield* unusable
          const { connected_account_id: account, redirect_url } = created.value
          return { account, url: Redacted.make(redirect_url, { label: "link" }) }
        }),
        inspect: Effect.fn("ComposioLinks.inspect")(function* (account) {
          const { key, urlOf } = yield* address
          const { body, status } = yield* ask(urlOf(account), key).pipe(
            Effect.provideService(HttpClient.HttpClient, http),
            Effect.mapError(noAnswer),
            inTime
          )
          const found = status === 200 ? Option.flatMap(body, readAccount) : Option.none()
          if (Option.isNone(found) || found.value.id !== account) return yield* unusable
          const { auth_config, is_disabled, status: said, toolkit } = found.value
          const isOff = is_disabled === true || auth_config.is_disabled === true
          return {
            isActive: said === "ACTIVE" && !isOff,
            isUnderWay: said === "INITIATED" || said === "INITIALIZING",
            toolkit: toolkit.slug,
            authConfig: auth_config.id
          }
        })
      })
    })
  )
}
