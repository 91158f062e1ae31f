/** A failed attempt, whatever it came from: a code, a sentence, and the row of the error table it is answered with. */
import type { ConnectCode } from "@vendodev/broker/connect/ConnectFailed"
import type { ConnectRefusal } from "@vendodev/broker/connect/Connect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"

export interface ConnectFailure {
  readonly code: ConnectCode
  readonly row: ErrorCode
  readonly detail: string
  /** The field of a form that is at fault. */
  readonly field: string | undefined
}

/** A visit that is not there any more is all that can be missing here. */
export const failureOf = (refusal: ConnectRefusal): ConnectFailure => {
  const { detail } = refusal
  if (refusal._tag === "ConnectFailed") return { code: refusal.code, row: refusal.row, detail, field: undefined }
  if (refusal._tag === "not_found") return { code: "session_over", row: "not_found", detail, field: undefined }
  return {
    code: refusal._tag,
    row: refusal._tag,
    detail,
    field: refusal._tag === "validation_failed" ? refusal.field : undefined
  }
}
