/**
 * Tokens that expire: fresh from memory, else from the row every process
 * shares, else from the upstream, asked once however many are waiting.
 *
 * Nothing here decides who may have a token or how long it is good for. That is
 * asked of the row each time; what is kept is only the opened secret of it.
 */
import { Clock, Context, DateTime, Duration, Effect, Layer, Option, Random, type Redacted } from "effect"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { type BrokerError, type Unavailable, UpstreamError } from "@vendodev/domain/BrokerError"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import type { Granted } from "../access/BindingRepo.ts"
import { ComposioClient } from "../upstream/ComposioClient.ts"
import { UpstreamRefusal } from "../upstream/UpstreamRefusal.ts"
import type { UpstreamToken } from "../upstream/UpstreamToken.ts"
import { Keyring } from "../vault/Keyring.ts"
import { Vault } from "../vault/Vault.ts"
import { flights } from "../flights.ts"
import { openSealed } from "./openSealed.ts"
import { type Ask, type Lease, RefreshLease, type Taken } from "./RefreshLease.ts"
import { codeOf, errorOf, heldBack } from "./refusals.ts"
import { TokenMemory } from "./TokenMemory.ts"
import * as TokenMetrics from "./TokenMetrics.ts"

/** Shorter than the lease by several misses, so that one late beat loses nothing. */
const heartbeat = Duration.seconds(1)

/** How long a lease lasts from one sign of life to the next, as the database has it. */
const leaseTime = Duration.seconds(5)

/** How long one caller waits. The flight goes on for the others, and for the next. */
const patience = Duration.seconds(10)

/** Between looks at a lease somebody else holds, in milliseconds: short at first, for most upstreams are quick. */
const shortestGlance = 20
const longestGlance = 100

export class TokenCache extends Context.Service<
  TokenCache,
  {
    /**
     * The token of a grant. One that is nearly used up is replaced behind the
     * caller's back.
     */
    readonly read: (granted: Granted, keyHash: Uint8Array) => Effect.Effect<AccessToken, Unavailable>
    /**
     * Ends when the token has been replaced, or when there is nothing to replace
     * any more: ask again. Fails for all who wait with the one reason there is.
     */
    readonly refresh: (ask: Ask) => Effect.Effect<void, BrokerError>
  }
