/**
 * Deployments: installed in one transaction, shown, and destroyed.
 *
 * An installation is tried with whatever can be used of what was chosen, and
 * undone if anything is wrong: so one answer names all of it, what the database
 * alone knows included, and what somebody else took in the meantime.
 *
 * Locks are taken in one order, as everywhere: connections by id, new ones and
 * then bindings by slug, deployments, and the audit head last.
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { App, AppKind } from "@vendodev/domain/App"
import type { NotFound } from "@vendodev/domain/BrokerError"
import { Connection } from "@vendodev/domain/Connection"
import { type Choice, type Deployment, DeploymentStep } from "@vendodev/domain/Deployment"
import { type AppId, DisplayName, Slug } from "@vendodev/domain/Ids"
import type { Installed, Launch } from "@vendodev/domain/Installation"
import { Manifest } from "@vendodev/domain/Manifest"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { AppKeys } from "../manage/AppKeys.ts"
import { Apps } from "../manage/Apps.ts"
import { type Examinations, makeBinding } from "./binding.ts"
import { type Chosen, planOf, type Problem } from "./choices.ts"
import { makeDeploymentRows } from "./deploymentRows.ts"
import { type BoundMeanwhile, makeDestruction } from "./destruction.ts"
import { fitsSlug, nextSlug, slugOf } from "./deploymentSlug.ts"
import { type Refusal, refusalOf } from "./refusalOf.ts"
import { makeUserVariables } from "./userVariables.ts"
import type { UserVariables } from "./variableRules.ts"

export interface Installation {
  /** Its text and what it means; and which version of the store it is, if it is of the store. */
  readonly source: string
  readonly manifest: Manifest
  readonly tool: Deployment["tool"]
  /** None for the manifest's name. */
  readonly slug: Option.Option<Slug>
  /** None for the slug. */
  readonly name: Option.Option<DisplayName>
  readonly kind: AppKind
  readonly choices: ReadonlyMap<string, Choice>
  /** Of the credentials among them; those nobody asked about are not in it. */
  readonly found: Examinations
  readonly variables: UserVariables
  readonly launch: Launch
}

export class Deployments extends Context.Service<
  Deployments,
  {
    /**
     * Writes app, connections, bindings, manifest, variables and key, or none of
     * it. Fails with one answer that names everything that is missing or taken;
     * with `conflict` when only the slug is, which then says what is free.
     */
    readonly install: (installation: Installation) => InTenant<Installed, Refusal>
    /** Those that are not destroyed, the oldest first. */
    readonly list: InTenant<ReadonlyArray<Deployment>>
    /** Also one that is destroyed. */
    readonly get: (id: AppId) => InTenant<Deployment, NotFound>
    /** Its last 1000 steps, the oldest first. */
    readonly history: (id: AppId) => InTenant<ReadonlyArray<DeploymentStep>, NotFound>
    /**
     * For good: unbinds everything, erases its variables and ends its keys; those
     * of a run that is alive within a minute, for it has yet to hear that it is to
     * stop. Fails with `BoundMeanwhile` where somebody bound something meanwhile. The app, with its slug, and the connections stay. Repeating it changes
     * nothing.
     */
    readonly destroy: (id: AppId) => InTenant<Deployment, NotFound | BoundMeanwhile>
  }
