/**
 * The install of an OAuth app: the browser is sent to the provider, and comes
 * back with a code that is exchanged for a token, once (RFC 6749 §4.1, RFC 7636,
 * RFC 9207).
 *
 * What is kept has no end: a token that expires would have to be renewed, and
 * connections of this profile are not.
 */
import { Duration, Effect, Option, Redacted, Schema } from "effect"
import { HttpBody, HttpClient, HttpClientRequest } from "effect/http"
import * as oauth from "oauth4webapi"
import type { Integration } from "@vendodev/catalog/Integration"
import { textAt } from "@vendodev/catalog/jsonPath"
import type { OAuthRecipe } from "@vendodev/catalog/Recipe"
import { discreet, readJson } from "../upstream/boundedAnswer.ts"
import { canBeSent } from "../upstream/providerQuestion.ts"
import { ProviderAddress } from "../upstream/ProviderAddress.ts"
import { Providers } from "../upstream/Providers.ts"
import { idSaid, nameSaid } from "../upstream/said.ts"
import { ConnectFailed, providerSaid } from "./ConnectFailed.ts"
import type { OAuthClient } from "./ConnectSettings.ts"
import type { Obtained } from "./Obtained.ts"
import { contextOf } from "./paste.ts"

/** One install of one app. */
export interface Install {
  readonly integration: Integration
  readonly recipe: OAuthRecipe
  readonly client: OAuthClient
  readonly redirectUri: string
}

/** What must be known again when the browser is back. */
export const Sent = Schema.Struct({
  way: Schema.Literal("oauth"),
  verifier: Schema.NullOr(Schema.RedactedFromValue(Schema.String))
})
export type Sent = typeof Sent.Type

/** From the first byte that is sent to the last that is read. */
const deadline = Duration.seconds(5)

const known: ReadonlySet<string> = new Set(providerSaid)

const isSaid = (error: string): error is (typeof providerSaid)[number] => known.has(error)

/** A state nobody can guess: 256 bits. */
export const newState = () => Redacted.make(oauth.generateRandomState(), { label: "state" })

const serverOf = ({ recipe }: Install): oauth.AuthorizationServer => ({
  issuer: recipe.issuer ?? new URL(recipe.authorizeUrl).origin,
  token_endpoint: recipe.tokenUrl,
  authorization_response_iss_parameter_supported: recipe.issuer !== undefined
})

const clientOf = ({ client: { id } }: Install): oauth.Client => ({ client_id: id })

const authenticationOf = ({ client: { secret }, recipe }: Install): oauth.ClientAuth =>
  (recipe.clientAuth === "basic" ? oauth.ClientSecretBasic : oauth.ClientSecretPost)(Redacted.value(secret))

const failed = ({ integration: { name } }: Install, why: string) =>
  new ConnectFailed({ code: "oauth_exchange_failed", row: "upstream_error", detail: `${name} ${why}` })

const missing = ({ integration: { name } }: Install) =>
  new ConnectFailed({
    code: "missing_params",
    row: "validation_failed",
    detail: `${name} sent the browser back without what is needed; start again`
  })

/** One value, not empty, of a length that can be one. */
const oneOf = (parameters: URLSearchParams, name: string): Option.Option<string> => {
  const [value, ...more] = parameters.getAll(name)
  return value === undefined || value === "" || value.length > 4096 || more.length > 0
    ? Option.none()
    : Option.some(value)
}

/** The code, or what was said instead of one. */
const codeIn = Effect.fnUntraced(function* (install: Install, parameters: URLSearchParams) {
  const [code, error] = [parameters.has("code"), parameters.has("error")]
  if (code === error) return yield* missing(install)
  const value = oneOf(parameters, code ? "code" : "error")
  if (Option.isNone(value)) return yield* missing(install)
  if (code) return
  const said = value.value
  const { name } = install.integration
  return yield* new ConnectFailed({
    code: isSaid(said) ? said : "provider_error",
    row: said === "access_denied" ? "forbidden" : "upstream_error",
    detail:
      said === "access_denied"
        ? `access to ${name} was not granted; nothing was connected`
        : `${name} refused to connect the account`
  })
})

/** Nothing of what the library found is repeated: its errors hold the answer, and the token with it. */
const attempted = <A>(work: (signal: AbortSignal) => Promise<A>, refusal: ConnectFailed) =>
  Effect.tryPromise({ try: work, catch: () => refusal })

/** What is looked at of an answer that holds a code. */
const about = new Set(["state", "iss", "code"])

const bodiless = new Set([204, 205, 304])

