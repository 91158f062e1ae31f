import { Clock, Effect, FileSystem, Option, type Scope } from "effect"
import { flights } from "../flights.ts"
import { type IssuerKey, type IssuerKeys, KeySetInvalid, readKeySet } from "./IssuerKey.ts"
import { largestKeySet, nanos, orKeysUnavailable } from "./jwksLimits.ts"

const glance = nanos(1)

/**
 * Keys from a file that may be replaced at any time. It is looked at once a
 * second, and read when it has changed; one that is broken changes nothing.
 */
export const keysFromFile = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<IssuerKeys, never, FileSystem.FileSystem | Scope.Scope> {
  const files = yield* FileSystem.FileSystem
  const join = yield* flights<void, never>()
  let keys = Option.none<ReadonlyArray<IssuerKey>>()
  let lookedAt: bigint | undefined
  let seen = ""
  let said = ""

  const read = Effect.gen(function* () {
    const { ino, mtime, size } = yield* files.stat(path)
    const version = [Option.getOrElse(Option.map(mtime, Number), () => 0), size, Option.getOrElse(ino, () => 0)].join()
    if (version === seen) return
    const bytes = yield* files.readFile(path)
    seen = version
    if (bytes.length > largestKeySet) return yield* new KeySetInvalid({ reason: "it is too large" })
    keys = Option.some(yield* readKeySet(new TextDecoder().decode(bytes)))
    said = ""
  })

  /** Once, however often it is looked at. */
  const say = (reason: string) => {
    if (reason === said) return Effect.void
    said = reason
    return Effect.logError(`the file with the keys of user tokens was not taken over: ${reason}`)
  }

  const look = Effect.catchTags(read, {
    PlatformError: ({ reason }) => say(`it can not be read (${reason._tag})`),
    KeySetInvalid: ({ reason }) => say(reason)
  })

  const current = Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
    if (lookedAt !== undefined && now - lookedAt < glance) return orKeysUnavailable(keys)
    const looked = Effect.tap(look, () =>
      Effect.sync(() => {
        lookedAt = now
      })
    )
    return Effect.andThen(
      Effect.flatMap(join("", looked), ({ landing }) => landing),
      Effect.suspend(() => orKeysUnavailable(keys))
    )
  })
  return { current, newer: current }
})
