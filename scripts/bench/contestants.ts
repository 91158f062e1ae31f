/** The servers that are compared, and the proof that they do what they are compared for. */
import { Effect } from "effect"
import { join } from "node:path"
import { BenchFailed } from "./BenchFailed.ts"
import { type Server, serve } from "./children.ts"
import { credentialLength, type Database, type Tenant } from "./database.ts"
import type { Upstream } from "./upstream.ts"

/** What there is before a server starts. */
export interface Arena {
  readonly directory: string
  readonly database: Database
  readonly upstream: Upstream
}

export const pathOf = (integration: string) => `/credentials/${integration}`

const server = (file: string) => join(import.meta.dirname, "servers", file)
const main = join(import.meta.dirname, "../../packages/server/src/main.ts")

export const fixed = serve("fixed", [server("fixed.ts"), String(credentialLength)], {})

const made = (name: string, file: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.fnUntraced(function* ({ database }: Arena, pipelined: boolean) {
    return yield* serve(name, [server(file)], {
      DATABASE_ADMIN_URL: database.adminUrl,
      VENDO_KEK_FILE: database.keyFile,
      BENCH_PIPELINED: pipelined ? "yes" : "no",
      ...env
    })
  })

export const byHand = made("by hand", "byHand.ts")
export const byHandHit = made("by hand", "byHandHit.ts")
export const byHandAudited = made("by hand, audited", "byHandHit.ts", { BENCH_AUDITED: "yes" })

/** The real one. `flags` are for Node. */
export const vendo = ({ database, directory, upstream }: Arena, flags: ReadonlyArray<string> = []) =>
  serve("vendo", [...flags, main], {
    COMPOSIO_API_KEY: upstream.apiKey,
    COMPOSIO_BASE_URL: upstream.baseUrl,
    DATABASE_URL: database.serverUrl,
    HOST: "127.0.0.1",
    PORT: "0",
    VENDO_DATA_DIR: directory,
    VENDO_ENV: "production",
    VENDO_KEK_FILE: database.keyFile
  })

export const ask = (url: string, key: string) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } })
      return { status: response.status, body: await response.text() }
    },
    catch: (cause) => new BenchFailed({ message: `no answer from ${url}: ${String(cause)}` })
  })

/** A key, and the body it must be answered with. */
export interface Expected {
  readonly key: string
  readonly body: string
}

export const ofPasted = ({ credential, key }: Tenant): Expected => ({
  key,
  body: JSON.stringify({ access_token: credential, expires_at: null, token_type: "Bearer" })
})

/** A server that answered quickly and wrongly would win. */
export const verify = Effect.fn("contestants.verify")(function* (
  servers: ReadonlyArray<Server>,
  path: string,
  expected: ReadonlyArray<Expected>
) {
  for (const { body: right, key } of expected.slice(0, 5)) {
    for (const { name, url } of servers) {
      const { body, status } = yield* ask(url + path, key)
      const isRight = name === "fixed" ? body.length === right.length : body === right
      if (status !== 200 || !isRight) return yield* new BenchFailed({ message: `${name} answered ${status} ${body}` })
    }
  }
})
