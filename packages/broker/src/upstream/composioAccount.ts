/** What a connected account at Composio says, read as little as can be: status, credential, times. */
import { Effect, Option, Schema } from "effect"
import { UpstreamRefusal } from "./UpstreamRefusal.ts"

/** What is of another kind than it should be is as good as missing. */
const lenient = <A>(schema: Schema.Codec<A>) =>
  Schema.optionalKey(schema.pipe(Schema.catchDecoding(() => Effect.succeed(Option.none<A>()))))

const text = lenient(Schema.String)
const time = lenient(Schema.Union([Schema.String, Schema.Number]))

/** A switch that can not be read might be off, so it is not passed over. */
const toggle = Schema.optionalKey(Schema.NullOr(Schema.Boolean))

/** The secrets by their names; `data` and `params` hold copies of them and are never read. */
const Values = Schema.Struct({
  status: text,
  access_token: text,
  token: text,
  api_key: text,
  generic_api_key: text,
  bearer_token: text,
  basic_encoded: text,
  expires_at: time,
  expires_in: time
})
export type Values = typeof Values.Type

export const ConnectedAccount = Schema.Struct({
  id: Schema.String,
  status: text,
  is_disabled: toggle,
  updated_at: text,
  auth_config: Schema.optionalKey(Schema.NullOr(Schema.Struct({ is_disabled: toggle }))),
  state: lenient(Schema.Struct({ authScheme: text, val: lenient(Values) }))
})
export type ConnectedAccount = typeof ConnectedAccount.Type

/** Better first. Spelt as Composio spells them: in another case it is not Composio that speaks. */
const statuses = ["ACTIVE", "INITIALIZING", "INITIATED", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"] as const
type Status = (typeof statuses)[number]

const worst = (said: ReadonlyArray<Status>): Status => statuses.findLast((status) => said.includes(status)) ?? "ACTIVE"

const refuse = (...args: Parameters<typeof UpstreamRefusal.of>) => Option.some(UpstreamRefusal.of(...args))

const unfinished = "the account was never fully connected at Composio; finish or restart the connect flow"

/** Exhaustive by type: a new status does not compile until it is decided what it means. */
const meaning: Record<Status, Option.Option<UpstreamRefusal>> = {
  ACTIVE: Option.none(),
  INITIALIZING: refuse("unfinished", unfinished),
  INITIATED: refuse("unfinished", unfinished),
  INACTIVE: refuse("dead", "the account was disabled at Composio; enable it there, or connect it again"),
  FAILED: refuse("dead", "connecting the account failed at Composio; connect it again"),
  EXPIRED: refuse("dead", "the account has expired at Composio; connect it again"),
  REVOKED: refuse("dead", "access to the account was revoked; connect it again")
}

/** A switch of the operator's, which no user can turn by connecting again. */
const configurationOff = "the auth config of this account is disabled at Composio; only its operator can enable it"

const isStatus = Schema.is(Schema.Literals(statuses))

/** None when the status is one this version does not know. */
export const statusOf = (account: ConnectedAccount): Option.Option<Status> => {
  const inner = account.state?.val?.status
  const said = inner === undefined ? [account.status] : [account.status, inner]
  return said.every(isStatus)
    ? Option.some(worst(account.is_disabled === true ? [...said, "INACTIVE"] : said))
    : Option.none()
}

/** Why an account in this status has nothing to vend. */
export const refusalOf = (status: Status, account: ConnectedAccount): Option.Option<UpstreamRefusal> => {
  const off = account.auth_config?.is_disabled === true
  if (off && status === "ACTIVE") return refuse("unservable", configurationOff)
  if (off && status === "INACTIVE") return refuse("unfinished", configurationOff)
  return meaning[status]
}
