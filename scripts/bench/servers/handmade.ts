/**
 * What the servers written by hand have in common: hash the key, ask the
 * database once, answer. No framework, no batching.
 *
 * They have the driver Vendo has, without the layers above: ten connections,
 * taken in turn. They read as an administrator, whom row security does not slow
 * down.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { PgConnection } from "@effect/sql-pg"
import { Effect, Redacted, Scope } from "effect"
import { createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto"
import type { ServerResponse } from "node:http"
import { additionalData } from "@vendodev/broker/vault/additionalData"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { TenantId } from "@vendodev/domain/Ids"
import * as KeyFile from "@vendodev/server/KeyFile"
import { listen } from "./listen.ts"

const size = 10
const multiplex = process.env["BENCH_PIPELINED"] === "yes"

const material = await Effect.runPromise(
  KeyFile.read(process.env["VENDO_KEK_FILE"] ?? "").pipe(Effect.provide(NodeServices.layer))
)
const keyring = await Effect.runPromise(Keyring.pipe(Effect.provide(Keyring.layerOf(material))))
const pepper = createSecretKey(
  Buffer.from(hkdfSync("sha256", Redacted.value(material.root), new Uint8Array(0), "vendo/pepper/1", 32))
)
const connect = PgConnection.make({
  url: Redacted.make(process.env["DATABASE_ADMIN_URL"] ?? ""),
  multiplex,
  // As Vendo has it where it records a grant.
  startupParameters: { synchronous_commit: "off" }
})
const pool = await Effect.runPromise(
  Effect.all(Array.from({ length: size }, () => connect)).pipe(Scope.provide(Scope.makeUnsafe()))
)

/** From the key to the connection: who may have what, as it is now. */
export const entitled = `
  FROM broker.app_keys k
  JOIN broker.tenants t ON t.id = k.tenant_id AND t.status = 'active'
  JOIN broker.app_connection_bindings b
    ON b.tenant_id = k.tenant_id AND b.app_id = k.app_id AND b.integration = $2 AND b.user_subject = ''
  JOIN broker.connections c ON c.tenant_id = b.tenant_id AND c.id = b.connection_id AND c.status IN ('active', 'error')`
export const dataKeyOfBox = `
  JOIN broker.tenant_keys e ON e.tenant_id = c.tenant_id AND e.version = c.dek_version AND e.state <> 'destroyed'`
export const withKey = `
  WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`

export interface BoxRow {
  readonly tenant_id: string
  readonly id: string
  readonly secret_version: string
  readonly secret_box: Buffer
  readonly version: number
  readonly kek_id: string
  readonly wrapped: Buffer
}
export const boxColumns = "k.tenant_id, c.id, c.secret_version::text, c.secret_box, e.version, e.kek_id, e.wrapped"

type MaybeRow = PgConnection.Row | undefined

/** The columns are the statement's own, so a row that is there is one of these. */
export const isBoxRow = (row: MaybeRow): row is PgConnection.Row & BoxRow => row !== undefined

const dataKeys = new Map<string, KeyObject>()
const dataKey = ({ kek_id: kekId, tenant_id: tenant, version, wrapped }: BoxRow): KeyObject => {
  const known = dataKeys.get(tenant)
  if (known !== undefined) return known
  const key = Effect.runSync(keyring.unwrap(TenantId.make(tenant), version, { kekId, wrapped }))
  dataKeys.set(tenant, key)
  return key
}

const sealedAt = 24
export const open = (row: BoxRow): string => {
  const { id, secret_box: box, secret_version, tenant_id, version } = row
  const nonce = box.subarray(sealedAt, sealedAt + 12)
  const decipher = createDecipheriv("aes-256-gcm", dataKey(row), nonce, { authTagLength: 16 })
  decipher.setAAD(
    additionalData("vendo/box/1", tenant_id, "connections", "secret_box", id, secret_version, String(version))
  )
  decipher.setAuthTag(box.subarray(-16))
  const plain = decipher.update(box.subarray(sealedAt + 12, -16), undefined, "utf8")
  return plain + decipher.final("utf8")
}

export const refuse = (response: ServerResponse, status: number) => {
  response.writeHead(status)
  response.end()
}

export const answer = (response: ServerResponse, token: string, expiresAt: string | null) => {
  const body = JSON.stringify({ access_token: token, expires_at: expiresAt, token_type: "Bearer" })
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
}

type Work = (connection: PgConnection.PgConnection) => void

const idle = [...pool]
const waiting: Array<Work> = []
let turn = 0

/** Lends a connection; a pipelined one may be lent to many. */
const lend = (work: Work) => {
  const connection = multiplex ? pool[turn++ % size] : idle.pop()
  if (connection === undefined) waiting.push(work)
  else work(connection)
}
const giveBack = (connection: PgConnection.PgConnection) => {
  if (multiplex) return
  const next = waiting.shift()
  if (next === undefined) idle.push(connection)
  else next(connection)
}

/** The first row of a statement about one key and one integration. */
export type Ask = (statement: string, then: (row: MaybeRow) => void) => void

const prefix = "/credentials/".length

/** Serves what `vend` makes of a request, whose key and integration are the parameters of what it asks. */
export const serve = (vend: (ask: Ask, response: ServerResponse) => void): void =>
  listen((request, response) => {
    const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1]
    if (key === undefined) return refuse(response, 401)
    const hash = createHmac("sha256", pepper).update(key).digest()
    const parameters = [hash, request.url?.slice(prefix) ?? ""]
    const ask: Ask = (statement, then) =>
      lend((connection) => {
        Effect.runCallback(connection.query(statement, parameters), {
          onExit: (exit) => {
            giveBack(connection)
            if (exit._tag === "Failure") return refuse(response, 503)
            then(exit.value.rows[0])
          }
        })
      })
    vend(ask, response)
  })
