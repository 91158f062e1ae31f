/** The upstream's end of a connection that ended here: what it has to be told, until it confirms. */
import { Schema } from "effect"
import { ComposioAccountId, ConnectionId, IntegrationSlug, RevocationId } from "./Ids.ts"
import { Profile } from "./Profile.ts"

/** `given_up`: after 72 hours, or because it can never be told. */
export const RevocationState = Schema.Literals(["queued", "done", "given_up"])
export type RevocationState = typeof RevocationState.Type

/**
 * What came of the last attempt.
 *
 * | code | what |
 * |---|---|
 * | `confirmed` | the upstream knows |
 * | `in_use` | another connection stands on the same account or credential, so it was left alone |
 * | `upstream_error` | it could not be reached, or answered with an error |
 * | `not_configured` | the installation lacks what it takes to tell it, such as `COMPOSIO_API_KEY` |
 * | `key_unavailable` | the key file lacks the key this credential is sealed under |
 * | `unreadable` | what was sealed does not open |
 * | `interrupted` | the process stopped before there was an answer |
 * | `failed` | Vendo itself went wrong; its log says how |
 */
export const RevocationCode = Schema.Literals([
  "confirmed",
  "in_use",
  "upstream_error",
  "not_configured",
  "key_unavailable",
  "unreadable",
  "interrupted",
  "failed"
])
export type RevocationCode = typeof RevocationCode.Type

export const Revocation = Schema.Struct({
  id: RevocationId,
  connection_id: ConnectionId,
  /** Of the integration. */
  slug: IntegrationSlug,
  profile: Profile,
  /** Whose account there; null where the upstream is told with the credential. */
  composio_account_id: Schema.NullOr(ComposioAccountId),
  state: RevocationState,
  attempts: Schema.Int,
  /** Null once it ended. */
  next_attempt_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  /** Null before the first attempt ended. */
  code: Schema.NullOr(RevocationCode),
  created_at: Schema.DateTimeUtcFromString,
  ended_at: Schema.NullOr(Schema.DateTimeUtcFromString)
}).annotate({ identifier: "Revocation" })
export type Revocation = typeof Revocation.Type
