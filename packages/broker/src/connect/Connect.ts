/**
 * What a person does on the page, from the choice of a way to a connection that
 * is bound. A provider is only asked between transactions, so the visit is
 * judged again before anything is stored.
 */
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import {
  type ConnectionInUse,
  type ConnectionRevoked,
  type Conflict,
  type Forbidden,
  NotFound,
  type ProviderUnknown,
  type Unavailable,
  type UpstreamError,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import { type ConnectionId, noSubject, type TenantId } from "@vendodev/domain/Ids"
import { CurrentTenant, type InTenant, Tenancy } from "../database/Tenancy.ts"
import { Apps } from "../manage/Apps.ts"
import { Bindings } from "../manage/Bindings.ts"
import { Connections } from "../manage/Connections.ts"
import { Keyring } from "../vault/Keyring.ts"
import { PublicUrl } from "../vend/connectUrl.ts"
import { Linked, makeComposioLink } from "./composioLink.ts"
import { ConnectFailed } from "./ConnectFailed.ts"
import { ConnectSettings } from "./ConnectSettings.ts"
import { makeEstablish } from "./establish.ts"
import { type Install, makeOAuthInstall, newState, Sent } from "./oauthInstall.ts"
import { Choices, faultOf, Obtained, undecided } from "./Obtained.ts"
import { makePaste } from "./paste.ts"
import { type Visit, Visits } from "./Visits.ts"
import { type Way, type WayKind, waysOf } from "./ways.ts"

/** Everything the page shows. */
export interface View {
  readonly visit: Visit
  readonly integration: Integration
  readonly tenantName: string
  readonly appName: Option.Option<string>
  readonly ways: ReadonlyArray<Way>
  /** The same owner's, which the app is not bound to. */
  readonly existing: ReadonlyArray<Connection>
  /** What must be chosen before there is a connection. */
  readonly toChoose: Obtained["context"]
  /** The account that was obtained, and the one whose place it would take. */
  readonly other: Option.Option<{ readonly before: string; readonly now: string }>
  readonly connected: Option.Option<Connection>
}

/** How an action ends, if it does not fail: with a connection, or with something that somebody must say. */
export type Outcome = "connected" | "choosing" | "confirming"

export type ConnectRefusal =
  | ConnectFailed
  | NotFound
  | ValidationFailed
  | Conflict
  | ConnectionInUse
  | ConnectionRevoked
  | Forbidden
  | UpstreamError
  | ProviderUnknown
  | Unavailable

type Token = Redacted.Redacted
type Act<A> = Effect.Effect<A, ConnectRefusal>

export class Connect extends Context.Service<
  Connect,
  {
    readonly view: (token: Token) => Effect.Effect<View, NotFound | Unavailable>
    readonly paste: (token: Token, credential: Redacted.Redacted, unverified: boolean) => Act<Outcome>
    /** Where to send the browser. */
    readonly start: (token: Token, way: Exclude<WayKind, "paste">) => Act<Redacted.Redacted>
    /** The browser is back, with whatever it brings. */
    readonly finish: (
      token: Token,
      way: Exclude<WayKind, "paste">,
      slug: string,
      parameters: URLSearchParams
    ) => Act<Outcome>
    /** Binds a connection there is already. */
    readonly use: (token: Token, connection: ConnectionId) => Act<Outcome>
    /** Which of several the connection is to act on. */
    readonly choose: (token: Token, choices: Choices) => Act<Outcome>
    /** The connection may become one of another account. */
    readonly replace: (token: Token) => Act<Outcome>
    /** What was obtained is forgotten, and the connection stays what it was. */
    readonly startOver: (token: Token) => Act<void>
    readonly cancel: (token: Token) => Act<void>
  }
>()("@vendodev/broker/Connect") {
  static readonly layer = Layer.effect(
    Connect,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const tenancy = yield* Tenancy
      const visits = yield* Visits
      const apps = yield* Apps
      const bindings = yield* Bindings
      const connections = yield* Connections
      const settings = yield* ConnectSettings
      const publicUrl = yield* PublicUrl
      const oauth = yield* makeOAuthInstall
      const composio = yield* makeComposioLink
      const paste = yield* makePaste
      const establish = yield* makeEstablish

      const integrationOf = ({ slug }: Visit) => Effect.orDie(Effect.fromOption(Catalog.find(slug)))

      /** A visit in which something may still be done. */
      const ongoing = Effect.gen(function* () {
        const visit = yield* visits.current
        if (visit.step === "connected" || visit.step === "cancelled") return yield* done
        return { visit, integration: yield* integrationOf(visit) }
      })

      const wayOf = <K extends WayKind>(integration: Integration, kind: K) =>
        Effect.gen(function* () {
          const way = waysOf(integration, settings, composio.configured).find(
            (way): way is Extract<Way, { readonly kind: K }> => way.kind === kind
          )
          return way ?? (yield* unavailable(integration))
        })

      const callback = (path: string) =>
        Option.match(publicUrl, {
          onNone: () => Effect.die(new Error("a visit without an address")),
          onSome: (url) => Effect.succeed(`${url}/api/oauth/${path}/callback`)
        })

      const installOf = Effect.fnUntraced(function* (integration: Integration) {
        const { client, recipe } = yield* wayOf(integration, "oauth")
        const install: Install = { integration, client, recipe, redirectUri: yield* callback(integration.slug) }
        return install
      })

      /** Stores what was obtained, or asks first what is to become of it. */
      const settle = Effect.fn("Connect.settle")(function* (
        token: Token,
        obtained: Obtained,
        choices: Choices,
        replace: boolean
      ) {
        return yield* tenancy.asVisit(token)(
          Effect.gen(function* () {
            const { integration, visit } = yield* ongoing
            const fault = faultOf(integration, obtained, choices)
            if (Option.isSome(fault)) return yield* fault.value
            if (undecided(obtained, choices).length > 0) {
              yield* hold("choosing", { obtained, choices, other: null })
              return "choosing" as const
            }
            const { app, byApp, connection, user } = visit
            const target = { integration, app, byApp, user, connection }
            // A savepoint: nothing of a refused attempt stays.
            return yield* sql.withTransaction(establish(target, obtained, { choices, replace })).pipe(
              Effect.tap(({ id }) => visits.end({ step: "connected", connection: id })),
              Effect.as("connected" as const),
              Effect.catchTag("OtherAccount", ({ before, now }) =>
                Effect.as(hold("confirming", { obtained, choices, other: { before, now } }), "confirming" as const)
              )
            )
          })
        )
      })

      const hold = (step: "choosing" | "confirming", pending: Pending) =>
        Effect.flatMap(Effect.orDie(encodePending(pending)), (text) =>
          visits.hold(step, Redacted.make(text, { label: "held" }))
        )

      const pendingIn = (step: "choosing" | "confirming") =>
        Effect.flatMap(visits.held(step), (held) =>
          Effect.transposeOption(Option.map(held, (text) => Effect.orDie(decodePending(Redacted.value(text)))))
        )

      const requirePending = (step: "choosing" | "confirming") =>
        Effect.flatMap(
          pendingIn(step),
          Option.match({ onNone: () => Effect.fail(done), onSome: (pending) => Effect.succeed(pending) })
        )

      /** What the user of a tenant is called at Composio: always the same, and nothing to anybody else. */
      const composioUser = (tenant: TenantId, { user }: Visit) =>
        `vendo_${Buffer.from(keyring.hash(Redacted.make(`composio/${tenant}/${user}`)))
          .toString("hex")
          .slice(0, 32)}`

      const begin = {
        oauth: Effect.fnUntraced(function* (token: Token) {
          const install = yield* tenancy.asVisit(token)(
            Effect.flatMap(ongoing, ({ integration }) => installOf(integration))
          )
          const state = newState()
          const { sent, url } = yield* oauth.begin(install, state)
          return { state, url, held: yield* Effect.orDie(encodeAway(sent)) }
        }),
        composio: Effect.fnUntraced(function* (token: Token) {
          const state = newState()
          const request = yield* tenancy.asVisit(token)(
            Effect.gen(function* () {
              const { integration, visit } = yield* ongoing
              const { authConfig } = yield* wayOf(integration, "composio")
              const { id: tenant } = yield* CurrentTenant
              const back = yield* callback(`composio/${integration.slug}`)
              const callbackUrl = `${back}?cstate=${Redacted.value(state)}`
              return { authConfig, callbackUrl, user: composioUser(tenant, visit) }
            })
          )
          const { linked, url } = yield* composio.begin(request)
          return { state, url, held: yield* Effect.orDie(encodeAway(linked)) }
        })
      }

      /** What was held for this state, once; and the integration, which must be the one the browser comes back for. */
      const back = Effect.fnUntraced(function* (token: Token, slug: string, state: Redacted.Redacted) {
        const came = yield* tenancy.asVisit(token)(
          Effect.gen(function* () {
            const visit = yield* visits.current
            const held = yield* visits.comeBack(state)
            return { held, visit }
          })
        )
        // Used up already, whatever follows: another has seen it.
        if (Option.isNone(came.held) || came.visit.slug !== slug) return yield* stateInvalid
        const away = yield* Effect.orDie(decodeAway(Redacted.value(came.held.value)))
        return { away, integration: yield* integrationOf(came.visit) }
      })

      const obtain = Effect.fnUntraced(function* (
        token: Token,
        way: Exclude<WayKind, "paste">,
        slug: string,
        parameters: URLSearchParams
      ) {
        const state = yield* stateIn(way, parameters)
        const { away, integration } = yield* back(token, slug, state)
        if (away.way !== way) return yield* stateInvalid
        return away.way === "oauth"
          ? yield* oauth.finish(yield* installOf(integration), parameters, away)
          : yield* composio.finish(integration, away)
      })

      return Connect.of({
        view: Effect.fn("Connect.view")((token) =>
          tenancy.asVisit(token)(
            Effect.gen(function* () {
              const visit = yield* visits.current
              const integration = yield* integrationOf(visit)
              const [tenant] = yield* sql<{ readonly name: string }>`SELECT name FROM broker.tenants`
              const app = yield* Effect.transposeOption(Option.map(visit.app, (id) => Effect.orDie(apps.get(id))))
              const choosing = yield* pendingIn("choosing")
              const confirming = yield* pendingIn("confirming")
              const view: View = {
                visit,
                integration,
                tenantName: tenant?.name ?? "",
                appName: Option.map(app, ({ name }) => name),
                ways: waysOf(integration, settings, composio.configured),
                existing: yield* existingFor(visit),
                toChoose: Option.match(choosing, {
                  onNone: () => [],
                  onSome: ({ choices, obtained }) => undecided(obtained, choices)
                }),
                other: Option.flatMap(confirming, ({ other }) => Option.fromNullOr(other)),
                connected: yield* Effect.transposeOption(
                  Option.map(visit.connected, (id) => Effect.orDie(connections.get(id)))
                )
              }
              return view
            })
          )
        ),
        paste: Effect.fn("Connect.paste")(function* (token, credential, unverified) {
          const { integration } = yield* tenancy.asVisit(token)(ongoing)
          yield* wayOf(integration, "paste")
          const pasted = {
            integration,
            profile: "byok_static" as const,
            credential: Option.some(credential),
            unverified
          }
          return yield* settle(token, yield* paste(pasted), {}, false)
        }),
        start: Effect.fn("Connect.start")(function* (token, way) {
          const { held, state, url } = yield* begin[way](token)
          yield* tenancy.asVisit(token)(
            Effect.andThen(ongoing, visits.leave(state, Redacted.make(held, { label: "held" })))
          )
          return url
        }),
        finish: Effect.fn("Connect.finish")(function* (token, way, slug, parameters) {
          return yield* settle(token, yield* obtain(token, way, slug, parameters), {}, false)
        }),
        use: Effect.fn("Connect.use")((token, id) =>
          tenancy.asVisit(token)(
            Effect.gen(function* () {
              const { visit } = yield* ongoing
              const existing = yield* existingFor(visit)
              if (Option.isNone(visit.app) || !existing.some((each) => each.id === id)) return yield* notOffered
              yield* sql.withTransaction(bindings.set(visit.app.value, visit.slug, id))
              yield* visits.end({ step: "connected", connection: id })
              return "connected" as const
            })
          )
        ),
        choose: Effect.fn("Connect.choose")(function* (token, more) {
          const { choices, obtained } = yield* tenancy.asVisit(token)(requirePending("choosing"))
          return yield* settle(token, obtained, { ...choices, ...more }, false)
        }),
        replace: Effect.fn("Connect.replace")(function* (token) {
          const { choices, obtained } = yield* tenancy.asVisit(token)(requirePending("confirming"))
          return yield* settle(token, obtained, choices, true)
        }),
        startOver: Effect.fn("Connect.startOver")((token) =>
          tenancy.asVisit(token)(Effect.andThen(ongoing, visits.startOver))
        ),
        cancel: Effect.fn("Connect.cancel")((token) =>
          tenancy.asVisit(token)(Effect.andThen(ongoing, visits.end({ step: "cancelled" })))
        )
      })

      /** Those of the same owner that the app could be bound to instead. */
      function existingFor({ app, byApp, connection, slug, user }: Visit): InTenant<ReadonlyArray<Connection>> {
        if (byApp || Option.isNone(app) || Option.isSome(connection)) return Effect.succeed([])
        return Effect.gen(function* () {
          const bound = yield* Effect.orDie(bindings.list(app.value))
          const owner = user === noSubject ? null : user
          const isBound = (id: ConnectionId) => bound.some(({ connection_id }) => connection_id === id)
          return (yield* connections.list).filter(
            (each) => each.slug === slug && each.user === owner && each.status === "active" && !isBound(each.id)
          )
        })
      }
    })
  )
}

