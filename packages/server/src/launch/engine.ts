/** A Docker engine, asked over its HTTP API: on a socket of this machine, or over TCP. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Data, type Duration, Effect, Option, Predicate, Schema, Stream } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { EngineAddress } from "../launchSettings.ts"

/** What the engine did not do. Of the one that does not answer there is no status. */
export class EngineFault extends Data.TaggedError("EngineFault")<{
  readonly status: number | undefined
  /** Its own words, or ours of the one that does not answer. */
  readonly words: string
}> {}

/** The newest API whose fields are known here. Engines refuse what is too old for them, and what is too new. */
const newest = [1, 47] as const

const versionOf = (said: string | undefined): Option.Option<string> => {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})$/.exec(said ?? "") ?? []
  if (major === undefined || minor === undefined) return Option.none()
  const isOlder = Number(major) < newest[0] || (Number(major) === newest[0] && Number(minor) < newest[1])
  return Option.some(isOlder ? `${major}.${minor}` : newest.join("."))
}

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** A field of a body that is an object. */
const textIn = (body: unknown, name: string): Option.Option<string> =>
  Predicate.hasProperty(body, name) && typeof body[name] === "string" ? Option.some(body[name]) : Option.none()

/** An error of the transport hides the one that says what happened. */
const codeOf = (cause: unknown, depth = 0): string => {
  if (depth > 5 || !Predicate.isObject(cause)) return ""
  const code: unknown = Reflect.get(cause, "code")
  return typeof code === "string" ? code : codeOf(Reflect.get(cause, "cause"), depth + 1)
}

const silences: Readonly<Record<string, string>> = {
  ENOENT: "its socket is not there",
  ECONNREFUSED: "nothing listens where it should",
  EACCES: "this user may not ask it",
  ENOTFOUND: "its host is not known"
}

const silent = (why: string) =>
  new EngineFault({ status: undefined, words: `the Docker engine can not be asked: ${why}` })

const faultOf = ({ reason }: HttpClientError.HttpClientError) =>
  silent(silences[codeOf(reason)] ?? "the connection broke off")

export interface Question {
  readonly method: "GET" | "POST" | "DELETE"
  /** Below the version. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Schema.Json
  /** From the asking to the last byte. */
  readonly within?: Duration.Input
}

type Response = HttpClientResponse.HttpClientResponse

const refused = Effect.fnUntraced(function* ({ status, text }: Response) {
  const words = Option.flatMap(parse(yield* text), (body) => textIn(body, "message"))
  const instead = `the Docker engine answered with status ${status}`
  return yield* new EngineFault({ status, words: Option.getOrElse(words, () => instead) })
})

/** What an engine answers: the JSON of a body, if it is any. */
const bodyOf = ({ text }: Response) => Effect.map(text, parse)

/** An engine says what went wrong on a line of its success. */
const lastErrorOf = ({ stream }: Response) =>
  stream.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runFold(Option.none<string>, (found, line) =>
      Option.orElse(
        Option.flatMap(parse(line), (body) => textIn(body, "error")),
        () => found
      )
    )
  )

/** Answers while the scope is open. */
export const makeEngine = Effect.fnUntraced(function* (address: EngineAddress) {
  const overSocket = "socketPath" in address
  const dispatcher = yield* NodeHttpClient.makeDispatcherOptions(
    overSocket ? { connect: { socketPath: address.socketPath } } : undefined
  )
  const client = yield* NodeHttpClient.makeUndici.pipe(
    Effect.provideService(NodeHttpClient.Dispatcher, dispatcher),
    Effect.map(HttpClient.withScope)
  )
  const base = overSocket ? "http://docker" : address.url

  const asked = <A>(
    { body, method, path, query = {}, within = "10 seconds" }: Question,
    read: (response: Response) => Effect.Effect<A, HttpClientError.HttpClientError | EngineFault>
  ) => {
    const request = HttpClientRequest.make(method)(`${base}${path}`).pipe(HttpClientRequest.setUrlParams(query))
    return client.execute(body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)).pipe(
      Effect.flatMap((response) => (response.status >= 400 ? refused(response) : read(response))),
      Effect.scoped,
      Effect.catchTag("HttpClientError", (error) => Effect.fail(faultOf(error))),
      Effect.timeoutOrElse({ duration: within, orElse: () => Effect.fail(silent("it did not answer in time")) })
    )
  }

  /** In the newest words that both sides know. */
  const versioned = Effect.gen(function* () {
    const said = yield* asked({ method: "GET", path: "/_ping" }, ({ headers }) =>
      Effect.succeed(headers["api-version"])
    )
    return yield* Option.match(versionOf(said), {
      onNone: () => Effect.fail(silent("what answers is none")),
      onSome: Effect.succeed
    })
  })

  const ask = <A>(
    question: Question,
    read: (response: Response) => Effect.Effect<A, HttpClientError.HttpClientError | EngineFault>
  ) => Effect.flatMap(versioned, (version) => asked({ ...question, path: `/v${version}${question.path}` }, read))

  return {
    ask: (question: Question) => ask(question, bodyOf),
    /** Work that is told of line by line; it fails if any of them says so. */
    follow: (question: Question) =>
      Effect.flatMap(
        ask(question, lastErrorOf),
        Option.match({
          onNone: () => Effect.void,
          onSome: (words) => Effect.fail(new EngineFault({ status: undefined, words }))
        })
      )
  }
})
