/**
 * Where credentials that were pasted are tried at their providers: before the
 * transaction that would keep them, which waits for nobody outside.
 */
import { Effect, type Redacted } from "effect"
import type { ValidationFailed } from "@vendodev/domain/BrokerError"

export interface Pasted {
  /** Of the integration. */
  readonly slug: string
  readonly credential: Redacted.Redacted
}

/** Takes each as it is: no provider is asked yet. */
export const examineCredentials = (_pasted: ReadonlyArray<Pasted>): Effect.Effect<void, ValidationFailed> => Effect.void
