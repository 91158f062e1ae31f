import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { RunState, Wanted } from "@vendodev/domain/Deployment"
import { type Decision, decide } from "../../src/run/decide.ts"
import * as State from "../../src/run/State.ts"
import { environmentOf } from "../fixtures/environmentOf.ts"

const old = { env_version: 1, restart: 0 }
const fresh = { env_version: 2, restart: 1 }
const wanted = (action: Wanted["action"], versions: State.Versions = old): Wanted => ({
  action,
  ...versions,
  reason: action === "run" ? null : "because"
})
const prepared = environmentOf(old)

/** A run whose command is alive and as it should be. */
const running: State.State = {
  ...State.initial,
  begun: true,
  command: old,
  last: old,
  told: 1,
  heard: "running",
  wanted: wanted("run")
}
const paused: State.State = { ...running, command: null, heard: "paused", wanted: wanted("pause") }

const rows: ReadonlyArray<readonly [what: string, state: State.State, decision: Decision]> = [
  ["the variables come first", State.initial, "fetch"],
  ["once", { ...State.initial, fetching: true }, "wait"],
  ["the service is to know before there is a command", { ...State.initial, prepared }, "wait"],
  ["and may not want one", { ...State.initial, prepared, heard: "starting", wanted: wanted("pause") }, "wait"],
  ["or none ever", { ...State.initial, prepared, heard: "starting", wanted: wanted("stop") }, "end"],
  ["it does", { ...State.initial, prepared, heard: "starting", wanted: wanted("run") }, "start"],
  [
    "but with newer ones, whatever is newer",
    { ...State.initial, prepared, heard: "starting", wanted: wanted("run", { ...fresh, restart: 0 }) },
    "fetch"
  ],
  ["or all is", { ...State.initial, prepared, heard: "starting", wanted: wanted("run", fresh) }, "fetch"],

  ["all is well", running, "wait"],
  ["newer variables are news", { ...running, wanted: wanted("run", { ...fresh, restart: 0 }) }, "tell"],
  ["but once", { ...running, told: 2, wanted: wanted("run", { ...fresh, restart: 0 }) }, "wait"],
  ["a restart begins with the variables", { ...running, wanted: wanted("run", fresh) }, "fetch"],
  ["which are waited for", { ...running, fetching: true, wanted: wanted("run", fresh) }, "wait"],
  ["then the command ends", { ...running, prepared: environmentOf(fresh), wanted: wanted("run", fresh) }, "stop"],
  ["not for old ones", { ...running, prepared, wanted: wanted("run", fresh) }, "fetch"],
  [
    "is waited for",
    { ...running, stopping: true, prepared: environmentOf(fresh), wanted: wanted("run", fresh) },
    "wait"
  ],
  [
    "and another starts",
    { ...running, command: null, prepared: environmentOf(fresh), wanted: wanted("run", fresh) },
    "start"
  ],

  ["a pause needs no variables", { ...running, fetching: true, wanted: wanted("pause", fresh) }, "forget"],
  ["and no command", { ...running, wanted: wanted("pause", fresh) }, "stop"],
  ["is waited for", { ...running, stopping: true, wanted: wanted("pause") }, "wait"],
  ["and lasts", paused, "wait"],
  ["whatever changes", { ...paused, wanted: wanted("pause", fresh) }, "wait"],
  ["after it, fresh variables", { ...paused, wanted: wanted("run") }, "fetch"],
  ["are said to be there", { ...paused, prepared, wanted: wanted("run") }, "wait"],
  ["before they are used", { ...paused, prepared, heard: "starting", wanted: wanted("run") }, "start"],

  ["the end begins with the command's", { ...running, wanted: wanted("stop") }, "stop"],
  ["and is reported", { ...running, command: null, wanted: wanted("stop") }, "end"],
  ["as is one out of a pause", { ...paused, wanted: wanted("stop") }, "end"],
  ["a command ended by itself", { ...running, command: null, ending: 3 }, "end"],
  ["a signal is the command's to obey", { ...running, ending: 143 }, "wait"],
  ["no restart follows it", { ...running, ending: 143, wanted: wanted("run", fresh) }, "wait"],
  ["while a stop still does", { ...running, ending: 143, wanted: wanted("stop") }, "stop"],
  ["the last report is waited for", { ...running, command: null, exited: 3 }, "wait"],
  ["until it is answered", { ...running, command: null, exited: 3, heard: "exited" }, "leave"],
  ["or it is too late", { ...running, command: null, exited: 3, late: true }, "leave"]
]

describe("decide", () => {
  for (const [what, state, decision] of rows) {
    it(`${what}: ${decision}`, () => assert.strictEqual(decide(state), decision))
  }
})

