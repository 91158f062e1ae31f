/** What the metadata of a connection says of its account. */
import { Option, Schema } from "effect"
import type { Json } from "effect/Schema"
import type { Integration } from "@vendodev/catalog/Integration"
import { type Found, nobody, type Owner } from "../connect/Obtained.ts"

export type Metadata = Readonly<Record<string, Json>>

const Account = Schema.Struct({ id: Schema.NullOr(Schema.String), name: Schema.NullOr(Schema.String) })
const readAccount = Schema.decodeUnknownOption(Account)
const readFacts = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Json))

/** Whose it is, as far as that was ever known. */
export const ownerIn = ({ account }: Metadata): Owner => Option.getOrElse(readAccount(account), () => nobody)

const facts = (value: Json | undefined): Metadata => Option.getOrElse(readFacts(value), () => ({}))

const isEmpty = (record: object) => Object.keys(record).length === 0

/** Everything of the account anew. `before` is what is still true of it: nothing, when it is another account. */
export const metadataOf = (
  { identity, slug }: Integration,
  before: Metadata,
  { context, missing, owner, unverified }: Found
): Metadata => {
  const known = { ...facts(facts(before["context"])[slug]), ...context }
  const unknown = missing.filter((field) => !Object.hasOwn(known, field))
  const account = owner.id === null && owner.name === null ? ownerIn(before) : owner
  return {
    ...(account.id === null && account.name === null ? {} : { account: { id: account.id, name: account.name } }),
    ...(identity?.name === undefined || account.name === null ? {} : { [identity.name]: account.name }),
    ...(isEmpty(known) ? {} : { context: { [slug]: known } }),
    ...(unknown.length === 0 ? {} : { context_missing: unknown }),
    ...(unverified ? { unverified } : {})
  }
}

const ofAccount = new Set(["account", "context", "context_missing", "unverified"])

/** The rest, which is not the account's. */
export const withoutAccount = ({ identity }: Integration, metadata: Metadata): Metadata =>
  Object.fromEntries(Object.entries(metadata).filter(([name]) => !ofAccount.has(name) && name !== identity?.name))
