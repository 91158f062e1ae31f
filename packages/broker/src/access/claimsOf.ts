import { Option } from "effect"
import type { VerifiedUser } from "./VerifiedUser.ts"

/** The same where there may be no user: an empty object is nobody. */
export const claimsOrNobody = (user: Option.Option<VerifiedUser>): string =>
  Option.match(user, { onNone: () => "{}", onSome: claimsOf })

/** What the database compares with the key. */
export const claimsOf = ({ app, issuedAt, subject, tenant }: VerifiedUser): string =>
  JSON.stringify({
    sub: subject,
    tenant,
    app: Option.getOrUndefined(app),
    iat: Option.getOrUndefined(issuedAt)
  })