const Away = Schema.fromJsonString(Schema.Union([Sent, Linked]))
const encodeAway = Schema.encodeEffect(Away)
const decodeAway = Schema.decodeEffect(Away)

const Pending = Schema.Struct({
  obtained: Obtained,
  choices: Choices,
  other: Schema.NullOr(Schema.Struct({ before: Schema.String, now: Schema.String }))
})
type Pending = typeof Pending.Type
const encodePending = Schema.encodeEffect(Schema.fromJsonString(Pending))
const decodePending = Schema.decodeEffect(Schema.fromJsonString(Pending))

const done = new NotFound({ detail: "this visit is over; ask for another link" })

const notOffered = new ValidationFailed({ field: "connection", detail: "this connection can not be chosen here" })

const unavailable = ({ name }: Integration) =>
  new ConnectFailed({
    code: "way_unavailable",
    row: "forbidden",
    detail: `this installation can not connect ${name} in that way; its operator must set it up`
  })

const stateInvalid = new ConnectFailed({
  code: "oauth_state_invalid",
  row: "validation_failed",
  detail: "this answer belongs to no attempt of this browser, or to one that is over; start again"
})

const stateNames = { oauth: "state", composio: "cstate" } as const

const noState = {
  oauth: new ConnectFailed({
    code: "missing_params",
    row: "validation_failed",
    detail: "the browser came back without saying for what; start again"
  }),
  composio: new ConnectFailed({
    code: "missing_cstate",
    row: "validation_failed",
    detail: "the browser came back without saying for what; start again"
  })
} as const

/** What was brought as state, once, and of the form of ours. */
const stateIn = (way: keyof typeof stateNames, parameters: URLSearchParams) => {
  const [state, ...more] = parameters.getAll(stateNames[way])
  if (state === undefined || state === "" || more.length > 0) return Effect.fail(noState[way])
  return /^[A-Za-z0-9_-]{43}$/.test(state)
    ? Effect.succeed(Redacted.make(state, { label: "state" }))
    : Effect.fail(stateInvalid)
}

/** The state a browser brings, if it is one: for the record of an attempt that failed. */
export const stateOf = (way: keyof typeof stateNames, parameters: URLSearchParams): Option.Option<Redacted.Redacted> =>
  Option.map(
    Option.liftPredicate(parameters.get(stateNames[way]) ?? "", (text) => /^[A-Za-z0-9_-]{43}$/.test(text)),
    (state) => Redacted.make(state, { label: "state" })
  )
