/** Accounts by filter, a page at a time. */
import { Result, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { accountBody } from "./accountBody.ts"
import { type Answer, json } from "./Answer.ts"
import { refuse } from "./errors.ts"
import { type Context, viewOf } from "./Context.ts"
import { catchUp } from "./tokens.ts"

const Cursor = Schema.fromJsonString(Schema.Struct({ page: Schema.Int, limit: Schema.Int }))
const decodeCursor = Schema.decodeUnknownResult(Cursor)

const pageOf = (cursor: string | null, limit: number): { readonly page: number; readonly limit: number } | undefined =>
  cursor === null
    ? { page: 1, limit }
    : Result.getOrElse(
        Result.flatMap(Base64.decodeString(cursor), (text) => decodeCursor(text)),
        () => undefined
      )

/** `names[]=a&names[]=b`, `names=a,b` or nothing. */
const filter = (url: URL, name: string): ((value: string) => boolean) => {
  const { searchParams } = url
  const wanted = [...searchParams.getAll(`${name}[]`), ...searchParams.getAll(name).flatMap((all) => all.split(","))]
  return (value) => wanted.length === 0 || wanted.includes(value)
}

export const listAccounts = ({ now, url, world }: Context): Answer => {
  const limit = Number(url.searchParams.get("limit") ?? 20)
  const at = pageOf(url.searchParams.get("cursor"), limit)
  if (at === undefined || !Number.isInteger(at.limit) || at.limit < 1 || at.limit > 1000) {
    return refuse(400, { code: 10400, message: "limit or cursor is not valid" })
  }
  const toolkit = filter(url, "toolkit_slugs")
  const status = filter(url, "statuses")
  const user = filter(url, "user_ids")
  const authConfig = filter(url, "auth_config_ids")
  const id = filter(url, "connected_account_ids")
  const matching = [...world.accounts.values()].filter((account) => {
    catchUp(account, world.ledger, now)
    const { settings } = account
    return (
      toolkit(settings.toolkit) &&
      status(settings.status) &&
      user(settings.userId) &&
      authConfig(settings.authConfigId) &&
      id(account.id)
    )
  })
  const pages = Math.ceil(matching.length / at.limit)
  const next = Base64.encode(JSON.stringify({ page: at.page + 1, limit: at.limit }))
  return json(200, {
    items: matching
      .slice((at.page - 1) * at.limit, at.page * at.limit)
      .map((account) => accountBody(account, viewOf(world, account, now), "item")),
    next_cursor: at.page < pages ? next : null,
    total_pages: pages,
    current_page: at.page,
    total_items: matching.length
  })
}
