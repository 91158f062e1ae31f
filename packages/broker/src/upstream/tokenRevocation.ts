/** The end of an OAuth token, as RFC 7009 has it: one question to the revocation endpoint. */
import { Clock, Effect, Option, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { OAuthRecipe } from "@vendodev/catalog/Recipe"
import type { OAuthClient } from "../connect/ConnectSettings.ts"
import { discreet, noAnswerOf, retryAfterOf } from "./boundedAnswer.ts"
import type { ProviderAnswer } from "./providerQuestion.ts"

/** RFC 6749 §2.3.1: the form's encoding comes before that of the header. */
const formEncoded = (text: string) => new URLSearchParams({ text }).toString().slice("text=".length)

const authenticated = (
  { clientAuth }: Pick<OAuthRecipe, "clientAuth">,
  { id, secret }: OAuthClient,
  form: Readonly<Record<string, string>>
) =>
  clientAuth === "post"
    ? (request: HttpClientRequest.HttpClientRequest) =>
        HttpClientRequest.bodyUrlParams(request, { ...form, client_id: id, client_secret: Redacted.value(secret) })
    : (request: HttpClientRequest.HttpClientRequest) =>
        HttpClientRequest.bodyUrlParams(
          HttpClientRequest.basicAuth(request, formEncoded(id), formEncoded(Redacted.value(secret))),
          form
        )

/** A token the endpoint does not know is answered like one that just ended. Its body says nothing, and is not read. */
export const endToken = (
  revokeUrl: string,
  recipe: Pick<OAuthRecipe, "clientAuth">,
  client: OAuthClient,
  token: Redacted.Redacted
) =>
  Effect.gen(function* () {
    const http = HttpClient.withScope(yield* HttpClient.HttpClient)
    const headers = { accept: "application/json", "accept-encoding": "identity", "user-agent": "vendo" }
    const form = { token: Redacted.value(token), token_type_hint: "access_token" }
    const request = HttpClientRequest.post(revokeUrl, { headers }).pipe(authenticated(recipe, client, form))
    const { headers: answered, status } = yield* http.execute(request)
    const answer: ProviderAnswer = {
      status,
      body: Option.none(),
      retryAfter: retryAfterOf(answered, yield* Clock.currentTimeMillis)
    }
    return answer
  }).pipe(discreet, Effect.scoped, Effect.mapError(noAnswerOf))
