/** What can be done at the upstream when a connection ends: a table by how its credential is held. Nothing is asked here. */
import { Option } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import type { Profile } from "@vendodev/domain/Profile"
import type { UpstreamEnd } from "@vendodev/domain/Removal"
import type { RevocationState } from "@vendodev/domain/Revocation"

/** A connection that is about to end, as far as the upstream is concerned. */
export interface Ending {
  readonly integration: Integration
  readonly profile: Profile
  /** At Composio. */
  readonly hasAccount: boolean
  /** `absent`: none was pasted, or it was destroyed. */
  readonly credential: "open" | "unreadable" | "absent"
  /** Another connection stands on the same account or credential. */
  readonly inUse: boolean
  /** What became of telling it before. */
  readonly before: Option.Option<RevocationState>
}

/** What the installation has to tell upstreams with. */
export interface Means {
  readonly composio: boolean
  readonly oauthClientOf: (slug: string) => boolean
}

/** By the account at Composio, or with the credential itself. */
export type Way = "account" | "credential"

export interface Foreseen extends UpstreamEnd {
  /** None where there is nobody to tell, or nothing to tell it with. */
  readonly way: Option.Option<Way>
}

const end = (outcome: UpstreamEnd["outcome"], detail: string): Foreseen => ({ outcome, detail, way: Option.none() })

const told = (name: string, way: Way): Foreseen => ({
  outcome: "revoked",
  detail: `${name} is told that this connection ends, and told again for up to 72 hours if it does not answer`,
  way: Option.some(way)
})

/** With the credential, where the upstream listens. */
const byCredential =
  (listens: (ending: Ending, means: Means) => Option.Option<string>) =>
  (ending: Ending, means: Means): Foreseen => {
    const { credential, integration } = ending
    const deaf = listens(ending, means)
    if (Option.isSome(deaf)) return end("not_possible", deaf.value)
    if (credential === "open") return told(integration.name, "credential")
    return end(
      "not_possible",
      credential === "absent"
        ? `the credential was destroyed already, so ${integration.name} can not be told with it; end it there`
        : `what is sealed does not open, so ${integration.name} can not be told with it; end it there`
    )
  }

const hasRecipe = ({ integration: { disconnect, name } }: Ending): Option.Option<string> =>
  disconnect === undefined
    ? Option.some(`${name} can not be told by Vendo; delete or replace the key there`)
    : Option.none()

const hasRevocation = (ending: Ending, { oauthClientOf }: Means): Option.Option<string> => {
  const { disconnect, name, oauth, slug } = ending.integration
  if (disconnect !== undefined || (oauth?.revokeUrl !== undefined && oauthClientOf(slug))) return Option.none()
  return Option.some(
    oauth?.revokeUrl === undefined
      ? `${name} can not be told by Vendo; remove the installed app there`
      : `this installation has no OAuth client of ${name} to tell it with; remove the installed app there`
  )
}

const ends: Record<Profile, (ending: Ending, means: Means) => Foreseen> = {
  byok_static: byCredential(hasRecipe),
  oauth_app_install: byCredential(hasRevocation),
  composio_managed: ({ hasAccount }, { composio }) => {
    if (!hasAccount) return end("nothing_to_revoke", "it has no account at Composio")
    return composio
      ? told("Composio", "account")
      : end("not_possible", "COMPOSIO_API_KEY is not set, so Composio can not be told; delete the account there")
  },
  vendo_managed_pool: () => end("nothing_to_revoke", "the key of the pool is the installation's own, and stays"),
  // Its secret is ours and opens nothing there: it must never be sent in place of a credential.
  webhook_inbound: ({ integration: { name } }) =>
    end("not_possible", `${name} can not be told by Vendo; take the address of the webhook away there`),
  user_oauth: () => end("nothing_to_revoke", "nothing of the upstream's is held here")
}

const said: Record<RevocationState, (name: string) => Foreseen> = {
  queued: (name) => end("nothing_to_revoke", `${name} is being told already`),
  done: (name) => end("nothing_to_revoke", `there is nothing left to tell ${name}`),
  given_up: (name) => end("not_possible", `${name} was told in vain before; end it there`)
}

const toldIn = ({ integration, profile }: Ending) => (profile === "composio_managed" ? "Composio" : integration.name)

/** What will become of it. Where somebody else uses the same, the way is kept: that may end before this is done. */
export const foresee = (ending: Ending, means: Means): Foreseen => {
  if (Option.isSome(ending.before)) return said[ending.before.value](toldIn(ending))
  const foreseen = ends[ending.profile](ending, means)
  if (Option.isNone(foreseen.way) || !ending.inUse) return foreseen
  const detail = `another connection stands on the same account or credential, so ${toldIn(ending)} is not told`
  return { outcome: "nothing_to_revoke", detail, way: foreseen.way }
}
