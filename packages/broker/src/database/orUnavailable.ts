import { Context, Duration, Effect, Fiber, Predicate } from "effect"
import { SqlError } from "effect/sql"
import { Unavailable } from "@vendodev/domain/BrokerError"

/** Reasons that pass: the caller may come back. */
const passing: ReadonlySet<string> = new Set([
  "ConnectionError",
  "AuthenticationError",
  "DeadlockError",
  "SerializationError",
  "LockTimeoutError",
  "StatementTimeoutError"
])

/** SQLSTATE classes the driver has no reason for: out of resources, not accepting, operator intervention, read-only. */
const passingState = /^(?:53|55000|57P|25006)/

/** The SQLSTATE and constraint behind a failure, where the database named them. */
export const sqlFields = ({ reason }: SqlError.SqlError): { readonly code: string; readonly constraint: string } => ({
  code: text(reason.cause, "code"),
  constraint: text(reason.cause, "constraint")
})

const text = (cause: unknown, name: string): string =>
  Predicate.hasProperty(cause, name) && typeof cause[name] === "string" ? cause[name] : ""

const isOther = <E>(error: E | SqlError.SqlError): error is Exclude<E, SqlError.SqlError> => !SqlError.isSqlError(error)

/**
 * A database that is out of reach, shutting down or too busy becomes
 * `unavailable`. Whatever else it says is a defect, for no caller could act on it.
 */
export const orUnavailable = <A, E, R>(
  self: Effect.Effect<A, E | SqlError.SqlError, R>
): Effect.Effect<A, Exclude<E, SqlError.SqlError> | Unavailable, R> =>
  Effect.catch(self, (error): Effect.Effect<never, Exclude<E, SqlError.SqlError> | Unavailable> => {
    if (isOther(error)) return Effect.fail(error)
    const passes =
      SqlError.isSqlError(error) && (passing.has(error.reason._tag) || passingState.test(sqlFields(error).code))
    if (!passes) return Effect.die(error)
    return Effect.andThen(
      Effect.logWarning(`the database is unavailable: ${error.reason._tag}`),
      Effect.fail(unavailable)
    )
  })

/** How long the database may say nothing at all; its own limits on statements and locks are shorter. */
export const Silence = Context.Reference<Duration.Duration>("@vendodev/broker/database/Silence", {
  defaultValue: () => Duration.seconds(5)
})

/**
 * Gives up on a database that has fallen silent, which no limit of its own can
 * notice. The statement is left behind: cancelling it would wait for the same
 * database.
 */
export const orSilent = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | Unavailable, R> =>
  Effect.withFiber((caller) =>
    Effect.flatMap(Effect.forkDetach(self), (fiber) =>
      Fiber.join(fiber).pipe(
        Effect.timeoutOrElse({
          duration: caller.getRef(Silence),
          orElse: () => {
            fiber.interruptUnsafe()
            return Effect.andThen(Effect.logWarning("the database does not answer"), Effect.fail(unavailable))
          }
        }),
        Effect.onInterrupt(() => Fiber.interrupt(fiber))
      )
    )
  )

const unavailable = new Unavailable({ detail: "the database can not be reached; retry in a moment", retry_after: 1 })

/** Both, for statements nobody else waits for: a database that is silent or out of reach is `unavailable`. */
export const orOutOfReach = <A, E, R>(self: Effect.Effect<A, E | SqlError.SqlError, R>) => orUnavailable(orSilent(self))
