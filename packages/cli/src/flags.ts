/** Flags and arguments that more than one command takes. */
import { Config, Context, Option, Schema } from "effect"
import { Argument, Flag, GlobalFlag } from "effect/cli"
import { CreditAmount, CreditReference } from "@vendodev/domain/Billing"
import { ComposioAccountId, DisplayName, EndUser, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import { microsOf } from "./dollars.ts"

/** The command line as it was written: what stands behind `--` is not ours to understand. */
export const Words = Context.Reference<ReadonlyArray<string>>("@vendodev/cli/flags/Words", { defaultValue: () => [] })

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
const endUser = Schema.decodeUnknownOption(EndUser)
const creditAmount = Schema.decodeUnknownOption(CreditAmount)
const creditReference = Schema.decodeUnknownOption(CreditReference)
const composioAccount = Schema.decodeUnknownOption(ComposioAccountId)

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

export const appArgument = Argument.String("app").pipe(Argument.withDescription("An app, by slug or id"))

export const appFlag = Flag.String("app").pipe(Flag.withMetavar("<app>"), Flag.withDescription("An app, by slug or id"))

const aConnection = "A connection: telegram, telegram/work, google/work@alice for a user's own, or its id"

export const connectionFlag = Flag.String("connection").pipe(
  Flag.withMetavar("<connection>"),
  Flag.withDescription(aConnection)
)

export const connectionArgument = Argument.String("connection").pipe(Argument.withDescription(aConnection))

const aUser = "1 to 255 visible ASCII characters, and more than dots"

/** An end user, as user tokens name it. */
export const userFlag = (description: string) =>
  Flag.String("user").pipe(
    Flag.withMetavar("<subject>"),
    Flag.withDescription(description),
    Flag.filterMap(endUser, () => aUser),
    Flag.optional
  )

export const userArgument = Argument.String("subject").pipe(
  Argument.withDescription("An end user, as the `sub` of user tokens names it"),
  Argument.filterMap(endUser, () => aUser)
)

export const accountFlag = Flag.String("account").pipe(
  Flag.withMetavar("<ca_…>"),
  Flag.withDescription("The id of the account connected at Composio"),
  Flag.filterMap(composioAccount, () => "the id of a connected account, such as ca_abc123")
)

export const amountFlag = Flag.String("amount").pipe(
  Flag.withMetavar("<USD>"),
  Flag.withDescription("US dollars, such as 20 or 20.00; below 0 is taken back"),
  Flag.filterMap(
    (text) => Option.flatMap(microsOf(text), creditAmount),
    () => "US dollars other than 0, such as 20 or 20.00"
  )
)

export const referenceFlag = Flag.String("reference").pipe(
  Flag.withMetavar("<text>"),
  Flag.withDescription("What it is for, such as the number of an invoice; the same one is added once"),
  Flag.filterMap(creditReference, () => "1 to 128 visible ASCII characters"),
  Flag.optional
)

/** The most that may be spent. `none` is said, not left out: whoever sets one cap decides on the other. */
export const capFlag = (name: "daily" | "monthly") =>
  Flag.String(name).pipe(
    Flag.withMetavar("<USD|none>"),
    Flag.withDescription(`US dollars for a ${name === "daily" ? "day" : "month"} of UTC, such as 5.00, or none`),
    Flag.filterMap(
      (text): Option.Option<number | null> =>
        text === "none" ? Option.some(null) : Option.filter(microsOf(text), (micros) => micros >= 0),
      () => "US dollars such as 5.00, or none"
    )
  )

export const fromEnvFlag = (description: string) =>
  Flag.String("from-env").pipe(Flag.withMetavar("<NAME>"), Flag.withDescription(description), Flag.optional)

/** Whether a credential may stay unexamined when its provider gives no answer. */
export const unverifiedFlag = Flag.Boolean("unverified").pipe(
  Flag.withDescription("Keep it even if the provider can not be asked whether it is good"),
  Flag.withoutNegation,
  Flag.withDefault(false)
)

/** Taken apart by `contextSaid`: what is wrong with it may not be repeated. */
export const contextFlag = Flag.String("context").pipe(
  Flag.withMetavar("<field=value>"),
  Flag.withDescription("Which of several the connection is to act on, such as ref=abcdef; may be repeated"),
  Flag.atLeast(0)
)

/** The name that was given, or the slug. */
export const nameOr = (name: Option.Option<DisplayName>, slug: Slug): DisplayName =>
  Option.getOrElse(name, () => DisplayName.make(slug))