>()("@vendodev/broker/Deployments") {
  static readonly layer = Layer.effect(
    Deployments,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const apps = yield* Apps
      const keys = yield* AppKeys
      const shown = yield* makeDeploymentRows
      const userVariables = yield* makeUserVariables
      const tried = yield* makeBinding
      const destroy = yield* makeDestruction

      /** The tenant's among the connections that were chosen, held as they are: a revocation under way is waited for. */
      const chosen = Effect.fnUntraced(function* (choices: Installation["choices"]) {
        const ids = [...choices.values()].flatMap((choice) => ("connection_id" in choice ? [choice.connection_id] : []))
        const found = yield* rows(ChosenRow)(sql`
          SELECT id, integration AS slug, nullif(user_subject, '') AS "user", status FROM broker.connections
          WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR SHARE
        `)
        return new Map(found.map((connection) => [connection.id, connection]))
      })

      /** The new app. Where the slug is taken it is another's, which nobody waits for: the rest can still be tried. */
      const claim = Effect.fnUntraced(function* (slug: Slug, { kind, name }: Installation) {
        const app = yield* apps.add({ slug, name: Option.getOrElse(name, () => DisplayName.make(slug)), kind })
        if (Option.isSome(app)) return { app: app.value, taken: Option.none() }
        const free = nextSlug(slug, new Set((yield* apps.list).map(({ slug }) => slug)))
        const any = crypto.randomUUID().replaceAll("-", "")
        const other = yield* apps.add({ slug: Slug.make(any), name: DisplayName.make(any), kind })
        return {
          app: yield* Effect.orDie(Effect.fromOption(other)),
          taken: Option.some(`the slug ${slug} is taken in this tenant; ${free} is free`)
        }
      })

      const write = Effect.fnUntraced(function* (
        app: App,
        { launch, manifest, source, tool, variables }: Installation
      ) {
        const tenant = yield* CurrentTenant
        const { box, version } = yield* userVariables.seal({ tenant: tenant.id, app: app.id }, 1n, variables)
        const meaning = JSON.stringify(yield* Effect.orDie(encodeManifest(manifest)))
        yield* sql`
          INSERT INTO broker.deployments (tenant_id, app_id, tool, tool_version, source, manifest, status_reason,
            env_version, env_dek_version, env_box, launch)
          VALUES (${tenant.id}, ${app.id}, ${tool?.slug ?? null}::text, ${tool?.version ?? null}::int, ${source},
            ${meaning}::text::jsonb, 'installed', 1, ${version}::int, ${box}::bytea,
            ${JSON.stringify(launch)}::text::jsonb)
        `
      })

      const install = Effect.fn("Deployments.install")(function* (installation: Installation) {
        const { choices, kind, manifest, tool, variables } = installation
        const connections = yield* chosen(choices)
        const plan = planOf({ manifest, kind, choices, variables, connections })
        const slug = Option.getOrElse(installation.slug, () => slugOf(manifest.name))
        const claimed = yield* claim(slug, installation)
        const { app } = claimed
        const { problems, taken } = yield* tried(app, plan.uses, installation.found)
        const unnamed = Option.isNone(installation.slug) && !fitsSlug(manifest.name) ? [noSlug] : []
        const refusal = refusalOf({
          problems: [...unnamed, ...plan.problems, ...problems],
          taken,
          slug: claimed.taken
        })
        if (Option.isSome(refusal)) return yield* refusal.value

        yield* write(app, installation)
        yield* audit.changed({
          action: "deployment.install",
          object: { kind: "deployment", id: app.id },
          with: {
            slug: app.slug,
            kind,
            tool: tool === null ? null : `${tool.slug}@${tool.version}`,
            manifest: manifest.name,
            variables: Object.keys(variables).toSorted().join(" ") || null
          }
        })
        const { key, record } = yield* keys
          .mint({ app: app.id }, Option.none())
          .pipe(
            Effect.catchTags({ connection_revoked: Effect.die, not_found: Effect.die, validation_failed: Effect.die })
          )
        const deployment = yield* Effect.catchTag(shown.get(app.id), "not_found", Effect.die)
        return { deployment, key, key_id: record.id }
      })

      return Deployments.of({
        install,
        list: shown.list,
        get: shown.get,
        history: Effect.fn("Deployments.history")(function* (id) {
          yield* shown.get(id)
          return yield* rows(DeploymentStep)(sql`
            SELECT at, from_status AS "from", to_status AS "to", reason FROM (
              SELECT * FROM broker.deployment_steps WHERE app_id = ${id} ORDER BY id DESC LIMIT 1000
            ) last ORDER BY last.id
          `)
        }),
        destroy: Effect.fn("Deployments.destroy")(function* (id) {
          const before = yield* shown.get(id)
          if (before.status !== "destroyed") yield* destroy(before)
          return yield* shown.get(id)
        })
      })
    })
  )
}

const ChosenRow: Schema.Codec<Chosen, unknown> = Schema.Struct({
  id: Connection.fields.id,
  slug: Connection.fields.slug,
  user: Connection.fields.user,
  status: Connection.fields.status
})

const encodeManifest = Schema.encodeEffect(Manifest)

const noSlug: Problem = {
  field: "slug",
  detail: "slug: the tool's name is longer than the 40 characters of a slug; choose one"
}
