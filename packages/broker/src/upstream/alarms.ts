import { Clock, Effect } from "effect"

/** What only an operator can mend. Each kind has its own minute, so that a frequent one does not drown another. */
const messages = {
  key: "Composio refuses our API key, or it lacks the right to read connected accounts; check COMPOSIO_API_KEY",
  writing: "Composio does not let our API key end connected accounts; check the rights of COMPOSIO_API_KEY",
  version: "Composio no longer serves the version of its API that this release speaks; upgrade",
  address: "COMPOSIO_BASE_URL or COMPOSIO_API_KEY can not be used as they are, so Composio is not asked",
  name: "the host of Composio can not be resolved; check the network and COMPOSIO_BASE_URL",
  certificate: "the certificate of Composio is not accepted; somebody may be in between",
  status: "a connected account has a status this release does not know; upgrade",
  stranger: "Composio answered about another account than the one that was asked for",
  masked: "Composio masks tokens, so they can not be vended; see `vendo doctor`",
  resting: "Composio fails too often and is left alone for a while"
} as const

export type Alarm = keyof typeof messages
export type Alarms = (alarm: Alarm) => Effect.Effect<void>

const minute = 60_000_000_000n

/** Logs an alarm at most once a minute. Kept in memory: a restart may repeat one. */
export const makeAlarms = Effect.sync((): Alarms => {
  const last = new Map<Alarm, bigint>()
  return (alarm) =>
    Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
      const before = last.get(alarm)
      if (before !== undefined && now - before < minute) return Effect.void
      last.set(alarm, now)
      return Effect.logError(messages[alarm])
    })
})
