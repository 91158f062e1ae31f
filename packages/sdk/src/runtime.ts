/** Where the Effect client meets promises: one runtime a client, and one translation of failures. */
import { Cause, Data, Effect, Exit, Layer, ManagedRuntime, type Option, type Redacted } from "effect"
import type { Billing } from "@vendodev/client/Billing"
import * as Client from "@vendodev/client/Client"
import type { Connections } from "@vendodev/client/Connections"
import type { ConnectSessions } from "@vendodev/client/ConnectSessions"
import { Environment } from "@vendodev/client/Environment"
import type { Events } from "@vendodev/client/Events"
import { Failure } from "@vendodev/client/Failure"
import { type Fetch, layer as fetchTransport } from "@vendodev/client/fetchTransport"
import type { Integrations } from "@vendodev/client/Integrations"
import { type Options, resolve, type Settings } from "@vendodev/client/Settings"
import type { Tokens } from "@vendodev/client/Tokens"
import { UserJwt } from "@vendodev/client/UserJwt"
import { variable } from "./environment.ts"
import { fromFailure } from "./VendoError.ts"

export type Services = Tokens | Connections | Integrations | Billing | ConnectSessions | Events | Environment

/** What a provider's `fetch` rejected with, to be thrown as it was. */
export class FetchRejected extends Data.TaggedError("FetchRejected")<{ readonly error: unknown }> {}

/** Work that the end of its client ended. */
export class ClientDisposed extends Error {
  override readonly message = "the client was disposed of"
}

/** A call of the client, or through it. */
export type Work<A> = Effect.Effect<A, Failure | FetchRejected, Services>

export type Runtime = ManagedRuntime.ManagedRuntime<Services, never>

const environment = Environment.layerOf(variable)

/** The settings a client works with; throws what is wrong with them. */
export const settingsOf = (options: Options): Settings => now(Effect.provide(resolve(options), environment))

export const makeRuntime = (settings: Settings, fetch: Fetch): Runtime =>
  ManagedRuntime.make(
    Client.layer(settings).pipe(Layer.provideMerge(environment), Layer.provide(fetchTransport(fetch)))
  )

/** What a failed run is thrown as. What is no failure of ours is a defect, and stays what it is. */
const thrown = (cause: Cause.Cause<unknown>, signal: AbortSignal | undefined): unknown => {
  if (Cause.hasInterruptsOnly(cause)) return signal?.aborted === true ? signal.reason : new ClientDisposed()
  const failure = Cause.squash(cause)
  if (failure instanceof FetchRejected) return failure.error
  if (failure instanceof Failure) return fromFailure(failure)
  return failure instanceof Error ? failure : new Error(String(failure))
}

const valueOf = <A>(exit: Exit.Exit<A, unknown>, signal?: AbortSignal): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw thrown(exit.cause, signal)
}

/** For what needs no waiting. */
export const now = <A>(effect: Effect.Effect<A, Failure>): A => valueOf(Effect.runSyncExit(effect))

/** Runs for the user, or for the deployment. When the signal aborts, its reason is thrown. */
export const run = async <A>(
  runtime: Runtime,
  user: Option.Option<Redacted.Redacted>,
  effect: Work<A>,
  signal?: AbortSignal
): Promise<A> => {
  signal?.throwIfAborted()
  const exit = await runtime.runPromiseExit(
    Effect.provideService(effect, UserJwt, user),
    signal === undefined ? undefined : { signal }
  )
  return valueOf(exit, signal)
}
