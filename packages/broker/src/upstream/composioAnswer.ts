/** What an answer of Composio's means: a token, or the one reason why there is none. */
import { DateTime, Duration, Option, Redacted, Result, Schema } from "effect"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import { ConnectedAccount, refusalOf, statusOf } from "./composioAccount.ts"
import { credentialOf, masked } from "./composioCredential.ts"
import type { NoAnswer } from "./boundedAnswer.ts"
import type { Answer } from "./composioHttp.ts"
import { FailedAttempt } from "./FailedAttempt.ts"
import { expiryOfJwt, instant, lifetime } from "./instant.ts"
import { lifeOf } from "./tokenLife.ts"
import { UpstreamRefusal } from "./UpstreamRefusal.ts"
import type { PreviousToken, UpstreamToken } from "./UpstreamToken.ts"

/** What was asked for, and what is known from before, as of when the question was sent. */
export interface Question {
  readonly account: ComposioAccountId
  readonly previous: Option.Option<PreviousToken>
}

type Judged = Result.Result<UpstreamToken, FailedAttempt>

const unreadable = FailedAttempt.of("faulty", "Composio answered with something that can not be read", {
  again: "cheap",
  host: "unclear"
})

const decodeAccount = Schema.decodeUnknownOption(ConnectedAccount)

/** The account as Composio has it, whoever was asked for. */
export const accountOf = (body: Option.Option<unknown>) => Option.flatMap(body, decodeAccount)

const definite = (...args: Parameters<typeof UpstreamRefusal.of>) => FailedAttempt.definite(UpstreamRefusal.of(...args))

const stranger = FailedAttempt.definite(
  UpstreamRefusal.of("faulty", "Composio answered about another account"),
  "stranger"
)
const statusUnknown = FailedAttempt.definite(
  UpstreamRefusal.of("faulty", "Composio gave the account a status that this version does not know"),
  "status"
)
const notRenewed = definite("faulty", "Composio has not renewed the token that has run out")

/** An account that can be used right now has a token; how long it lasts is in `answer` and in what was known before. */
const tokenOf = (answer: Answer, elapsed: Duration.Duration, question: Question): Judged => {
  const read = accountOf(answer.body)
  if (Option.isNone(read)) return Result.fail(unreadable)
  const account = read.value
  if (account.id !== question.account) return Result.fail(stranger)
  const status = statusOf(account)
  if (Option.isNone(status)) return Result.fail(statusUnknown)
  const refused = refusalOf(status.value, account)
  if (Option.isSome(refused)) return Result.fail(FailedAttempt.definite(refused.value))
  const credential = credentialOf(account)
  if (Result.isFailure(credential)) {
    const refusal = credential.failure
    return Result.fail(FailedAttempt.definite(refusal, refusal === masked ? "masked" : undefined))
  }
  const token = credential.success
  const values = account.state?.val ?? {}
  const life = lifeOf(
    {
      endsAt: [
        ...Option.toArray(Option.flatMap(Option.fromNullishOr(values.expires_at), instant)),
        ...Option.toArray(expiryOfJwt(token))
      ],
      lifetime: Option.flatMap(Option.fromNullishOr(values.expires_in), lifetime),
      changedAt: Option.flatMap(Option.fromNullishOr(account.updated_at), instant),
      now: answer.now
    },
    Option.map(question.previous, ({ age, token: before, validFor }) => ({
      sameToken: Redacted.value(before) === token,
      validFor,
      age
    })),
    elapsed
  )
  if (Option.isNone(life)) return Result.fail(notRenewed)
  const { freshFor, validFor } = life.value
  return Result.succeed({
    token: Redacted.make(token),
    expiresAt: Option.flatMap(validFor, (left) =>
      DateTime.make(answer.now + Duration.toMillis(elapsed) + Duration.toMillis(left))
    ),
    validFor,
    freshFor
  })
}

const said = { message: Schema.String }

/** Composio's own way of saying no, told from the page any proxy in between may show. */
const Refused = Schema.Struct({
  error: Schema.Union([
    Schema.Struct({ ...said, slug: Schema.String }),
    Schema.Struct({ ...said, code: Schema.Number }),
    Schema.Struct({ ...said, error_code: Schema.Number }),
    Schema.Struct({ ...said, status: Schema.Number })
  ])
})
const decodeRefused = Schema.decodeUnknownOption(Refused)

/** Of the account, and not of the path: a wrong COMPOSIO_BASE_URL must not take every account for gone. */
const isAboutAccount = ({ error }: typeof Refused.Type) => !("slug" in error && error.slug.startsWith("HTTP_"))

const saysGone = (body: Option.Option<unknown>) => Option.exists(Option.flatMap(body, decodeRefused), isAboutAccount)

const keyRefused = FailedAttempt.of(
  "ours",
  "this installation is not let in at Composio; its operator must mend that",
  {
    again: "never",
    host: "well",
    alarm: "key"
  }
)
const versionRetired = FailedAttempt.of("ours", "this installation speaks a version that Composio has retired", {
  again: "never",
  host: "well",
  alarm: "version"
})
const gone = definite("dead", "the account no longer exists at Composio; connect it again")
const notThere = definite("faulty", "what was asked for was not found, and it was not Composio that said so")
const notProvided = definite("unservable", "Composio can not give the token of such an account")
const refused = definite("faulty", "Composio refused the question as malformed")

const failed = (answer: Answer, host: FailedAttempt["host"]) =>
  FailedAttempt.of("faulty", "Composio fails at the moment", { again: "cheap", host, retryAfter: answer.retryAfter })

const busy = (answer: Answer) =>
  FailedAttempt.of("busy", "Composio asks for fewer questions", {
    again: "cheap",
    host: "well",
    retryAfter: Option.orElseSome(answer.retryAfter, () => Duration.seconds(1))
  })

export const failureOf = (answer: Answer): FailedAttempt => {
  const { body, status } = answer
  switch (status) {
    case 401:
    case 403:
      return keyRefused
    case 404:
      return saysGone(body) ? gone : notThere
    case 408:
    case 409:
      return failed(answer, "well")
    case 410:
      return versionRetired
    case 429:
      return busy(answer)
    case 501:
      return notProvided
    default:
      if (status >= 500) return failed(answer, "unwell")
      return status >= 400 ? refused : unreadable
  }
}

/** `elapsed` is the time since the question was sent. */
export const judge = (answer: Answer, elapsed: Duration.Duration, question: Question): Judged => {
  const judged = answer.status === 200 ? tokenOf(answer, elapsed, question) : Result.fail(failureOf(answer))
  return answer.forbidsRetry ? Result.mapError(judged, (attempt) => attempt.asFinal) : judged
}

const network = FailedAttempt.of("faulty", "Composio could not be reached", { again: "cheap", host: "unwell" })

export const timedOut = FailedAttempt.of("faulty", "Composio did not answer in time", { again: "dear", host: "unwell" })

const noAnswers: Record<NoAnswer["why"], FailedAttempt> = {
  network,
  "too large": unreadable,
  name: FailedAttempt.of("ours", "Composio can not be found from here; the operator of this installation must look", {
    again: "cheap",
    host: "unwell",
    alarm: "name"
  }),
  certificate: FailedAttempt.of(
    "ours",
    "no safe way to Composio from here; the operator of this installation must look",
    {
      again: "never",
      host: "unwell",
      alarm: "certificate"
    }
  )
}

export const judgeSilence = ({ why }: NoAnswer): FailedAttempt => noAnswers[why]
