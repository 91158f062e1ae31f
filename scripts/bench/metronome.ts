/**
 * A thread that only keeps time: tells each of `times` moments, `interval`
 * milliseconds apart, when it has come. Node's own timers are a millisecond
 * coarse; waiting on a cell that nobody changes is not.
 */
import { parentPort, workerData } from "node:worker_threads"

/** Milliseconds of a clock that all threads share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

export interface Beat {
  readonly interval: number
  readonly times: number
}

if (parentPort !== null) {
  const { interval, times }: Beat = workerData
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const first = now() + interval
  for (let beat = 0; beat < times; beat++) {
    const due = first + beat * interval
    const left = due - now()
    if (left > 0) Atomics.wait(cell, 0, 0, left)
    // What is overdue is told all the same, with the time it should have been told.
    parentPort.postMessage(due) // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has none
  }
}
