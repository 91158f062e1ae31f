import { Context, Effect, Layer, type Redacted, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { NotFound, type SessionRequired, type Unavailable } from "@vendodev/domain/BrokerError"
import { Manifest, type ToolSlug } from "@vendodev/domain/Manifest"
import { PublishedTool, Tool, type ToolReference, ToolVersionNumber } from "@vendodev/domain/Tool"
import { AdminTokens } from "../access/AdminTokens.ts"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { rows } from "../database/rows.ts"
import { makeAdmission } from "../manage/admission.ts"

type Failure = SessionRequired | Unavailable

/** The store of tools. It is of no one tenant; a version that was published never changes. */
export class Tools extends Context.Service<
  Tools,
  {
    /** The newest version of each, by slug. */
    readonly list: (token: Redacted.Redacted) => Effect.Effect<ReadonlyArray<Tool>, Failure>
    /** One version with its text; the newest when none is named. */
    readonly get: (token: Redacted.Redacted, tool: ToolReference) => Effect.Effect<PublishedTool, Failure | NotFound>
    /** All versions of a tool, the newest first. */
    readonly versions: (
      token: Redacted.Redacted,
      slug: ToolSlug
    ) => Effect.Effect<ReadonlyArray<Tool>, Failure | NotFound>
    /**
     * Publishes a text under the name that stands in it. A text that was
     * published before is the version it became then. It is read once the token
     * was admitted: a stranger's is not.
     */
    readonly publish: <E>(
      token: Redacted.Redacted,
      source: string,
      read: Effect.Effect<Manifest, E>
    ) => Effect.Effect<PublishedTool, Failure | E>
    /** One version, for whoever is inside a tenant already. */
    readonly find: (tool: ToolReference) => Effect.Effect<PublishedTool, NotFound | SqlError.SqlError>
  }
>()("@vendodev/broker/Tools") {
  static readonly layer = Layer.effect(
    Tools,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const tokens = yield* AdminTokens
      const admit = yield* makeAdmission
      const columns = sql`tool AS slug, version, manifest, created_at`

      const find = Effect.fn("Tools.find")(function* ({ slug, version }: ToolReference) {
        const [found] = yield* rows(PublishedTool)(sql`
          SELECT ${columns}, source FROM broker.tool_versions
          WHERE tool = ${slug} AND (${version ?? null}::int IS NULL OR version = ${version ?? null}::int)
          ORDER BY version DESC LIMIT 1
        `)
        return found ?? (yield* new NotFound({ detail: "there is no such tool, or no such version of it" }))
      })

      const publishAs = Effect.fnUntraced(function* (hash: Uint8Array, source: string, manifest: Manifest) {
        const meaning = JSON.stringify(yield* Effect.orDie(encodeManifest(manifest)))
        const [published] = yield* sql<{ readonly version: number }>`
          SELECT version FROM gate.publish_tool(${hash}, ${manifest.name}, ${source}, ${meaning}::text::jsonb)
        `.pipe(
          // Revoked since it was looked at.
          Effect.catchReason("SqlError", "AuthorizationError", () => tokens.refusal)
        )
        const version = ToolVersionNumber.make(published?.version ?? 0)
        return yield* Effect.catchTag(find({ slug: manifest.name, version }), "not_found", Effect.die)
      })

      return Tools.of({
        list: Effect.fn("Tools.list")(function* (token) {
          yield* admit(token)
          return yield* rows(Tool)(sql`
            SELECT DISTINCT ON (tool) ${columns} FROM broker.tool_versions ORDER BY tool, version DESC
          `)
        }, orOutOfReach),
        get: Effect.fn("Tools.get")(function* (token, tool) {
          yield* admit(token)
          return yield* find(tool)
        }, orOutOfReach),
        versions: Effect.fn("Tools.versions")(function* (token, slug) {
          yield* admit(token)
          const found = yield* rows(Tool)(sql`
            SELECT ${columns} FROM broker.tool_versions WHERE tool = ${slug} ORDER BY version DESC
          `)
          return found.length > 0 ? found : yield* new NotFound({ detail: "there is no such tool" })
        }, orOutOfReach),
        publish: (token, source, read) =>
          Effect.gen(function* () {
            const { hash } = yield* admit(token)
            return yield* publishAs(hash, source, yield* read)
          }).pipe(orOutOfReach, Effect.withSpan("Tools.publish")),
        find
      })
    })
  )
}

const encodeManifest = Schema.encodeEffect(Manifest)
