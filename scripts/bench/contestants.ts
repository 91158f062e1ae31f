/** The three servers that are compared, and the proof that they do what they are compared for. */
import { Effect } from "effect"
import { join } from "node:path"
import { BenchFailed } from "./BenchFailed.ts"
import { type Server, serve } from "./children.ts"
import { credentialLength, type Database, integration } from "./database.ts"

export const path = `/credentials/${integration}`

const server = (file: string) => join(import.meta.dirname, "servers", file)
const main = join(import.meta.dirname, "../../packages/server/src/main.ts")

export const fixed = serve("fixed", [server("fixed.ts"), String(credentialLength)], {})

export const byHand = (database: Database, pipelined: boolean) =>
  serve("by hand", [server("byHand.ts")], {
    DATABASE_ADMIN_URL: database.adminUrl,
    VENDO_KEK_FILE: database.keyFile,
    BENCH_PIPELINED: pipelined ? "yes" : "no"
  })

/** The real one. `flags` are for Node. */
export const vendo = (database: Database, directory: string, flags: ReadonlyArray<string> = []) =>
  serve("vendo", [...flags, main], {
    DATABASE_URL: database.serverUrl,
    HOST: "127.0.0.1",
    PORT: "0",
    VENDO_DATA_DIR: directory,
    VENDO_ENV: "production",
    VENDO_KEK_FILE: database.keyFile
  })

const ask = (url: string, key: string) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
      return { status: response.status, body: await response.text() }
    },
    catch: (cause) => new BenchFailed({ message: `no answer from ${url}: ${String(cause)}` })
  })

/** A server that answered quickly and wrongly would win. */
export const verify = Effect.fn("contestants.verify")(function* (servers: ReadonlyArray<Server>, database: Database) {
  for (const { credential, key } of database.tenants.slice(0, 5)) {
    const right = JSON.stringify({ access_token: credential, expires_at: null, token_type: "Bearer" })
    for (const { name, url } of servers) {
      const { body, status } = yield* ask(url, key)
      const isRight = name === "fixed" ? body.length === right.length : body === right
      if (status !== 200 || !isRight) return yield* new BenchFailed({ message: `${name} answered ${status} ${body}` })
    }
  }
})
