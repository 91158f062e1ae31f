/** Runs a vector against an SDK: the one adapter per SDK turns a step into a call. */
import { Effect, type Scope } from "effect"
import { isDeepStrictEqual } from "node:util"
import { keyOf } from "./Script.ts"
import { scripted } from "./ScriptedService.ts"
import type { Expected, Step, Vector } from "./Vector.ts"

/** An error as the SDK shows it. A field its error can not have is left out; one it has not is null. */
export type Seen = { readonly [K in keyof Expected]?: Expected[K] } & {
  readonly code: string
  /** Everything it says in any form, which holds no secret. */
  readonly text: string
}

/** What became of a call. Fields of a result have the names of the wire. */
export type Outcome = { readonly result: unknown } | { readonly error: Seen }

export type Perform = (step: Step) => Effect.Effect<Outcome>

/** Makes a client and stands ready to call it, in the environment of the vector alone, until the scope closes. */
export type Adapter = (vector: Vector) => Effect.Effect<Perform, never, Scope.Scope>

const show = (value: unknown) => JSON.stringify(value)

const accessTokens = (value: unknown): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([name, item]) =>
        name === "access_token" && typeof item === "string" ? [item] : accessTokens(item)
      )

const secretsOf = (vector: Vector, step: Step): ReadonlyArray<string> => [
  keyOf(vector),
  ...(step.as !== undefined && "user" in step.as ? [step.as.user.trim()] : []),
  ...accessTokens(vector.exchanges)
]

const wrongWithError = (expected: Expected, seen: Seen, secrets: ReadonlyArray<string>): ReadonlyArray<string> => {
  const shown = secrets.filter((secret) => secret.length > 4 && seen.text.includes(secret))
  const other = Object.entries(expected).filter(([name, value]) => {
    const found: unknown = Object.entries(seen).find(([key]) => key === name)?.[1]
    return found !== undefined && found !== value
  })
  return [
    ...shown.map(() => `the error repeats a secret: ${seen.text}`),
    ...other.map(([name, value]) => `${name} of ${show(seen)} is not ${show(value)}`)
  ]
}

const wrongWith = (vector: Vector, step: Step, outcome: Outcome): ReadonlyArray<string> => {
  if (step.error !== undefined) {
    return "error" in outcome
      ? wrongWithError(step.error, outcome.error, secretsOf(vector, step))
      : [`answered ${show(outcome.result)} and not ${step.error.code}`]
  }
  if ("error" in outcome) return [`failed with ${show(outcome.error)}`]
  return step.result === undefined || isDeepStrictEqual(outcome.result, step.result)
    ? []
    : [`answered ${show(outcome.result)} and not ${show(step.result)}`]
}

const take = Effect.fnUntraced(function* (vector: Vector, perform: Perform, step: Step) {
  const started = performance.now()
  const atOnce = { concurrency: "unbounded" } as const
  const outcomes = yield* Effect.all(
    Array.from({ length: step.repeat ?? 1 }, () => perform(step)),
    atOnce
  )
  const took = performance.now() - started
  const late = took > (step.within_ms ?? Number.POSITIVE_INFINITY) ? [`took ${took.toFixed(0)} ms`] : []
  return [...outcomes.flatMap((outcome) => wrongWith(vector, step, outcome)), ...late]
})

/** Everything that was not as the vector says. */
export const conform = Effect.fnUntraced(function* (vector: Vector, adapter: Adapter) {
  const service = yield* scripted(vector)
  const perform = yield* adapter(service.vector)
  const wrong: Array<string> = []
  for (const [index, step] of service.vector.steps.entries()) {
    const found = yield* take(service.vector, perform, step)
    wrong.push(...found.map((text) => `step ${index + 1}, ${step.call}: ${text}`))
  }
  return [...wrong, ...service.problems()]
}, Effect.scoped)
