/** What is compared with what: the vend of a pasted credential, and that of a token which is fresh. */
import { Effect, type Scope } from "effect"
import { BenchFailed } from "./BenchFailed.ts"
import type { Server } from "./children.ts"
import * as Contestants from "./contestants.ts"
import { managed, pasted, type Tenant } from "./database.ts"
import * as Groups from "./groups.ts"
import * as Load from "./load.ts"
import type { Options } from "./options.ts"
import * as Turns from "./turns.ts"

export interface Ground extends Contestants.Arena {
  readonly setting: Turns.Setting
  /** Those who ask. */
  readonly active: ReadonlyArray<Tenant>
}

export interface Findings {
  readonly contest: Contest["name"]
  readonly path: string
  readonly rotating: ReadonlyArray<Turns.Turn>
  readonly oneTenant: ReadonlyArray<Turns.Turn>
  /** At the constant rate. Empty where that was not asked. */
  readonly constant: ReadonlyArray<Turns.Turn>
  readonly groups: { readonly rotating: ReadonlyArray<Groups.Group>; readonly oneTenant: ReadonlyArray<Groups.Group> }
}

export interface Contest {
  readonly name: "static" | "hit"
  readonly integration: string
  readonly atConstantRate: boolean
  readonly others: (
    ground: Ground,
    pipelined: boolean
  ) => Effect.Effect<ReadonlyArray<Server>, BenchFailed, Scope.Scope>
  /** Brings about what is to be asked for, through Vendo, and says what the right answers are. */
  readonly prepare: (ground: Ground, vendo: Server) => Effect.Effect<ReadonlyArray<Contestants.Expected>, BenchFailed>
}

const isTokenOf = (body: string, token: string | undefined): boolean => {
  const answer: { readonly access_token?: string; readonly expires_at?: string } = JSON.parse(body)
  return token !== undefined && answer.access_token === token && answer.expires_at !== undefined
}

/** The first vend of each is a miss: it brings the token. The bytes of its answer are those of every hit. */
const bringToken =
  ({ upstream }: Ground, url: string) =>
  ({ account, key }: Tenant) =>
    Effect.gen(function* () {
      const { body, status } = yield* Contestants.ask(url, key)
      const issued = yield* upstream.tokens(account)
      if (status !== 200 || !isTokenOf(body, issued.at(-1)?.token)) {
        return yield* new BenchFailed({ message: `no token for ${account}: vendo answered ${status} ${body}` })
      }
      return { key, body }
    })

export const contests: Readonly<Record<Contest["name"], Contest>> = {
  static: {
    name: "static",
    integration: pasted,
    atConstantRate: false,
    others: (ground, pipelined) => Effect.all([Contestants.fixed, Contestants.byHand(ground, pipelined)]),
    prepare: ({ active }) => Effect.succeed(active.map(Contestants.ofPasted))
  },
  hit: {
    name: "hit",
    integration: managed,
    atConstantRate: true,
    others: (ground, pipelined) =>
      Effect.all([Contestants.byHandHit(ground, pipelined), Contestants.byHandAudited(ground, pipelined)]),
    prepare: (ground, { url }) =>
      Effect.forEach(ground.active, bringToken(ground, url + Contestants.pathOf(managed)), { concurrency: 8 })
  }
}

const progress = (text: string) => Effect.sync(() => console.error(text))

/** A hit that asked upstream was none. */
const withoutAsking = ({ upstream }: Ground) =>
  Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
    const before = yield* upstream.asked
    const result = yield* work
    const asked = (yield* upstream.asked) - before
    return asked === 0
      ? result
      : yield* new BenchFailed({ message: `the upstream was asked ${asked} times meanwhile, so not all were hits` })
  })

const warmUp = { label: "warm-up", rounds: 1 } as const

/** Vendo, ready to be asked. */
export const ready = Effect.fn("contests.ready")(function* (
  contest: Contest,
  ground: Ground,
  others: ReadonlyArray<Server>,
  flags: ReadonlyArray<string> = []
) {
  const vendo = yield* Contestants.vendo(ground, flags)
  const expected = yield* contest.prepare(ground, vendo)
  const all = [...others, vendo]
  yield* Contestants.verify(all, Contestants.pathOf(contest.integration), expected)
  return all
})

export const run = Effect.fn("contests.run")(function* (contest: Contest, ground: Ground, options: Options) {
  const { seconds } = options
  const { setting } = ground
  const path = Contestants.pathOf(contest.integration)
  const rotating = { path, keys: ground.active.map(({ key }) => key), seconds }
  const one = { ...rotating, keys: rotating.keys.slice(0, 1) }
  const named = (label: string) => `${contest.name}, ${label}`
  const turns = yield* Effect.scoped(
    Effect.gen(function* () {
      const all = yield* ready(contest, ground, yield* contest.others(ground, options.pipelined))
      const vending = all.filter(({ name }) => name !== "fixed")
      return yield* withoutAsking(ground)(
        Effect.gen(function* () {
          yield* Turns.rounds(setting, all, { ...rotating, ...warmUp, seconds: Math.max(3, seconds) })
          const asFastAsTheyCan = yield* Turns.rounds(setting, all, {
            ...rotating,
            label: named("round"),
            rounds: options.rounds
          })
          const oneTenant = yield* Turns.rounds(setting, vending, {
            ...one,
            label: named("one tenant, round"),
            rounds: Math.ceil(options.rounds / 2)
          })
          const constant = yield* Turns.rounds({ ...setting, generate: Load.constant(options.rate) }, vending, {
            ...rotating,
            label: named(`${options.rate}/s, round`),
            rounds: contest.atConstantRate ? options.rounds : 0
          })
          return { rotating: asFastAsTheyCan, oneTenant, constant }
        })
      )
    })
  )
  yield* progress("counting groups")
  const groups = {
    rotating: yield* Groups.measure(setting, ground, rotating),
    oneTenant: yield* Groups.measure(setting, ground, one)
  }
  const findings: Findings = { contest: contest.name, path, ...turns, groups }
  return findings
})

/** When the load of a profile began and ended, in seconds after the start of the process that is looked at. */
export const runAlone = Effect.fn("contests.runAlone")(function* (
  contest: Contest,
  ground: Ground,
  options: Options,
  flags: ReadonlyArray<string>
) {
  const load = {
    path: Contestants.pathOf(contest.integration),
    keys: ground.active.map(({ key }) => key),
    seconds: options.seconds
  }
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const started = performance.now()
      const vendo = yield* ready(contest, ground, [], flags)
      yield* Turns.rounds(ground.setting, vendo, { ...load, ...warmUp, seconds: 3 })
      const from = (performance.now() - started) / 1000
      yield* Turns.rounds(ground.setting, vendo, { ...load, label: "profile", rounds: 1 })
      return { from, until: (performance.now() - started) / 1000 }
    })
  )
})
