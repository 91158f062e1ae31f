import { Option } from "effect"
import type { VerifiedUser } from "./VerifiedUser.ts"

/** What the database compares with the key. */
export const claimsOf = ({ app, issuedAt, subject, tenant }: VerifiedUser): string =>
  JSON.stringify({
    sub: subject,
    tenant,
    app: Option.getOrUndefined(app),
    iat: Option.getOrUndefined(issuedAt)
  })