export const makeOAuthInstall = Effect.gen(function* () {
  const http = yield* HttpClient.HttpClient
  const addressOf = yield* ProviderAddress
  const providers = yield* Providers

  /** The library's way out is ours: bounded, without redirects, and without a trace. */
  const send = (url: string, method: string, headers: Record<string, string>, body: string) =>
    Effect.gen(function* () {
      const client = HttpClient.withScope(http)
      const request = HttpClientRequest.make(method === "POST" ? "POST" : "GET")(addressOf(url), {
        headers: { ...headers, "accept-encoding": "identity", "user-agent": "vendo" },
        body: HttpBody.text(body, headers["content-type"] ?? "application/x-www-form-urlencoded")
      })
      const response = yield* client.execute(request)
      const read = yield* readJson(response)
      const text = Option.match(read, { onNone: () => "", onSome: (json) => JSON.stringify(json) })
      return new Response(bodiless.has(response.status) ? null : text, {
        status: response.status,
        headers: { "content-type": response.headers["content-type"] ?? "" }
      })
    }).pipe(discreet, Effect.scoped)

  const fetched: NonNullable<oauth.TokenEndpointRequestOptions[typeof oauth.customFetch]> = (
    url,
    { body, headers, method, signal }
  ) => Effect.runPromise(send(url, method, headers, String(body)), signal === undefined ? {} : { signal })

  /** Who sent the browser back, where the provider says so: the first thing to know of what it brings (RFC 9207). */
  const validated = Effect.fnUntraced(function* (install: Install, parameters: URLSearchParams) {
    const asked = new URLSearchParams([...parameters].filter(([name]) => about.has(name)))
    return yield* Effect.try({
      try: () => oauth.validateAuthResponse(serverOf(install), clientOf(install), asked, asked.get("state") ?? ""),
      catch: () =>
        new ConnectFailed({
          code: "oauth_issuer_invalid",
          row: "validation_failed",
          detail: `it was not ${install.integration.name} that sent the browser back; start again`
        })
    })
  })

  const exchange = Effect.fnUntraced(function* (install: Install, parameters: URLSearchParams, sent: Sent) {
    const [server, client] = [serverOf(install), clientOf(install)]
    const refusal = failed(install, "gave no token that can be used")
    const verifier = sent.verifier === null ? oauth.nopkce : Redacted.value(sent.verifier)
    return yield* attempted(
      (signal) =>
        oauth.authorizationCodeGrantRequest(
          server,
          client,
          authenticationOf(install),
          parameters,
          install.redirectUri,
          verifier,
          { signal, [oauth.customFetch]: fetched }
        ),
      refusal
    ).pipe(
      Effect.flatMap((response) =>
        attempted(() => oauth.processAuthorizationCodeResponse(server, client, response), refusal)
      ),
      Effect.timeoutOrElse({ duration: deadline, orElse: () => Effect.fail(failed(install, "did not answer in time")) })
    )
  })

  const obtainedOf = Effect.fnUntraced(function* (install: Install, answer: oauth.TokenEndpointResponse) {
    const { integration, recipe } = install
    const token = Redacted.make(answer.access_token, { label: "credential" })
    if (answer.token_type !== "bearer" || !canBeSent(token)) {
      return yield* failed(install, "gave a token of a kind that can not be used")
    }
    if (answer.expires_in !== undefined) {
      return yield* failed(install, "gave a token that expires, which can not be kept fresh here")
    }
    const granted = new Set(answer.scope?.split(/[ ,]+/) ?? recipe.scopes)
    const lacking = recipe.scopes.filter((scope) => !granted.has(scope))
    if (lacking.length > 0) {
      return yield* new ConnectFailed({
        code: "oauth_scopes_missing",
        row: "forbidden",
        detail: `${integration.name} granted less than was asked for: ${lacking.join(", ")} is missing; connect again and allow all of it`
      })
    }
    const id = Option.flatMap(textAt(answer, recipe.account.id), idSaid)
    if (Option.isNone(id)) return yield* failed(install, "did not say whose the account is")
    const name = Option.flatMap(textAt(answer, recipe.account.name), nameSaid)
    const obtained: Obtained = {
      profile: "oauth_app_install",
      secret: token,
      account: null,
      owner: { id: id.value, name: Option.getOrNull(name) },
      context: yield* contextOf(integration, providers.discover(integration, token)),
      unverified: false
    }
    return obtained
  })

  return {
    /** Where to send the browser, and what to keep until it is back. */
    begin: Effect.fn("oauthInstall.begin")(function* (install: Install, state: Redacted.Redacted) {
      const { client, recipe, redirectUri } = install
      const verifier = recipe.pkce ? Redacted.make(oauth.generateRandomCodeVerifier(), { label: "verifier" }) : null
      const url = new URL(addressOf(recipe.authorizeUrl))
      const parameters = {
        ...recipe.authorizeParameters,
        response_type: "code",
        client_id: client.id,
        redirect_uri: redirectUri,
        ...(recipe.scopes.length === 0 ? {} : { scope: recipe.scopes.join(" ") }),
        state: Redacted.value(state)
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      if (verifier !== null) {
        const challenge = yield* Effect.promise(() => oauth.calculatePKCECodeChallenge(Redacted.value(verifier)))
        url.searchParams.set("code_challenge", challenge)
        url.searchParams.set("code_challenge_method", "S256")
      }
      const sent: Sent = { way: "oauth", verifier }
      return { url: Redacted.make(url.href, { label: "authorization request" }), sent }
    }),
    /** The browser is back with the state it was given. The code is sent once, whatever becomes of it. */
    finish: Effect.fn("oauthInstall.finish")(function* (install: Install, parameters: URLSearchParams, sent: Sent) {
      const answer = yield* validated(install, parameters)
      yield* codeIn(install, parameters)
      return yield* obtainedOf(install, yield* exchange(install, answer, sent))
    })
  }
})
