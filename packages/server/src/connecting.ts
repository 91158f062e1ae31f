/** Connections that an admin makes and renews. A provider is asked once the token was judged, and outside of transactions. */
import { Effect, Option, type Redacted } from "effect"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { Examination } from "@vendodev/broker/connect/Examination"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { Connections, defaultProfile } from "@vendodev/broker/manage/Connections"
import { find } from "@vendodev/catalog/Catalog"
import { Conflict, ValidationFailed } from "@vendodev/domain/BrokerError"
import {
  type ComposioAccountId,
  type ConnectionId,
  DisplayName,
  type IntegrationSlug,
  type TenantId,
  type UserSubject
} from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"

/** What is given to connect with, and what is to be asked about it. */
interface Given {
  readonly credential?: Redacted.Redacted
  readonly composio_account_id?: ComposioAccountId
  readonly verify?: "live" | "try" | "none"
  readonly context?: Readonly<Record<string, string>>
}

interface NewConnection extends Given {
  readonly slug: IntegrationSlug
  readonly name?: DisplayName
  readonly profile?: Profile
  readonly user?: UserSubject
}

interface Renewal extends Given {
  readonly replace?: boolean
}

const unasked = new ValidationFailed({
  field: "context",
  detail: "context: the provider says what can be chosen, so ask it: send verify live or try"
})

export const makeConnecting = Effect.gen(function* () {
  const tenancy = yield* Tenancy
  const connections = yield* Connections
  const examination = yield* Examination

  const within = <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(AdminToken, (token) => tenancy.asAdmin(token, tenant)(work))

  const isAsked = ({ verify = "none" }: Given) => verify !== "none"

  const examined = Effect.fnUntraced(function* (slug: string, profile: Profile, given: Given) {
    const found = yield* examination.examine({
      slug,
      profile,
      credential: Option.fromUndefinedOr(given.credential),
      account: Option.fromUndefinedOr(given.composio_account_id),
      unverified: given.verify === "try",
      choices: given.context ?? {}
    })
    return Option.getOrUndefined(found)
  })

  return {
    create: Effect.fnUntraced(function* (tenant: TenantId, payload: NewConnection) {
      const { composio_account_id: account, credential, name, slug, user } = payload
      if (!isAsked(payload) && payload.context !== undefined) return yield* unasked
      const input = {
        slug,
        name: name ?? DisplayName.make(slug),
        profile: Option.fromUndefinedOr(payload.profile),
        credential: Option.fromUndefinedOr(credential),
        account,
        user
      }
      const integration = find(slug)
      if (!isAsked(payload) || Option.isNone(integration)) return yield* within(tenant, connections.create(input))
      yield* within(tenant, Effect.void)
      const profile = payload.profile ?? defaultProfile(integration.value, input)
      const found = yield* examined(slug, profile, payload)
      return yield* within(tenant, connections.create({ ...input, profile: Option.some(profile), found }))
    }),
    reconnect: Effect.fnUntraced(function* (tenant: TenantId, id: ConnectionId, payload: Renewal) {
      const { composio_account_id: account, credential, replace } = payload
      if (!isAsked(payload) && payload.context !== undefined) return yield* unasked
      const { profile, slug } = yield* within(tenant, connections.get(id))
      const found = isAsked(payload) ? yield* examined(slug, profile, payload) : undefined
      return yield* within(tenant, connections.reconnect(id, { credential, account, found, replace })).pipe(
        Effect.catchTag("OtherAccount", ({ before, now }) =>
          Effect.fail(
            new Conflict({
              detail: `the connection is of ${before}, and this is of ${now}; say that it is to be replaced, or make another connection`
            })
          )
        )
      )
    })
  }
})
