import { Effect, type Redacted } from "effect"
import { Unavailable } from "@vendodev/domain/BrokerError"
import type { Granted } from "../access/BindingRepo.ts"
import type { Vault } from "../vault/Vault.ts"

/** The secret of a grant, opened from the row it came with. */
export const openSealed = (
  vault: Vault["Service"],
  granted: Granted
): Effect.Effect<Redacted.Redacted, Unavailable> => {
  const { connection_id: connection, dek_version: version, kek_id: kekId, secret_box: box, wrapped } = granted
  if (version === null || kekId === null || wrapped === null || box === null) {
    return sealedAway("no sealed credential or data key", connection)
  }
  const place = { tenant: granted.tenant_id, connection, secretVersion: String(granted.secret_version) }
  return Effect.catch(vault.open(place, { version, kekId, wrapped }, box), (error) =>
    sealedAway(error.message, connection)
  )
}

/** The credential is there but can not be opened: the operator's to mend, and never a reason to ask the user again. */
const sealedAway = (reason: string, connection: string) =>
  Effect.andThen(
    Effect.logError(`a credential can not be opened: ${reason}`).pipe(Effect.annotateLogs({ connection })),
    Effect.fail(
      new Unavailable({ detail: "this credential can not be opened at the moment; the log says why", retry_after: 60 })
    )
  )