describe("reportOf", () => {
  const reported = (state: State.State) => State.reportOf(state)

  it("says nothing before there are variables to name", () => assert.isNull(reported(State.initial)))

  it("names the variables of the command, and of none other", () => {
    const report = reported({ ...running, prepared: environmentOf(fresh), health: "healthy" })
    assert.deepStrictEqual(report, { state: "running", ...old, health: "healthy", exit_code: null })
  })

  it("says paused of no command that lives, and of none that is about to start", () => {
    assert.strictEqual(reported({ ...running, stopping: true, wanted: wanted("pause") })?.state, "running")
    assert.strictEqual(reported(paused)?.state, "paused")
    assert.strictEqual(reported({ ...paused, wanted: wanted("run") })?.state, "paused")
    assert.strictEqual(reported({ ...paused, prepared, wanted: wanted("run") })?.state, "starting")
  })

  it("has an exit code at the end, and no health without a command", () => {
    const report = reported({ ...running, command: null, health: "healthy", exited: 3 })
    assert.deepStrictEqual(report, { state: "exited", ...old, health: "unknown", exit_code: 3 })
  })
})

// ---- a service, a network that loses answers, and everything else that can happen, in any order

const moves = [
  "pause",
  "run",
  "restart",
  "change",
  "send",
  "arrive",
  "answer",
  "lose",
  "fetch",
  "command ends when told",
  "command ends by itself"
] as const
type Move = (typeof moves)[number]

/** What comes to pass sooner or later. */
const settling = ["send", "arrive", "answer", "fetch", "command ends when told"] as const

class World {
  state = State.initial
  /** The service's. */
  wants = wanted("run")
  sees: RunState | undefined
  /** On the way: a report, and then its answer. */
  sent: RunState | undefined
  answer: { readonly heard: RunState; readonly wanted: Wanted } | undefined

  readonly #moves: Record<Move, () => void> = {
    pause: () => (this.wants = { ...this.wants, action: "pause" }),
    run: () => (this.wants = { ...this.wants, action: "run" }),
    restart: () => (this.wants = { ...this.wants, restart: this.wants.restart + 1 }),
    change: () => (this.wants = { ...this.wants, env_version: this.wants.env_version + 1 }),
    send: () => {
      if (this.sent === undefined && this.answer === undefined) this.sent = State.reportOf(this.state)?.state
    },
    arrive: () => {
      if (this.sent === undefined) return
      this.sees = this.sent
      this.answer = { heard: this.sent, wanted: this.wants }
      this.sent = undefined
    },
    answer: () => {
      if (this.answer !== undefined) this.state = State.answered(this.state, this.answer.heard, this.answer.wanted)
      this.answer = undefined
    },
    lose: () => (this.answer = undefined),
    fetch: () => {
      if (this.state.fetching) this.state = State.fetched(this.state, environmentOf(this.wants))
    },
    "command ends when told": () => {
      if (this.state.stopping) this.state = State.gone(this.state, 143)
    },
    "command ends by itself": () => {
      if (this.state.command !== null && !this.state.stopping) this.state = State.gone(this.state, 3)
    }
  }

  make(move: Move) {
    this.#moves[move]()
    this.#act()
    if (this.sees === "paused") assert.isNull(this.state.command, "what the service takes for paused is not")
  }

  #act() {
    for (let decision = decide(this.state); ; decision = decide(this.state)) {
      const { command, ending, prepared } = this.state
      if (decision === "wait" || decision === "leave") return
      if (decision === "fetch") this.state = { ...this.state, fetching: true }
      if (decision === "forget") this.state = { ...this.state, fetching: false }
      if (decision === "tell") this.state = { ...this.state, told: this.wants.env_version }
      if (decision === "end") this.state = State.ended(this.state, ending ?? 0)
      if (decision === "stop") {
        assert.isNotNull(command)
        if (this.state.wanted?.action === "run") assert.isNotNull(prepared, "stopped with nothing to start it with")
        this.state = { ...this.state, stopping: true }
      }
      if (decision === "start" && prepared !== null) {
        assert.isNull(command, "a second one was started")
        assert.strictEqual(this.state.wanted?.action, "run")
        this.state = State.started(this.state, prepared)
      }
    }
  }
}

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

it.effect.prop(
  "whatever happens in whatever order: one command at most, none while the service believes in a pause, and in the end the one that is wanted",
  { script: Schema.Array(Schema.Literals(moves)).check(Schema.isMinLength(24)) },
  ({ script }) =>
    Effect.sync(() => {
      const world = new World()
      for (const move of script) world.make(move)
      world.make("run")
      for (let round = 0; round < 6; round++) {
        for (const move of settling) world.make(move)
      }
      if (world.state.exited === null) assert.strictEqual(world.state.command?.restart, world.wants.restart)
      else assert.strictEqual(world.sees, "exited")
    }),
  { arbitrary: { seed, runs: 1_000 } }
)
