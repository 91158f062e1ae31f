/** Tokens as the upstream's background work would have renewed them by now. */
import { Base64Url } from "effect/encoding"
import { type Account, holdsToken, isActive } from "./Account.ts"
import type { IssuedToken, Ledger } from "./Ledger.ts"

const second = 1000

const expiring = new Set(["OAUTH2", "DCR_OAUTH", "S2S_OAUTH2"])

export const isExpiring = ({ settings: { authScheme } }: Account): boolean => expiring.has(authScheme)

const random = () => crypto.randomUUID().replaceAll("-", "")

const jwt = (name: string, exp: number): string =>
  [{ alg: "none", typ: "JWT" }, { jti: name, exp: Math.floor(exp / second) }, name]
    .map((part) => Base64Url.encode(typeof part === "string" ? part : JSON.stringify(part)))
    .join(".")

const fresh = (account: Account, at: number, label: string): string => {
  const { settings } = account
  const person = settings.person === "" ? "" : `~${settings.person}`
  const name = `simulated-${settings.toolkit}-${account.id}${person}-${label}${account.issued}-${random()}`
  return settings.form === "jwt" ? jwt(name, at + settings.jwtLifetime * second) : name
}

/** What the upstream says is `lifetime`; a JWT may end before. */
const trueLifetime = ({ settings: { form, jwtLifetime, lifetime } }: Account): number =>
  form === "jwt" ? Math.min(lifetime, jwtLifetime) : lifetime

/** The time between two renewals. */
const period = (account: Account): number => {
  const lifetime = trueLifetime(account)
  const { margin } = account.settings
  return (margin < lifetime ? lifetime - margin : lifetime) * second
}

const end = (token: IssuedToken | undefined, at: number) => {
  if (token !== undefined && (token.endedAt === null || token.endedAt > at)) token.endedAt = at
}

/** A new token from `at` on. The one before stays good, the one before that does not. */
export const issue = (account: Account, ledger: Ledger, at: number): IssuedToken => {
  const { settings } = account
  account.issued += 1
  const expiresAt = isExpiring(account) ? at + trueLifetime(account) * second : null
  const common = { account: account.id, toolkit: settings.toolkit, issuedAt: at, endedAt: null }
  const kept = settings.changesToken ? undefined : account.current?.token
  const token: IssuedToken = {
    ...common,
    token: kept ?? fresh(account, at, ""),
    kind: expiresAt === null ? "static" : "access",
    expiresAt
  }
  end(account.previous, at)
  account.previous = account.current
  account.current = token
  ledger.issue(token)
  if (settings.hasUserToken) {
    account.userToken = { ...common, token: fresh(account, at, "user"), kind: "user", expiresAt }
    ledger.issue(account.userToken)
  }
  if (settings.movesUpdatedAt) account.updatedAt = Math.max(account.updatedAt, at)
  return token
}

/** What happened since the account was last looked at. Tokens nobody could have seen are not made up. */
export const catchUp = (account: Account, ledger: Ledger, now: number): void => {
  const { consentUntil, current, settings } = account
  if (consentUntil !== undefined && now >= consentUntil) {
    account.consentUntil = undefined
    account.statusSince = consentUntil
    account.updatedAt = consentUntil
    account.settings = { ...settings, status: "EXPIRED", statusReason: "Connection was not completed in 10 minutes" }
    return
  }
  if (!holdsToken(account)) return
  if (current === undefined) issue(account, ledger, now)
  else if (isActive(account) && settings.renews && isExpiring(account)) {
    const renewals = Math.floor((now - current.issuedAt) / period(account))
    if (renewals > 0) issue(account, ledger, current.issuedAt + renewals * period(account))
  }
}

/** The current token is no good from now on. The background, if it works, renews it at once. */
export const expire = (account: Account, ledger: Ledger, now: number): void => {
  catchUp(account, ledger, now)
  end(account.current, now)
  end(account.previous, now)
  if (isActive(account) && account.settings.renews) issue(account, ledger, now)
}

/** None of its tokens is any good from now on, nor will there be another before a new consent. */
export const revoke = (account: Account, now: number): void => {
  for (const token of [account.current, account.previous, account.userToken]) end(token, now)
  account.current = undefined
  account.previous = undefined
  account.userToken = undefined
}
