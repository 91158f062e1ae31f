import type { Option } from "effect"
import type { AppId, TenantId, UserSubject } from "@vendodev/domain/Ids"

/** What a user token says, once it was verified. Whether the key may speak for that tenant is the database's to say. */
export interface VerifiedUser {
  readonly subject: UserSubject
  readonly tenant: TenantId
  /** The one app the token is good for; none when it names none. */
  readonly app: Option.Option<AppId>
  /** Seconds since 1970; the user's removal ends all that were issued before. None when the token does not say. */
  readonly issuedAt: Option.Option<number>
}
