/** The exchanges of a vector as they happen: which answer is next, and what was wrong with the requests. */
import { isDeepStrictEqual } from "node:util"
import type { Exchange, Vector } from "./Vector.ts"

export interface Arrived {
  readonly at: "service" | "provider"
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

/** What every request to the service carries, and none to a provider, whether a vector says so or not. */
const standing = (vector: Vector, { at = "service", headers = {} }: Exchange) => {
  const key = keyOf(vector)
  const user = "x-vendo-user-jwt" in headers ? [] : ["x-vendo-user-jwt"]
  return at === "provider"
    ? { headers, absent: ["vendo-api-version", "x-vendo-user-jwt"] }
    : {
        headers: {
          "vendo-api-version": vector.options?.api_version ?? "2026-05-02",
          ...(key !== "" && { authorization: `Bearer ${key}` }),
          ...headers
        },
        absent: user
      }
}

export const keyOf = ({ environment, options }: Vector): string =>
  options?.api_key?.trim() || (environment["VENDO_API_KEY"] ?? "").trim()

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const isAbout = ({ at = "service", method, path }: Exchange, arrived: Arrived): boolean =>
  at === arrived.at && method === arrived.method && path === arrived.path

const differing = (headers: Readonly<Record<string, string>>, arrived: Arrived) =>
  Object.entries(headers).filter(([name, value]) => arrived.headers[name] !== value)

export class Script {
  readonly #vector: Vector
  readonly #done = new Set<Exchange>()
  readonly #problems: Array<string> = []
  #answeredAt = 0

  constructor(vector: Vector) {
    this.#vector = vector
  }

  /** The exchange of a request, or nothing where none was expected. */
  next(arrived: Arrived): Exchange | undefined {
    const left = this.#vector.exchanges.filter((exchange) => !this.#done.has(exchange))
    const [first] = left
    const inOneGo = left.findIndex(({ together = false }) => !together)
    const open = first?.together === true ? left.slice(0, inOneGo === -1 ? left.length : inOneGo) : left.slice(0, 1)
    const about = open.filter((exchange) => isAbout(exchange, arrived))
    const found = about.find(({ headers = {} }) => differing(headers, arrived).length === 0) ?? about[0]
    if (found === undefined) {
      const wanted = open.map(({ method, path }) => `${method} ${path}`).join(" or ") || "nothing more"
      this.#problems.push(`${arrived.method} ${arrived.path} came at the ${arrived.at}; expected was ${wanted}`)
      return undefined
    }
    this.#done.add(found)
    this.#check(found, arrived)
    return found
  }

  /** Waits count from here to the next request. */
  answered(): void {
    this.#answeredAt = performance.now()
  }

  problems(): ReadonlyArray<string> {
    const missing = this.#vector.exchanges.filter((exchange) => !this.#done.has(exchange))
    return [...this.#problems, ...missing.map(({ method, path }) => `${method} ${path} never came`)]
  }

  #check(exchange: Exchange, arrived: Arrived): void {
    const place = `${arrived.method} ${arrived.path}`
    const { absent, headers } = standing(this.#vector, exchange)
    for (const [name, value] of differing(headers, arrived)) {
      this.#problems.push(`${place}: ${name} is ${String(arrived.headers[name])} and not ${value}`)
    }
    for (const name of [...absent, ...(exchange.absent ?? [])]) {
      if (arrived.headers[name] !== undefined) this.#problems.push(`${place}: ${name} was sent`)
    }
    const key = keyOf(this.#vector)
    const shown = arrived.at === "provider" ? JSON.stringify(arrived) : arrived.path
    if (key !== "" && shown.includes(key)) this.#problems.push(`${place}: the key stands where it must not`)
    const body = arrived.body === "" ? undefined : jsonOf(arrived.body)
    if (!isDeepStrictEqual(body, exchange.body)) {
      this.#problems.push(`${place}: the body is ${arrived.body} and not ${JSON.stringify(exchange.body)}`)
    }
    const waited = performance.now() - this.#answeredAt
    if (waited < (exchange.min_wait_ms ?? 0)) {
      this.#problems.push(`${place}: came after ${waited.toFixed(0)} ms, before ${exchange.min_wait_ms} ms`)
    }
  }
}
