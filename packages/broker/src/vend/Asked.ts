import type { Redacted } from "effect"
import type { BrokerError } from "@vendodev/domain/BrokerError"
import type { Question } from "../access/BindingRepo.ts"

/** Who asks, and the form of the key the database knows it by. */
export interface Caller {
  readonly key: Redacted.Redacted
  readonly keyHash: Uint8Array
}

/** One thing that was asked for, and how the database was asked for it. */
export interface Asked {
  readonly caller: Caller
  /** A slug, or any text that could be one. */
  readonly slug: string
  readonly question: Question
  /** What is wrong with the user token. Kept, for the key is judged first. */
  readonly fault: BrokerError | undefined
}
