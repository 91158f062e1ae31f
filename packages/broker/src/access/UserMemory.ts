import type { Redacted } from "effect"
import { digestOf } from "../vault/tokenSignature.ts"
import { isCurrent } from "./userTokenRules.ts"
import type { VerifiedUser } from "./VerifiedUser.ts"

export interface Remembered {
  readonly user: VerifiedUser
  /** Milliseconds since 1970. */
  readonly expiry: number
  readonly issuer: string
  /** The key that verified it: it is forgotten with that key. */
  readonly key: string
}

/** Who verified tokens were of, by the hash of the token, so that a signature is checked once. Bounded, oldest out. */
export class UserMemory {
  readonly #entries = new Map<string, Remembered>()
  readonly #capacity: number

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  get(jwt: Redacted.Redacted, now: number): Remembered | undefined {
    const found = this.#entries.get(digestOf(jwt))
    if (found === undefined || isCurrent(found.expiry, now)) return found
    this.forget(jwt)
    return undefined
  }

  set(jwt: Redacted.Redacted, remembered: Remembered): void {
    this.forget(jwt)
    this.#entries.set(digestOf(jwt), remembered)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break
      this.#entries.delete(oldest)
    }
  }

  forget(jwt: Redacted.Redacted): void {
    this.#entries.delete(digestOf(jwt))
  }
}
