/** The end of an account at Composio: its tokens first, where the provider takes them back, and then the account. */
import { type Duration, Effect, Result } from "effect"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import type { Address } from "./composioAddress.ts"
import { failureOf, judgeSilence, timedOut } from "./composioAnswer.ts"
import type { Answer, ask } from "./composioHttp.ts"
import type { NoAnswer } from "./boundedAnswer.ts"
import type { FailedAttempt } from "./FailedAttempt.ts"

type Send = (...asked: Parameters<typeof ask>) => Effect.Effect<Answer, NoAnswer>

/** Its toolkit takes no token back, or the account is in no state for it: deleting it is what is left to do. */
const notRevocable = new Set([400, 409])
const none = new Set<number>()

/** One that is gone has ended, too. */
const judge = (answer: Answer, passes: ReadonlySet<number>): Result.Result<void, FailedAttempt> => {
  const { status } = answer
  if ((status >= 200 && status <= 299) || passes.has(status)) return Result.void
  const failure = failureOf(answer)
  return failure.refusal.verdict === "dead" ? Result.void : Result.fail(failure)
}

/** Each step may be repeated, whatever came of it before. `run` is what stands between us and the host. */
export const endAccount = Effect.fnUntraced(function* <E>(
  { key, revokeUrlOf, urlOf }: Address,
  account: ComposioAccountId,
  send: Send,
  run: (attempt: (timeout: Duration.Duration) => Effect.Effect<void, FailedAttempt>) => Effect.Effect<void, E>
) {
  const step = (method: "POST" | "DELETE", url: string, passes: ReadonlySet<number>) =>
    run((timeout) =>
      Effect.timeoutOrElse(Effect.mapError(send(url, key, method), judgeSilence), {
        duration: timeout,
        orElse: () => Effect.fail(timedOut)
      }).pipe(Effect.flatMap((answer) => Effect.fromResult(judge(answer, passes))))
    )
  yield* step("POST", revokeUrlOf(account), notRevocable)
  yield* step("DELETE", urlOf(account), none)
})
