/** Why the service has not done what it was asked. */
import { Data, Duration, Option, Schema } from "effect"
import { HttpClientError } from "effect/http"
import { BrokerError, rowOf } from "@vendodev/domain/BrokerError"
import { lines, type Reportable, reportOf } from "../report.ts"

export class Problem extends Data.TaggedError("Problem")<{
  /** One line: who, and what is wrong. Never what was asked or answered. */
  readonly detail: string
  /** The service's own words and what to do, where it refuses us; asking again will not help. */
  readonly refusal: string | null
  /** The least to wait before asking again. */
  readonly retryAfter: Duration.Duration
}> {}

/** Being too slow, too early or one too many. Of what is our fault, all else stays so. */
const passing: ReadonlySet<number> = new Set([408, 425, 429])

const statuses = new Map<string, number>(BrokerError.members.map((row) => [rowOf(row).code, rowOf(row).status]))

/** Longer is not believed. */
const longest = Duration.hours(1)

const isBrokerError = Schema.is(BrokerError)

const retryAfterOf = (error: Reportable): Duration.Duration => {
  const seconds = isBrokerError(error)
    ? "retry_after" in error
      ? error.retry_after
      : undefined
    : HttpClientError.isHttpClientError(error)
      ? error.response?.headers["retry-after"]
      : undefined
  return /^\d+$/.test(String(seconds)) ? Duration.min(Duration.seconds(Number(seconds)), longest) : Duration.zero
}

export const passes = (detail: string): Problem => new Problem({ detail, refusal: null, retryAfter: Duration.zero })

/** `url`: who was asked. */
export const problemOf = (url: string, error: Reportable): Problem => {
  const report = reportOf(error)
  const { code, detail } = report.error
  const retryAfter = retryAfterOf(error)
  if (!isBrokerError(error)) return new Problem({ detail, refusal: null, retryAfter })
  const status = Option.getOrElse(Option.fromUndefinedOr(statuses.get(code)), () => 500)
  const isRefusal = status >= 400 && status < 500 && !passing.has(status)
  return new Problem({
    detail: `${url} answers ${code}: ${detail}`,
    refusal: isRefusal ? lines(report) : null,
    retryAfter
  })
}
