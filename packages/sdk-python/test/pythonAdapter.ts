/** From a step of a conformance vector to a call of the Python SDK, in a process that is driven over JSON lines. */
import { Context, Data, Deferred, Effect, Layer, Pool, Schema, type Scope } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Adapter, Outcome } from "@vendodev/testing/conformance/conform"
import { classes, type Vector } from "@vendodev/testing/conformance/Vector"
import { type Python, pythonEnvironment } from "@vendodev/testing/python"

const driver = join(import.meta.dirname, "conformance_driver.py")

/** Where `import vendo` finds the SDK. */
export const sources = join(import.meta.dirname, "../src")

/** What a vector is run with. */
export type Face = "Vendo" | "AsyncVendo" | "AsyncVendo over aiohttp"

const { Array: ArrayOf, Literals, NullOr, Number: Count, optionalKey, String: Text, Struct } = Schema

const SeenError = Struct({
  class: Literals(classes),
  code: Text,
  status: NullOr(Count),
  slug: NullOr(Text),
  field: NullOr(Text),
  connect_url: NullOr(Text),
  top_up_url: NullOr(Text),
  retry_after: NullOr(Count),
  text: Text
})

const Reply = Struct({
  id: Count,
  result: optionalKey(Schema.Json),
  error: optionalKey(SeenError),
  defect: optionalKey(Text),
  left: optionalKey(ArrayOf(Text))
})
type Reply = typeof Reply.Type

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Reply))

/** The Python did something no caller of an SDK should meet. */
class PythonFault extends Data.TaggedError("PythonFault")<{ readonly message: string }> {}

interface Driver {
  readonly ask: (command: Readonly<Record<string, unknown>>) => Effect.Effect<Reply>
}

const start = Effect.fnUntraced(function* (python: Python) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(python.command, ["-X", "dev", "-W", "error::ResourceWarning", driver], {
        env: pythonEnvironment(sources),
        stdio: ["pipe", "pipe", "pipe"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const asked = new Map<number, Deferred.Deferred<Reply>>()
  let said = ""
  let last = 0
  const fail = (why: string) => {
    for (const reply of asked.values()) {
      Deferred.doneUnsafe(reply, Effect.die(new PythonFault({ message: `${why}\n${said}` })))
    }
    asked.clear()
  }
  child.stderr.on("data", (chunk) => (said += String(chunk)))
  child.stdin.on("error", () => {})
  child.once("close", (code) => fail(`the driver ended with ${code}`))
  createInterface({ input: child.stdout }).on("line", (line) => {
    try {
      const reply = decode(line)
      const waiting = asked.get(reply.id)
      asked.delete(reply.id)
      if (waiting !== undefined) Deferred.doneUnsafe(waiting, Effect.succeed(reply))
    } catch (error) {
      fail(`${String(error)}: ${line}`)
    }
  })
  const result: Driver = {
    ask: Effect.fnUntraced(function* (command) {
      const id = ++last
      const reply = yield* Deferred.make<Reply>()
      asked.set(id, reply)
      child.stdin.write(`${JSON.stringify({ ...command, id })}\n`)
      const { defect, ...rest } = yield* Deferred.await(reply)
      if (defect !== undefined) return yield* Effect.die(new PythonFault({ message: defect }))
      return rest
    })
  }
  return result
})

/** A few Pythons, each for one vector at a time: most of a vector is waiting. */
export class Drivers extends Context.Service<Drivers, Pool.Pool<Driver>>()("@vendodev/sdk-python/Drivers") {
  static readonly layer = (python: Python, size = 4) =>
    Layer.effect(Drivers, Pool.make({ acquire: start(python), size }))
}

const outcome = ({ error, result }: Reply): Outcome => (error === undefined ? { result: result ?? null } : { error })

/** How long what a vector did may take to end. */
const patience = "10 seconds"

/** One driver until the scope closes; one that did not come to its end is not used again. */
const taken = (drivers: Pool.Pool<Driver>, vector: Vector, face: Face): Effect.Effect<Driver, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tap(Pool.get(drivers), ({ ask }) =>
      ask({ do: "open", face, environment: vector.environment, options: vector.options ?? {} })
    ),
    (driver) =>
      driver.ask({ do: "close" }).pipe(
        Effect.flatMap(({ left = [] }) =>
          left.length === 0 ? Effect.void : Effect.die(new PythonFault({ message: left.join("\n") }))
        ),
        Effect.timeout(patience),
        Effect.orDie,
        Effect.onError(() => Pool.invalidate(drivers, driver))
      )
  )

export const pythonAdapter =
  (drivers: Pool.Pool<Driver>, face: Face): Adapter =>
  (vector) =>
    Effect.map(
      taken(drivers, vector, face),
      ({ ask }) =>
        (step) =>
          Effect.map(ask({ do: "step", step }), outcome)
    )
