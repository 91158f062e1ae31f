/** An `HttpClient` for one provider, which puts the token on every request. */
import { Effect } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { throughSession } from "@vendodev/client/session"
import type { Token } from "@vendodev/client/Token"
import type { Tokens } from "@vendodev/client/Tokens"
import { UserJwt } from "@vendodev/client/UserJwt"
import { fromFailure } from "./fromFailure.ts"
import type { VendoError } from "./VendoError.ts"

const isRefused = ({ status }: HttpClientResponse.HttpClientResponse) => status === 401

/** Read to the end, so that its connection serves the next request. */
const discard = (response: HttpClientResponse.HttpClientResponse) => Effect.ignore(response.text)

/** For the user of the call that made it, whoever sends requests with it later. */
export const session = (
  tokens: Tokens["Service"],
  slug: string
): Effect.Effect<
  HttpClient.HttpClient.With<HttpClientError.HttpClientError | VendoError>,
  never,
  HttpClient.HttpClient
> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const user = yield* UserJwt
    return HttpClient.makeWith(
      (prepared) =>
        Effect.flatMap(prepared, (request) =>
          throughSession(tokens, slug, {
            send: ({ token }: Token) =>
              client.postprocess(Effect.succeed(HttpClientRequest.bearerToken(request, token))),
            isRefused,
            repeats: true,
            discard
          })
        ).pipe(
          Effect.catchTag("Failure", (failure) => Effect.fail(fromFailure(failure))),
          Effect.provideService(UserJwt, user)
        ),
      client.preprocess
    )
  })
