/** One call of a simulated provider, with what every route needs of it. */
import { type Effect, Option, Result, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { type Answer, json, type Request } from "../Answer.ts"
import type { Call } from "../Ledger.ts"
import type { World } from "./World.ts"

export interface Context {
  readonly world: World
  readonly now: number
  readonly request: Request
  /** With the provider's host as the first part of its path. */
  readonly url: URL
  /** What the groups of the path matched, decoded. */
  readonly parts: ReadonlyArray<string>
  /** Of the query, and of a body that is JSON or a form. Everything as text. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Whom a call is about, and whether its credential is any good: for the ledger and for faults. */
export interface About {
  readonly account: string | null
  readonly key: Call["key"]
  /** The path without its secrets, where it has any. */
  readonly path?: string
}

export interface Route {
  /** As the ledger names it. */
  readonly name: string
  readonly host: string
  readonly methods: ReadonlyArray<string>
  readonly path: RegExp
  readonly about: (context: Context) => About
  readonly answer: (context: Context) => Effect.Effect<Answer>
}

const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.JsonObject))

const bodyOf = ({ body, headers }: Request): ReadonlyArray<readonly [string, string]> =>
  /json/.test(headers["content-type"] ?? "")
    ? Object.entries(Option.getOrElse(decodeObject(body), () => ({}))).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value)
      ])
    : [...new URLSearchParams(body)]

export const parametersOf = (request: Request, url: URL): ReadonlyMap<string, string> =>
  new Map([...url.searchParams, ...bodyOf(request)])

export const bearerOf = ({ headers }: Request): string | undefined =>
  /^bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1]

/** Name and password, percent-decoded as OAuth has it. */
export const basicOf = ({ headers }: Request): readonly [string, string] | undefined => {
  const encoded = /^basic (.+)$/i.exec(headers["authorization"] ?? "")?.[1]
  const text = encoded === undefined ? undefined : Result.getOrUndefined(Base64.decodeString(encoded))
  const [, name, password] = /^([^:]*):(.*)$/s.exec(text ?? "") ?? []
  return name === undefined || password === undefined ? undefined : [plain(name), plain(password)]
}

const plain = (text: string) => new URLSearchParams(`x=${text}`).get("x") ?? ""

export const notFound = json(404, { error: "not_found" })
