/** Flags and arguments that more than one command takes. */
import { Config, Option, Schema } from "effect"
import { Argument, Flag, GlobalFlag } from "effect/cli"
import { DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"

/** Whether the answer is for a program. */
export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the service's answer as JSON, and failures as { error }"),
    Flag.withoutNegation,
    Flag.withDefault(false)
  )
})

export const Url = GlobalFlag.Setting("url")({
  flag: Flag.String("url").pipe(
    Flag.withMetavar("<address>"),
    Flag.withDescription("Talk to this server instead of VENDO_URL or the one in .vendo/dev.json"),
    Flag.optional
  )
})

export const Tenant = GlobalFlag.Setting("tenant")({
  flag: Flag.String("tenant").pipe(
    Flag.withMetavar("<slug|id>"),
    Flag.withDescription("Whose; VENDO_TENANT if left out, and the only tenant if there is just one"),
    Flag.withFallbackConfig(Config.String("VENDO_TENANT")),
    Flag.optional
  )
})

const slug = Schema.decodeUnknownOption(Slug)
const integrationSlug = Schema.decodeUnknownOption(IntegrationSlug)
const displayName = Schema.decodeUnknownOption(DisplayName)

export const slugArgument = Argument.String("slug").pipe(
  Argument.withDescription("Its short name: lower-case letters, digits and inner '-'"),
  Argument.filterMap(slug, () => "1 to 40 lower-case letters, digits and inner '-'")
)

export const integrationArgument = Argument.String("integration").pipe(
  Argument.withDescription("An integration of `vendo integration list`, such as telegram"),
  Argument.filterMap(integrationSlug, () => "the slug of an integration, such as telegram")
)

export const nameFlag = (otherwise: string) =>
  Flag.String("name").pipe(
    Flag.withMetavar("<text>"),
    Flag.withDescription(`What people read; ${otherwise}`),
    Flag.filterMap(displayName, () => "1 to 200 characters without control characters or outer spaces"),
    Flag.optional
  )

export const appFlag = Flag.String("app").pipe(Flag.withMetavar("<app>"), Flag.withDescription("An app, by slug or id"))

export const connectionFlag = Flag.String("connection").pipe(
  Flag.withMetavar("<connection>"),
  Flag.withDescription("A connection: telegram, telegram/work or its id")
)

export const fromEnvFlag = (description: string) =>
  Flag.String("from-env").pipe(Flag.withMetavar("<NAME>"), Flag.withDescription(description), Flag.optional)

/** The name that was given, or the slug. */
export const nameOr = (name: Option.Option<DisplayName>, slug: Slug): DisplayName =>
  Option.getOrElse(name, () => DisplayName.make(slug))
