import { Redacted } from "effect"
import type { ConnectionId, TenantId } from "@vendodev/domain/Ids"

/** Where a remembered token belongs. Whether it may be used is not remembered: the row says so each time. */
export interface TokenPlace {
  readonly tenant: TenantId
  readonly connection: ConnectionId
  /** Counts the secrets the row has held. */
  readonly version: bigint
}

interface Entry extends TokenPlace {
  readonly token: Redacted.Redacted
  readonly size: number
}

/**
 * Opened tokens by connection, so that a fresh one is not opened on every call.
 * Bounded by number and size, the longest unchanged out first.
 */
export class TokenMemory {
  readonly #entries = new Map<ConnectionId, Entry>()
  #size = 0
  readonly #capacity: number
  readonly #maximumSize: number

  constructor(capacity = 10_000, maximumSize = 32 * 1024 * 1024) {
    this.#capacity = capacity
    this.#maximumSize = maximumSize
  }

  /** A wrapper of its own for every caller, who may wipe it. */
  get({ connection, tenant, version }: TokenPlace): Redacted.Redacted | undefined {
    const entry = this.#entries.get(connection)
    return entry === undefined || entry.tenant !== tenant || entry.version !== version
      ? undefined
      : Redacted.make(Redacted.value(entry.token), { label: "token" })
  }

  set({ connection, tenant, version }: TokenPlace, token: Redacted.Redacted): void {
    const text = Redacted.value(token)
    const entry = { tenant, connection, version, token: Redacted.make(text, { label: "token" }), size: text.length }
    this.forget(connection)
    this.#entries.set(connection, entry)
    this.#size += entry.size
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity && this.#size <= this.#maximumSize) break
      this.forget(oldest)
    }
  }

  forget(connection: ConnectionId): void {
    const entry = this.#entries.get(connection)
    if (entry === undefined) return
    this.#entries.delete(connection)
    this.#size -= entry.size
    Redacted.wipeUnsafe(entry.token)
  }
}
