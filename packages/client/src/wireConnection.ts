/** A connection as the service writes it, and as a client has it. */
import { DateTime, Option, Redacted } from "effect"
import type { Bootstrap, Connection } from "./Connections.ts"
import { arrayOf, type Guard, isBoolean, isRecord, isString, nullable, optional, recordOf, struct } from "./guards.ts"

interface WireBootstrap {
  readonly vars: ReadonlyArray<{ readonly name: string; readonly value_from: string }>
  readonly restart: string
}

interface WireConnection {
  readonly id: string | null
  readonly slug: string
  readonly display_name: string
  readonly category: string
  readonly profile: string
  readonly status: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly external_id?: string | null | undefined
  readonly context?: Readonly<Record<string, unknown>> | null | undefined
  readonly api_key?: string | null | undefined
  readonly base_url?: string | null | undefined
  readonly setup_url?: string | null | undefined
  readonly error_message?: string | null | undefined
  readonly connected_at?: string | null | undefined
  readonly env_bootstrap?: WireBootstrap | null | undefined
  readonly exclusive?: boolean | undefined
  readonly logo_url?: string | null | undefined
  readonly brand_color?: string | null | undefined
  readonly docs_url?: string | null | undefined
}

const text = optional(nullable(isString))

const isWireConnection: Guard<WireConnection> = struct<WireConnection>({
  id: nullable(isString),
  slug: isString,
  display_name: isString,
  category: isString,
  profile: isString,
  status: isString,
  metadata: isRecord,
  external_id: text,
  context: optional(nullable(isRecord)),
  api_key: text,
  base_url: text,
  setup_url: text,
  error_message: text,
  connected_at: text,
  env_bootstrap: optional(
    nullable(
      struct<WireBootstrap>({
        vars: arrayOf(struct<WireBootstrap["vars"][number]>({ name: isString, value_from: isString })),
        restart: isString
      })
    )
  ),
  exclusive: optional(isBoolean),
  logo_url: text,
  brand_color: text,
  docs_url: text
})

export const isAnswer = struct<{ readonly connections: ReadonlyArray<WireConnection> }>({
  connections: arrayOf(isWireConnection)
})

const isSecrets = recordOf(isString)

const bootstrapOf = ({ restart, vars }: WireBootstrap): Bootstrap => ({
  restart,
  vars: vars.map(({ name, value_from }) => ({ name, valueFrom: value_from }))
})

/** The secrets are wrapped, and taken out of the metadata, which is there to be looked at. */
export const connectionOf = (wire: WireConnection): Connection => {
  const { credential, ...metadata } = wire.metadata
  return {
    id: wire.id,
    externalId: wire.external_id ?? null,
    slug: wire.slug,
    displayName: wire.display_name,
    category: wire.category,
    profile: wire.profile,
    status: wire.status,
    metadata,
    context: wire.context ?? null,
    credential: isSecrets(credential)
      ? Object.fromEntries(Object.entries(credential).map(([name, value]) => [name, Redacted.make(value)]))
      : null,
    apiKey: wire.api_key === null || wire.api_key === undefined ? null : Redacted.make(wire.api_key),
    baseUrl: wire.base_url ?? null,
    setupUrl: wire.setup_url ?? null,
    errorMessage: wire.error_message ?? null,
    connectedAt: Option.getOrNull(Option.flatMap(Option.fromNullishOr(wire.connected_at), DateTime.make)),
    envBootstrap: wire.env_bootstrap ? bootstrapOf(wire.env_bootstrap) : null,
    exclusive: wire.exclusive ?? false,
    logoUrl: wire.logo_url ?? null,
    brandColor: wire.brand_color ?? null,
    docsUrl: wire.docs_url ?? null
  }
}
