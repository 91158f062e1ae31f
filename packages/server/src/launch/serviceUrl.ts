/** Where a process of this machine reaches this service. */
import { Effect, Option } from "effect"
import { HttpServer } from "effect/http"
import { Settings } from "../Settings.ts"

/** Where it listens; behind a domain it answers to that name alone. */
export const serviceUrl = Effect.gen(function* () {
  const { domain, publicUrl } = yield* Settings
  const { address } = yield* HttpServer.HttpServer
  const listens = HttpServer.formatAddress(address).replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")
  return Option.getOrElse(Option.isSome(domain) ? publicUrl : Option.none(), () => listens)
})
