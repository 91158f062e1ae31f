/** Two processes of one installation. One reads the keys of the operator's issuer from a file, the other fetches them. */
import { Context, Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { keyServer, says } from "@vendodev/testing/keyServer"
import { start, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import * as Composio from "../fixtures/composio.ts"
import { Service } from "../fixtures/service.ts"
import { keySet, settings } from "./issuer.ts"

export class Nodes extends Context.Service<
  Nodes,
  {
    readonly ports: readonly [file: number, url: number]
    /** All that was logged. */
    readonly output: () => string
  }
>()("@vendodev/server/test/Nodes") {}

const second = Effect.gen(function* () {
  const { environment, port, server } = yield* Service
  const published = yield* keyServer
  published.state.answer = says(keySet)
  const other = yield* start({ ...environment, VENDO_USER_JWKS: published.url })
  return Nodes.of({ ports: [port, other.port], output: () => server.output() + other.output() })
})

export const layer = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => {
    const file = join(directory, "jwks.json")
    writeFileSync(file, keySet)
    return Layer.effect(Nodes, second).pipe(
      Layer.provideMerge(Composio.layer({ ...settings, VENDO_USER_JWKS: file })),
      Layer.orDie
    )
  })
)
