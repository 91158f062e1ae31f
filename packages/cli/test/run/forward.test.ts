import { assert, it } from "@effect/vitest"
import { exitOf, forwarded, type Signal, signalled } from "../../src/run/forward.ts"
import * as State from "../../src/run/State.ts"

const versions = { env_version: 1, restart: 0 }
const running: State.State = { ...State.initial, begun: true, command: versions, last: versions }

const after = (signals: ReadonlyArray<Signal>, state: State.State, inForeground = false) => {
  const sent: Array<string> = []
  let now = state
  for (const signal of signals) {
    const { forward, state } = signalled(now, signal, inForeground)
    if (forward !== null) sent.push(forward)
    now = state
  }
  return { sent, ending: now.ending, late: now.late }
}

it("each signal is the command's, and what asks for an end is remembered", () => {
  for (const signal of forwarded) {
    const isFinal = ["SIGTERM", "SIGINT", "SIGQUIT"].includes(signal)
    assert.deepStrictEqual(after([signal], running), {
      sent: [signal],
      ending: isFinal ? exitOf(signal) : null,
      late: false
    })
  }
})

it("a second SIGTERM or SIGINT kills, a second of any other is passed on", () => {
  for (const first of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    for (const second of ["SIGTERM", "SIGINT"] as const) {
      assert.deepStrictEqual(after([first, second], running).sent, [first, "SIGKILL"])
    }
    assert.deepStrictEqual(after([first, "SIGQUIT", "SIGHUP", "SIGUSR1"], running).sent, [
      first,
      "SIGQUIT",
      "SIGHUP",
      "SIGUSR1"
    ])
  }
})

it("what a terminal sends reached the command already, and a command that is used to it may stay", () => {
  const interrupts = ["SIGINT", "SIGINT", "SIGQUIT", "SIGWINCH"] as const
  assert.deepStrictEqual(after(interrupts, running, true), { sent: [], ending: null, late: false })
  assert.deepStrictEqual(after(["SIGTERM", "SIGHUP", "SIGUSR1"], running, true).sent, ["SIGTERM", "SIGHUP", "SIGUSR1"])
})

it("nothing is started after an end that was asked for while a command was ending", () => {
  for (const inForeground of [true, false]) {
    assert.strictEqual(after(["SIGINT"], { ...running, stopping: true }, inForeground).ending, 130)
  }
  assert.isNull(after(["SIGWINCH"], { ...running, stopping: true }, true).ending)
})

it("without a command a signal ends the run, or is for nobody", () => {
  const endings = forwarded.map((signal) => [signal, after([signal], State.initial)] as const)
  assert.deepStrictEqual(
    endings.map(([signal, { ending, sent }]) => [signal, ending, sent.length]),
    [
      ["SIGTERM", 143, 0],
      ["SIGINT", 130, 0],
      ["SIGHUP", 129, 0],
      ["SIGQUIT", 131, 0],
      ["SIGUSR1", null, 0],
      ["SIGUSR2", null, 0],
      ["SIGWINCH", null, 0]
    ]
  )
})

it("while the end is being reported, who insists does not wait for it", () => {
  const exited = { ...running, command: null, exited: 3 }
  assert.isTrue(after(["SIGTERM"], exited).late)
  assert.isFalse(after(["SIGUSR1"], exited).late)
})
