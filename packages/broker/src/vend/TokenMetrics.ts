/** What is counted of tokens that expire; `docs/operate.md` says how to read it. Attributes come from fixed sets. */
import { Metric } from "effect"
import type { Verdict } from "../upstream/UpstreamRefusal.ts"

const hits = Metric.counter("vendo.tokens.hits", {
  description: "Tokens served without asking an upstream, by where they were found",
  incremental: true
})
const misses = Metric.counter("vendo.tokens.misses", {
  description: "Requests that found no fresh token and started a refresh",
  incremental: true
})
const waits = Metric.counter("vendo.tokens.waits", {
  description: "Waits for a refresh somebody else was at, in this process or in another",
  incremental: true
})
const refreshes = Metric.counter("vendo.tokens.refreshes", {
  description: "Refreshes this process finished, by outcome",
  incremental: true
})
const stale = Metric.counter("vendo.tokens.stale", {
  description: "Tokens served in their last minute because their refresh failed",
  incremental: true
})
const flips = Metric.counter("vendo.connections.flips", {
  description: "Connections that must be authorised again, and those a fuse held back",
  incremental: true
})

const fromMemory = Metric.withAttributes(hits, { from: "memory" })
const fromRow = Metric.withAttributes(hits, { from: "row" })

export const hit = (from: "memory" | "row") => Metric.update(from === "memory" ? fromMemory : fromRow, 1)
export const missed = Metric.update(misses, 1)
export const waited = (on: "process" | "lease") => Metric.update(Metric.withAttributes(waits, { on }), 1)
export const refreshed = (outcome: Verdict | "kept" | "lost") =>
  Metric.update(Metric.withAttributes(refreshes, { outcome }), 1)
export const servedStale = Metric.update(stale, 1)
export const flipped = Metric.update(Metric.withAttributes(flips, { outcome: "flipped" }), 1)
export const heldBack = Metric.update(Metric.withAttributes(flips, { outcome: "held_back" }), 1)
