/** Four processes of one installation, of which one at a time is killed and another started in its place. */
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { type ServerProcess, start } from "@vendodev/testing/ServerProcess"
import { Service } from "../fixtures/service.ts"

const count = 4

export class Nodes extends Context.Service<
  Nodes,
  {
    /** The port of one of them, by any number. It may be dead by the time it is asked. */
    readonly port: (n: number) => number
    /** Kills one as a power cut would, and answers once its successor is ready. */
    readonly replace: (n: number) => Effect.Effect<void>
    /** All that they logged, the dead included. */
    readonly output: () => string
  }
>()("@vendodev/server/test/installs/Nodes") {
  static readonly layer = Layer.effect(
    Nodes,
    Effect.gen(function* () {
      const { environment } = yield* Service
      const all = yield* Effect.scope
      const started: Array<ServerProcess> = []

      const open = Effect.gen(function* () {
        const scope = yield* Scope.make()
        yield* Scope.addFinalizerExit(all, (exit) => Scope.close(scope, exit))
        const server = yield* start(environment).pipe(Scope.provide(scope), Effect.orDie)
        started.push(server)
        return { server, close: Scope.close(scope, Exit.void) }
      })
      const nodes = yield* Effect.all(Array.from({ length: count }, () => open))
      const at = (n: number) => {
        const node = nodes[n % count]
        if (node === undefined) throw new Error("there is no such node")
        return node
      }

      return Nodes.of({
        port: (n) => at(n).server.port,
        replace: Effect.fnUntraced(function* (n) {
          const { close, server } = at(n)
          server.child.kill("SIGKILL")
          yield* close
          nodes[n % count] = yield* open
        }),
        output: () => started.map((server) => server.output()).join("")
      })
    })
  )
}
