/**
 * Why a call has no answer, in the words of the service's error table. Plain
 * data: the Effect SDK makes a class of the table of it, the Promise SDK a
 * `VendoError`.
 */
import { Data, Duration } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"

/** Codes of what fails before a request is sent. They never cross the wire. */
export type LocalCode = "vendo_only_feature" | "identity_not_present" | "not_connected"

/** What a service of this version, or a newer one, says; and what never reaches it. */
export type FailureCode = ErrorCode | LocalCode | (string & {})

export interface FailureFields {
  readonly code: FailureCode
  /** One sentence the caller can act on. Never holds a secret. */
  readonly detail: string
  /** Of the HTTP answer; none when there was none. */
  readonly status?: number | undefined
  /** The integration that was asked for. */
  readonly slug?: string | undefined
  /** The least to wait before asking again. */
  readonly retryAfter?: Duration.Duration | undefined
  readonly connectUrl?: string | undefined
  readonly topUpUrl?: string | undefined
  /** What of the input is at fault. */
  readonly field?: string | undefined
  /** Names the request in the operator's log. */
  readonly requestId?: string | undefined
}

export class Failure extends Data.TaggedError("Failure")<FailureFields> {
  override get message() {
    return this.detail
  }
}

/** Passing troubles, which the same question may not meet again. The whole list of what is retried. */
const passing: ReadonlySet<string> = new Set<ErrorCode>(["upstream_error", "unavailable", "overloaded"])

export const isPassing = ({ code }: Failure): boolean => passing.has(code)

/** The service is not there, or what is there is not the service. */
export const unanswered = (detail: string, fields?: Omit<FailureFields, "code" | "detail">) =>
  new Failure({ code: "upstream_error", detail, ...fields })

export const invalid = (field: string, detail: string) => new Failure({ code: "validation_failed", field, detail })
