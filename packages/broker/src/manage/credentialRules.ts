/** What may be pasted, and what is read from it. No message repeats what was pasted. */
import { Effect, Option, Redacted } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"

const maximumLength = 16 * 1024

const invalid = (field: string, detail: string) => Effect.fail(new ValidationFailed({ field, detail }))

/** The credential to seal, trimmed; none for a profile that holds none. */
export const readCredential = (
  integration: Integration,
  profile: Profile,
  credential: Option.Option<Redacted.Redacted>
): Effect.Effect<Option.Option<Redacted.Redacted>, ValidationFailed> => {
  if (!integration.profiles.includes(profile)) {
    return invalid("profile", `${integration.name} supports ${integration.profiles.join(", ")}`)
  }
  if (!takesCredential[profile]) {
    return Option.isSome(credential)
      ? invalid(
          "credential",
          `connections of profile ${profile} take no credential; leave it out or use another profile`
        )
      : Effect.succeed(Option.none())
  }
  if (Option.isNone(credential)) return invalid("credential", `connections of profile ${profile} need a credential`)
  return Effect.map(pastedText(integration, credential.value), Option.some)
}

/** A secret as it can be sent, trimmed. */
export const pastedText = (
  integration: Integration,
  credential: Redacted.Redacted
): Effect.Effect<Redacted.Redacted, ValidationFailed> => {
  const text = Redacted.value(credential).trim()
  if (text === "") return invalid("credential", "the credential is empty")
  if (text.length > maximumLength) return invalid("credential", `a credential has at most ${maximumLength} characters`)
  if (!/^[\x20-\x7e]+$/.test(text)) {
    return invalid("credential", "a credential is one line of printable ASCII; check what was copied")
  }
  if (/vendo_(?:sk|at|c[tv])_/.test(text)) {
    return invalid("credential", `this is a Vendo key, not a credential of ${integration.name}`)
  }
  return Effect.succeed(Redacted.make(text, { label: "credential" }))
}

/** Keys of Composio and our own. They would pass for the opaque id of an account, which is stored and shown. */
const keyOfSomebody = /^(?:[a-z]?ak|vendo_[a-z]{2})_/

/** The account whose tokens are asked for; none for a profile that has none. */
export const readAccount = (
  profile: Profile,
  account: ComposioAccountId | undefined
): Effect.Effect<Option.Option<ComposioAccountId>, ValidationFailed> => {
  const field = "composio_account_id"
  if (profile !== "composio_managed") {
    return account === undefined
      ? Effect.succeed(Option.none())
      : invalid(field, `connections of profile ${profile} have no account at Composio; leave it out`)
  }
  if (account === undefined) {
    return invalid(field, `connections of profile ${profile} need the id of an account connected at Composio, ca_…`)
  }
  return keyOfSomebody.test(account)
    ? invalid(field, "this looks like a key, not like the id of an account connected at Composio, ca_…")
    : Effect.succeed(Option.some(account))
}

export interface Identity {
  readonly field: string
  readonly value: string
}

/** What makes this credential the same consumer as another, for integrations that have a rule. */
export const identify = (
  { exclusive, identity: rule, name }: Integration,
  secret: Option.Option<Redacted.Redacted>
): Effect.Effect<Option.Option<Identity>, ValidationFailed> => {
  if (rule === undefined || Option.isNone(secret)) {
    return exclusive
      ? invalid("credential", `${name} allows one consumer per credential, and none was given to tell them apart`)
      : Effect.succeed(Option.none())
  }
  const value = new RegExp(rule.pattern).exec(Redacted.value(secret.value))?.[1]
  return value === undefined
    ? invalid("credential", `this is not ${rule.hint}`)
    : Effect.succeed(Option.some({ field: rule.metadata, value }))
}
