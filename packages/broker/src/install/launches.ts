/**
 * Launching a deployment: when it is installed, and again when it is started.
 *
 * The keys it was launched with are kept by id, each before it is used: whatever
 * is cut off in between, the next launch knows which keys it takes the place of.
 * Of one that failed nobody knows whether its key was used, so that is left to
 * the next one, or to the end of the deployment.
 */
import { Effect, Option, type Redacted, Result, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { NotFound } from "@vendodev/domain/BrokerError"
import { DeploymentStatus } from "@vendodev/domain/Deployment"
import { type AppId, KeyId, Slug, type TenantId } from "@vendodev/domain/Ids"
import { type Installed, Launch, type Launched } from "@vendodev/domain/Installation"
import { rows } from "../database/rows.ts"
import { Tenancy } from "../database/Tenancy.ts"
import { AppKeys } from "../manage/AppKeys.ts"
import { Launcher, runLine } from "./Launcher.ts"

const Row = Schema.Struct({
  status: DeploymentStatus,
  wanted: Schema.Literals(["run", "stop"]),
  slug: Slug,
  alive: Schema.Boolean,
  launch: Schema.Struct({ ...Launch.fields, key_ids: Schema.optionalKey(Schema.Array(KeyId)) })
})
type Row = typeof Row.Type

interface Key {
  readonly id: KeyId
  readonly key: Redacted.Redacted
}

/** Whose it is, on whose word. */
export interface Asked {
  readonly token: Redacted.Redacted
  readonly tenant: TenantId
}

/** Whether an earlier launch, or its run, had its turn since the key was given. */
const isOver = ({ launch: { key_ids = [] }, status }: Row, { id }: Key): boolean =>
  status !== "installed" || (key_ids.length > 0 && key_ids.at(-1) !== id)

/** Why nothing is started, though somebody would. */
const reasonNot = (row: Row, given: Option.Option<Key>): Pick<Launched, "state" | "detail"> | undefined => {
  if (row.status === "destroyed") return { state: "manual", detail: "the deployment was destroyed" }
  if (row.wanted === "stop") return { state: "manual", detail: "it was stopped meanwhile; start it" }
  if (row.alive) return { state: "launched", detail: "a run of it was heard of in the last minute and is left alone" }
  return Option.exists(given, (key) => isOver(row, key))
    ? { state: "manual", detail: "it was started before; start the deployment to have it started again" }
    : undefined
}

export const makeLaunches = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tenancy = yield* Tenancy
  const keys = yield* AppKeys
  const launcher = yield* Launcher

  const told = (launch: Launch, state: Launched["state"], detail: string | null): Launched => ({
    launcher: launcher.name,
    state,
    detail,
    run: runLine(launch)
  })

  /**
   * Held, so that of two who launch it each knows of the other's key. A run
   * reports every 20 seconds: of which nothing was heard for three, that is over.
   */
  const held = Effect.fnUntraced(function* (id: AppId) {
    const [row] = yield* rows(Row)(sql`
      SELECT d.status, d.wanted, a.slug, d.launch,
        coalesce(d.run_state <> 'exited' AND d.run_seen_at > now() - interval '60 seconds', false) AS alive
      FROM broker.deployments d JOIN broker.apps a ON a.tenant_id = d.tenant_id AND a.id = d.app_id
      WHERE d.app_id = ${id} FOR UPDATE OF d
    `)
    return row ?? (yield* new NotFound({ detail: "there is no such deployment" }))
  })

  const mint = Effect.fnUntraced(function* (id: AppId) {
    const { key, record } = yield* keys
      .mint({ app: id }, Option.none())
      .pipe(Effect.catchTags({ connection_revoked: Effect.die, not_found: Effect.die, validation_failed: Effect.die }))
    return { id: record.id, key }
  })

  const keep = (id: AppId, ids: ReadonlyArray<KeyId>) => sql`
    UPDATE broker.deployments SET launch = jsonb_set(launch, '{key_ids}', ${JSON.stringify(ids)}::text::jsonb)
    WHERE app_id = ${id}
  `

  /** What is to be started, and with which key; or what there is to say instead. */
  const prepare = Effect.fnUntraced(function* (id: AppId, given: Option.Option<Key>) {
    const row = yield* held(id)
    const { key_ids: former = [], ...launch } = row.launch
    if (!launcher.starts(launch)) return { instead: told(launch, "manual", null) }
    const reason = reasonNot(row, given)
    if (reason !== undefined) return { instead: told(launch, reason.state, reason.detail) }
    const key = yield* Option.match(given, { onNone: () => mint(id), onSome: Effect.succeed })
    yield* keep(id, [...former.filter((other) => other !== key.id), key.id])
    return { slug: row.slug, launch, key }
  })

  /** The key is in use: those before it end. */
  const settle = Effect.fnUntraced(function* (id: AppId, key: KeyId) {
    const { launch, status, wanted } = yield* held(id)
    const { key_ids = [] } = launch
    const at = key_ids.indexOf(key)
    for (const former of key_ids.slice(0, Math.max(at, 0))) {
      yield* Effect.catchTag(keys.revoke(former), "not_found", Effect.die)
    }
    if (at > 0) yield* keep(id, key_ids.slice(at))
    return status === "destroyed" || wanted === "stop" ? "nothing to run" : "settled"
  })

  const launched = Effect.fnUntraced(function* ({ tenant, token }: Asked, id: AppId, given: Option.Option<Key>) {
    const within = tenancy.asAdmin(token, tenant)
    return yield* Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const prepared = yield* restore(within(prepare(id, given)))
        if ("instead" in prepared) return prepared.instead
        const { key, launch, slug } = prepared
        const target = { tenant, deployment: { id, slug } }
        const { detail, state } = yield* restore(launcher.launch({ ...target, launch, key: key.key }))
        if (state === "started") {
          const settled = yield* Effect.result(within(settle(id, key.id)))
          if (Result.isFailure(settled)) {
            yield* Effect.logWarning(`keys of an earlier launch stay: ${settled.failure.detail}`)
          } else if (settled.success === "nothing to run") yield* launcher.remove(target)
        }
        return told(launch, state === "failed" ? "failed" : "launched", detail)
      })
    )
  })

  return {
    /**
     * What was just installed, or is so according to the answer of an earlier
     * request: then what was started before is not started again. Never fails, for
     * it is installed.
     */
    first: Effect.fn("launches.first")(function* (asked: Asked, launch: Launch, installed: Installed) {
      const { deployment, key, key_id: id } = installed
      if (!launcher.starts(launch)) return told(launch, "manual", null)
      return yield* Effect.catch(launched(asked, deployment.id, Option.some({ id, key })), ({ detail }) =>
        Effect.succeed(told(launch, "failed", detail))
      )
    }),
    /**
     * What is to run, and does not: with a new key, which takes the place of
     * those it was launched with before. Nothing is minted where nothing is started.
     */
    again: Effect.fn("launches.again")(function* (asked: Asked, deployment: AppId) {
      return yield* launched(asked, deployment, Option.none())
    })
  }
})