>()("@vendodev/broker/TokenCache") {
  static readonly layer = Layer.effect(
    TokenCache,
    Effect.gen(function* () {
      const vault = yield* Vault
      const leases = yield* RefreshLease
      const composio = yield* ComposioClient
      const keyring = yield* Keyring
      const memory = new TokenMemory()
      const join = yield* flights<void, BrokerError>()

      const giveUp = Effect.fnUntraced(function* (lease: Lease, refusal: UpstreamRefusal) {
        const settled = yield* leases.fail(lease, { refusal, code: codeOf(refusal), heldBack })
        yield* TokenMetrics.refreshed(refusal.verdict)
        // Overtaken: whatever is true now is in the row.
        if (Option.isNone(settled)) return
        const { flipped, wait } = settled.value
        if (refusal === mixedUp)
          yield* Effect.annotateLogs(Effect.logError(mixedUp.detail), { connection: lease.connection })
        if (refusal.verdict === "dead") yield* announce(lease, refusal, flipped)
        return yield* refusal.verdict === "dead" && !flipped
          ? errorOf({ code: "upstream_error", detail: heldBack, retryAfter: wait })
          : errorOf({ code: codeOf(refusal), detail: refusal.detail, retryAfter: wait })
      })

      /** Sealed for the version it will be, kept, and only then in anybody's hands. */
      const keep = Effect.fnUntraced(function* (lease: Lease, token: UpstreamToken) {
        const { connection, dataKey, tenant } = lease
        const version = lease.version + 1n
        const box = yield* Effect.orDie(
          vault.seal({ tenant, connection, secretVersion: String(version) }, dataKey, token.token)
        )
        const fingerprint = keyring.fingerprint(composioTokens, token.token)
        const renewIn = yield* renewalOf(token.freshFor)
        const outcome = yield* leases.complete(lease, { box, fingerprint, token, renewIn })
        if (outcome === "anothers") return yield* giveUp(lease, mixedUp)
        if (outcome === "kept") memory.set({ tenant, connection, version }, token.token)
        yield* TokenMetrics.refreshed(outcome)
      })

      /** The token before this one: a new one is told from it. A box that does not open is only no help. */
      const previous = ({ connection, old, tenant, version }: Lease) =>
        Option.match(old, {
          onNone: () => Effect.succeedNone,
          onSome: ({ age, box, dataKey, validFor }) =>
            vault.open({ tenant, connection, secretVersion: String(version) }, dataKey, box).pipe(
              Effect.map((token) => ({ token, validFor, age })),
              Effect.option
            )
        })

      /** Says that we live, until the lease is lost or may be: who was stopped for so long must ask nobody again. */
      const beat = Effect.fnUntraced(function* (lease: Lease) {
        let heard = yield* Clock.monotonicTimeNanos
        const isOver = (since: bigint) =>
          Effect.map(Clock.monotonicTimeNanos, (now) =>
            Duration.isGreaterThanOrEqualTo(Duration.nanos(now - since), leaseTime)
          )
        while (true) {
          yield* Effect.sleep(heartbeat)
          if (yield* isOver(heard)) return
          const said = yield* Clock.monotonicTimeNanos
          const extended = yield* Effect.option(leases.extend(lease))
          if (Option.contains(extended, false) || (yield* isOver(said))) return
          if (Option.isSome(extended)) heard = said
        }
      })

      const fetch = ({ account, ...lease }: Lease) =>
        Option.match(account, {
          onNone: () => Effect.fail(UpstreamRefusal.of("unservable", "this connection names no account at Composio")),
          onSome: (id) => Effect.flatMap(previous({ account, ...lease }), (previous) => composio.fetch(id, previous))
        })

      /** From the question to the record of its answer. */
      const ask = (lease: Lease) =>
        Effect.asSome(fetch(lease)).pipe(
          Effect.raceFirst(Effect.as(beat(lease), Option.none<UpstreamToken>())),
          Effect.matchEffect({
            onFailure: (refusal) => giveUp(lease, refusal),
            onSuccess: Option.match({
              onNone: () => TokenMetrics.refreshed("lost"),
              onSome: (token) => keep(lease, token)
            })
          })
        )

      /** What becomes of the wish, once nobody else is at it. */
      const settle = Effect.fnUntraced(function* (wish: Ask) {
        const started = yield* Clock.monotonicTimeNanos
        let waited = false
        for (let glance = shortestGlance; ; glance = Math.min(2 * glance, longestGlance)) {
          const taken: Taken = yield* leases.take(wish)
          const elapsed = Duration.nanos((yield* Clock.monotonicTimeNanos) - started)
          if (taken.outcome !== "held" || Duration.isGreaterThanOrEqualTo(elapsed, patience)) return taken
          if (!waited) yield* TokenMetrics.waited("lease")
          waited = true
          yield* Effect.sleep(Duration.millis(yield* Random.nextBetween(glance / 2, glance)))
        }
      })

      const flight = Effect.fn("TokenCache.refresh")(function* (wish: Ask) {
        const taken = yield* settle(wish)
        switch (taken.outcome) {
          case "taken":
            return yield* ask(taken.lease)
          case "resting":
            return yield* errorOf(taken.failure)
          case "held":
            return yield* tooSlow
          case "replaced":
          case "gone":
            return
        }
      })

      const start = (wish: Ask) => join(`${wish.connection}/${wish.version}`, flight(wish))

      const found = (granted: Granted): Effect.Effect<AccessToken, Unavailable> => {
        const { connection_id: connection, secret_version: version, tenant_id: tenant } = granted
        const place = { tenant, connection, version }
        const known = memory.get(place)
        if (known !== undefined) return Effect.as(TokenMetrics.hit("memory"), tokenOf(granted, known))
        return Effect.flatMap(openSealed(vault, granted), (token) => {
          memory.set(place, token)
          return Effect.as(TokenMetrics.hit("row"), tokenOf(granted, token))
        })
      }

      return TokenCache.of({
        read: (granted, keyHash) => {
          const { connection_id: connection, secret_version: version } = granted
          return granted.renew
            ? Effect.andThen(start({ keyHash, connection, version }), found(granted))
            : found(granted)
        },
        refresh: (wish) =>
          Effect.flatMap(start(wish), ({ joined, landing }) =>
            Effect.andThen(
              joined ? TokenMetrics.waited("process") : TokenMetrics.missed,
              Effect.timeoutOrElse(landing, { duration: patience, orElse: () => tooSlow })
            )
          )
      })
    })
  )
}

const tokenOf = ({ expires_ms: expires }: Granted, token: Redacted.Redacted): AccessToken => ({
  token,
  expiresAt: Option.map(Option.fromNullOr(expires), DateTime.makeUnsafe),
  tokenType: "Bearer"
})

/** Separates these fingerprints from those of other things. */
const composioTokens = IntegrationSlug.make("composio")

const mixedUp = UpstreamRefusal.of(
  "faulty",
  "Composio gave a token that belongs to another tenant's account; it was not used"
)

const tooSlow = new UpstreamError({
  detail: "the provider's token is taking too long to arrive; retry",
  retry_after: 1
})

/** Some time in the last tenth, so that not all are due at once, and early enough to be done in time. */
const renewalOf = (freshFor: Duration.Duration) => {
  const millis = Duration.toMillis(freshFor)
  const latest = millis - 30_000
  return latest < millis * 0.9
    ? Effect.succeedNone
    : Effect.map(Random.nextBetween(0.9 * millis, latest), (due) => Option.some(Duration.millis(due)))
}

/** The log's part of a definite answer: one person to be asked, or something that needs the operator. */
const announce = ({ connection }: Lease, { detail }: UpstreamRefusal, flipped: boolean) =>
  flipped
    ? Effect.andThen(
        TokenMetrics.flipped,
        Effect.annotateLogs(Effect.logWarning(`a connection must be authorised again: ${detail}`), { connection })
      )
    : Effect.andThen(
        TokenMetrics.heldBack,
        Effect.annotateLogs(
          Effect.logError(
            `a fuse is blown: too many connections would need their users at once (${detail}); ` +
              "see `vendo fuse list`, and release it if that is really so"
          ),
          { connection }
        )
      )
