/** Whether an answer is the one the model predicts, and holds nothing that is somebody else's. */
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { CredentialResponse, CredentialsResponse, RefusedVerdict } from "@vendodev/api/CredentialsGroup"
import { errorTable, type ErrorCode } from "@vendodev/domain/BrokerError"
import type { Answered } from "../fixtures/client.ts"
import { Composio } from "../fixtures/composio.ts"
import type { Operation, Vending } from "./operations.ts"
import type { Vended } from "./predictVend.ts"
import { type Connection, marksIn, type World } from "./World.ts"

const statuses = new Map<string, number>(errorTable.map(({ code, status }) => [code, status]))

const json = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(schema), { onExcessProperty: "error" })
const readError = json(
  Schema.Struct({
    error: Schema.String,
    detail: Schema.String,
    field: Schema.optionalKey(Schema.String),
    connect_url: Schema.optionalKey(Schema.String)
  })
)
const readOne = json(CredentialResponse)
const readMany = json(CredentialsResponse)
const readVerdict = json(RefusedVerdict)

/** Codes that send somebody to the page on which it is mended. */
const mended = new Set<ErrorCode>(["binding_missing", "connection_needs_reauth", "connection_revoked"])
const connectUrl = (code: ErrorCode, slug: string) =>
  mended.has(code) ? `https://vendo.example/connections/connect/${slug}` : undefined

export const isRefusal = (
  { code, status, text }: Answered,
  expected: { readonly code: ErrorCode; readonly field?: string; readonly slug?: string }
) => {
  assert.deepStrictEqual({ code, status }, { code: expected.code, status: statuses.get(expected.code) ?? 0 })
  const { connect_url, error, field } = readError(text)
  assert.strictEqual(error, expected.code.replaceAll("_", " "))
  assert.strictEqual(field, expected.field)
  if (expected.slug !== undefined) assert.strictEqual(connect_url, connectUrl(expected.code, expected.slug))
}

/** No token, no account and no word of anybody but who asked: it says whose it is. */
export const isOnlyTheirs = (world: World, operation: Operation, { text }: Answered) => {
  for (const { tenant, user } of marksIn(text)) {
    if (operation.do === "vend") {
      assert.strictEqual(tenant, world.key(operation.key)?.tenant.number, "a token of another tenant")
      assert.strictEqual(user, operation.userToken?.subject ?? null, "a token of another user")
    } else {
      assert.strictEqual(operation.do === "mintUserToken" ? undefined : world.tenant(operation.tenant)?.number, tenant)
      if (operation.do === "listConnections" && operation.user !== null) assert.strictEqual(user, operation.user)
    }
  }
}

/** What a connection must hand out now: what was pasted, or the newest token of its account where it had no fresh one. */
const tokenOf = Effect.fnUntraced(function* (connection: Connection) {
  const { account, credential, held, isFresh } = connection
  if (account === null) return credential
  if (held !== null && isFresh) return held
  const issued = yield* (yield* Composio).tokens(account)
  connection.held = issued.at(-1)?.token ?? null
  connection.isFresh = true
  return connection.held
})

const isToken = (seen: typeof CredentialResponse.Type | null | undefined, token: string | null, expires: boolean) => {
  assert.isString(token)
  assert.deepStrictEqual([seen?.access_token, seen?.token_type], [token, "Bearer"])
  assert.strictEqual(seen?.expires_at !== null, expires)
}

const verdictOf = ({ account, held }: Connection, { refused }: Vending) =>
  account !== null && held !== refused ? "replaced" : "unchanged"

/** What was answered to a request for tokens. Learns which tokens there are by now. */
export const isVended = Effect.fnUntraced(function* (operation: Vending, expected: Vended, answered: Answered) {
  if ("code" in expected) return isRefusal(answered, expected)
  const [first] = expected.each
  if (operation.way !== "many") {
    if (first?.answer.code !== undefined) return isRefusal(answered, { code: first.answer.code, slug: first.slug })
    const { status, text } = answered
    assert.deepStrictEqual([answered.code, status], [null, 200])
    if (first === undefined) return assert.fail("nothing was asked for")
    const { connection } = first.answer
    if (operation.way === "report")
      return assert.strictEqual(readVerdict(text).verdict, verdictOf(connection, operation))
    return isToken(readOne(text), yield* tokenOf(connection), connection.account !== null)
  }
  assert.deepStrictEqual([answered.code, answered.status], [null, 200])
  const { errors, tokens } = readMany(answered.text)
  assert.deepStrictEqual(
    Object.keys(tokens),
    expected.each.map(({ asked }) => asked)
  )
  for (const { answer, asked, slug } of expected.each) {
    assert.strictEqual(errors[asked]?.code, answer.code)
    assert.strictEqual(errors[asked]?.connect_url, answer.code && connectUrl(answer.code, slug))
    if (answer.code !== undefined) assert.isNull(tokens[asked])
    else isToken(tokens[asked], yield* tokenOf(answer.connection), answer.connection.account !== null)
  }
})
