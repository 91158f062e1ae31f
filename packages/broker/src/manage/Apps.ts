import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { App, type AppKind } from "@vendodev/domain/App"
import { Conflict, NotFound } from "@vendodev/domain/BrokerError"
import { AppId, type DisplayName, type Slug } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"

export interface NewApp {
  readonly slug: Slug
  readonly name: DisplayName
  readonly kind: AppKind
}

/** The apps of a tenant. Repeating a creation answers the app that is there. */
export class Apps extends Context.Service<
  Apps,
  {
    readonly list: InTenant<ReadonlyArray<App>>
    readonly get: (id: AppId) => InTenant<App, NotFound>
    /** Fails with `conflict` when the slug belongs to an app of another name or kind. */
    readonly create: (input: NewApp) => InTenant<App, Conflict>
    /** An app that was not there before; none when its slug is taken, by whichever app. */
    readonly add: (input: NewApp) => InTenant<Option.Option<App>>
  }
>()("@vendodev/broker/Apps") {
  static readonly layer = Layer.effect(
    Apps,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const apps = rows(App)

      const add = Effect.fn("Apps.add")(function* ({ kind, name, slug }: NewApp) {
        const tenant = yield* CurrentTenant
        const id = AppId.make(crypto.randomUUID())
        const [added] = yield* apps(sql`
          INSERT INTO broker.apps (tenant_id, id, slug, name, kind)
          VALUES (${tenant.id}, ${id}, ${slug}, ${name}, ${kind})
          ON CONFLICT (tenant_id, slug) DO NOTHING RETURNING id, slug, name, kind, created_at
        `)
        if (added !== undefined) {
          yield* audit.changed({ action: "app.create", object: { kind: "app", id }, with: { slug, kind } })
        }
        return Option.fromUndefinedOr(added)
      })

      return Apps.of({
        list: apps(sql`SELECT id, slug, name, kind, created_at FROM broker.apps ORDER BY created_at, id`),
        get: Effect.fn("Apps.get")(function* (id) {
          const [app] = yield* apps(sql`SELECT id, slug, name, kind, created_at FROM broker.apps WHERE id = ${id}`)
          return app ?? (yield* new NotFound({ detail: "there is no such app" }))
        }),
        create: Effect.fn("Apps.create")(function* (input) {
          const { kind, name, slug } = input
          yield* add(input)
          const [app] = yield* apps(sql`SELECT id, slug, name, kind, created_at FROM broker.apps WHERE slug = ${slug}`)
          if (app === undefined || app.name !== name || app.kind !== kind) {
            return yield* new Conflict({
              detail: `the slug ${slug} belongs to another app of this tenant; choose another`
            })
          }
          return app
        }),
        add
      })
    })
  )
}
