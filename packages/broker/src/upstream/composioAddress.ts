/** Where Composio is, and whether our key may go there. */
import { Option, Redacted, Result } from "effect"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import type { Alarm } from "./alarms.ts"
import { UpstreamRefusal } from "./UpstreamRefusal.ts"

export interface Address {
  readonly host: string
  readonly key: Redacted.Redacted
  /** Up to the version. */
  readonly api: string
  readonly urlOf: (account: ComposioAccountId) => string
  /** Ends the tokens of an account at their provider. */
  readonly revokeUrlOf: (account: ComposioAccountId) => string
  /** The project, and its accounts, for a check-up. */
  readonly project: string
  readonly accounts: string
}

export interface NoAddress {
  readonly refusal: UpstreamRefusal
  readonly alarm: Option.Option<Alarm>
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** What is wrong with it, for whoever set it. A key is not sent in the clear, except to this machine. */
export const faultOfBaseUrl = (baseUrl: string): Option.Option<string> => {
  const url = URL.parse(baseUrl)
  if (url === null || !["http:", "https:"].includes(url.protocol)) return Option.some("it must be an https:// URL")
  if (url.username !== "" || url.password !== "") return Option.some("it must hold no credentials")
  if (url.search !== "" || url.hash !== "") return Option.some("it must end with its path")
  return url.protocol === "http:" && !loopback.test(url.hostname)
    ? Option.some("it must be https://: the key is sent in the clear only to this machine")
    : Option.none()
}

const refuse = (refusal: UpstreamRefusal, alarm: Option.Option<Alarm>) => Result.fail({ refusal, alarm })

const noKey = UpstreamRefusal.of(
  "unservable",
  "COMPOSIO_API_KEY is not set, so no token of a Composio account can be had here"
)
const unusable = UpstreamRefusal.of(
  "ours",
  "this installation is not set up to ask Composio; its operator must mend that"
)

export const addressOf = (
  baseUrl: string,
  apiKey: Option.Option<Redacted.Redacted>
): Result.Result<Address, NoAddress> => {
  if (Option.isNone(apiKey)) return refuse(noKey, Option.none())
  const key = apiKey.value
  // Else the platform would refuse the header, and say what was in it.
  const isHeader = /^[!-~]+$/.test(Redacted.value(key))
  if (!isHeader || Option.isSome(faultOfBaseUrl(baseUrl))) return refuse(unusable, Option.some("address"))
  const { host, origin, pathname } = new URL(baseUrl)
  const api = `${origin}${pathname.replace(/\/+$/, "")}/api/v3.1`
  return Result.succeed({
    host,
    key,
    api,
    urlOf: (account) => `${api}/connected_accounts/${account}`,
    revokeUrlOf: (account) => `${api}/connected_accounts/${account}/revoke`,
    project: `${api}/org/project/config`,
    accounts: `${api}/connected_accounts?statuses=ACTIVE&account_type=ALL&limit=10`
  })
}
