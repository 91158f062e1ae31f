/** The menu: what can be connected. */
import { Context, Effect, Layer, Option } from "effect"
import { Calls } from "./Calls.ts"
import { catalog, type CatalogEntry, find } from "./catalog.ts"
import type { Failure } from "./Failure.ts"
import { arrayOf, type Guard, isBoolean, isString, nullable, optional, struct } from "./guards.ts"
import type { Settings } from "./Settings.ts"
import { isSlug } from "./slug.ts"

/** A provider of the catalog: what could be connected. */
export interface Integration {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly logoUrl: string | null
  readonly brandColor: string | null
  readonly docsUrl: string | null
  /** The default first. */
  readonly supportedProfiles: ReadonlyArray<string>
  readonly defaultProfile: string
  readonly enabled: boolean
  readonly featured: boolean
}

export class Integrations extends Context.Service<
  Integrations,
  {
    /** Of the service, or of the catalog in this release where there is no service. */
    readonly list: Effect.Effect<ReadonlyArray<Integration>, Failure>
    readonly get: (slug: string) => Effect.Effect<Option.Option<Integration>, Failure>
    /** The variables of an integration, the conventional one first; none for an unknown slug. Asks nobody. */
    readonly envVars: (slug: string) => ReadonlyArray<string>
  }
>()("@vendodev/client/Integrations") {
  static readonly layer = (settings: Settings) =>
    Layer.effect(
      Integrations,
      Effect.map(Calls, ({ ask }) => {
        const url = `${settings.baseUrl}/api/integrations`
        const isLocal = Option.isNone(settings.apiKey)

        const asked = (slug: string) =>
          Effect.map(ask({ url: `${url}/${slug}`, slug }, isWireIntegration), (wire) =>
            Option.some(integrationOf(wire))
          ).pipe(
            Effect.catchIf(
              ({ code }) => code === "provider_unknown",
              () => Effect.succeed(Option.none<Integration>())
            )
          )
        const known = (slug: string) => Option.map(Option.fromUndefinedOr(find(slug)), fromCatalog)

        return Integrations.of({
          list: isLocal
            ? Effect.succeed(catalog.map(fromCatalog))
            : Effect.map(ask({ url }, isAnswer), ({ integrations }) => integrations.map(integrationOf)),
          get: (slug) => (isLocal || !isSlug(slug) ? Effect.succeed(known(slug)) : asked(slug)),
          envVars: (slug) => find(slug)?.variables ?? []
        })
      })
    )
}

const fromCatalog = (entry: CatalogEntry): Integration => ({
  slug: entry.slug,
  name: entry.name,
  description: entry.description,
  category: entry.category,
  logoUrl: null,
  brandColor: entry.brandColor,
  docsUrl: entry.docsUrl,
  supportedProfiles: entry.profiles,
  defaultProfile: entry.profiles[0] ?? "byok_static",
  enabled: true,
  featured: false
})

interface WireIntegration {
  readonly provider: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly default_profile: string
  readonly supported_profiles: ReadonlyArray<string>
  readonly logo_url?: string | null | undefined
  readonly brand_color?: string | null | undefined
  readonly docs_url?: string | null | undefined
  readonly enabled?: boolean | undefined
  readonly featured?: boolean | undefined
}

const isWireIntegration: Guard<WireIntegration> = struct<WireIntegration>({
  provider: isString,
  name: isString,
  description: isString,
  category: isString,
  default_profile: isString,
  supported_profiles: arrayOf(isString),
  logo_url: optional(nullable(isString)),
  brand_color: optional(nullable(isString)),
  docs_url: optional(nullable(isString)),
  enabled: optional(isBoolean),
  featured: optional(isBoolean)
})

const isAnswer = struct<{ readonly integrations: ReadonlyArray<WireIntegration> }>({
  integrations: arrayOf(isWireIntegration)
})

const integrationOf = (wire: WireIntegration): Integration => ({
  slug: wire.provider,
  name: wire.name,
  description: wire.description,
  category: wire.category,
  logoUrl: wire.logo_url ?? null,
  brandColor: wire.brand_color ?? null,
  docsUrl: wire.docs_url ?? null,
  supportedProfiles: wire.supported_profiles,
  defaultProfile: wire.default_profile,
  enabled: wire.enabled ?? true,
  featured: wire.featured ?? false
})
