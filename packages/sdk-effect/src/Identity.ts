/**
 * Whose connections a call means. `UserJwt` is a reference in the context, so
 * that one layer serves every user: whatever runs inside `forUser` or
 * `forRequest` carries the user's token on every request to Vendo, and sees no
 * token that was kept for another.
 */
import { type Context, Effect, Option, Redacted } from "effect"
import type { HeadersLike } from "@vendodev/client/headerOf"
import * as Client from "@vendodev/client/UserJwt"
import { fromFailure } from "./fromFailure.ts"
import type { VendoError } from "./VendoError.ts"

/** The user token sent as `X-Vendo-User-JWT`. None, its default, means the deployment's own connections. */
export const UserJwt: Context.Reference<Option.Option<Redacted.Redacted>> = Client.UserJwt

/**
 * Runs for the user of a token, such as one that came with a job of a queue.
 *
 * Fails with `identity_not_present` when it is blank, with `identity_invalid` when it can be no token, and with
 * `vendo_only_feature` once something is asked in OSS mode.
 */
export const forUser =
  (jwt: string | Redacted.Redacted) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | VendoError, R> =>
    Effect.mapError(Client.userJwt(typeof jwt === "string" ? jwt : Redacted.value(jwt)), fromFailure).pipe(
      Effect.flatMap((jwt) => Effect.provideService(self, UserJwt, Option.some(jwt)))
    )

/** Runs for the user whose token a request brought in `X-Vendo-User-JWT`. Fails as `forUser` does. */
export const forRequest =
  (headers: HeadersLike) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | VendoError, R> =>
    Effect.mapError(Client.userJwtOf(headers), fromFailure).pipe(
      Effect.flatMap((jwt) => Effect.provideService(self, UserJwt, Option.some(jwt)))
    )
