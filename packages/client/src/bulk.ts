/** What `GET /_bulk` answers: a token for each slug, or why there is none. */
import { Result } from "effect"
import { Failure } from "./Failure.ts"
import { type Guard, isString, nullable, optional, recordOf, struct } from "./guards.ts"
import { isWireToken, type Token, vended, type WireToken } from "./Token.ts"

export interface Bulk {
  readonly tokens: Readonly<Record<string, WireToken | null>>
  readonly errors: Readonly<Record<string, BulkError>>
}

interface BulkError {
  readonly code: string
  readonly detail: string
  readonly connect_url?: string | undefined
}

export const isBulk: Guard<Bulk> = struct<Bulk>({
  tokens: recordOf(nullable(isWireToken)),
  errors: recordOf(struct<BulkError>({ code: isString, detail: isString, connect_url: optional(isString) }))
})

/** The answer about one slug. A slug may be called `__proto__`: only what the answer itself holds counts. */
export const answerOf = (slug: string, { errors, tokens }: Bulk): Result.Result<Token, Failure> => {
  const token = Object.hasOwn(tokens, slug) ? tokens[slug] : undefined
  if (token !== null && token !== undefined) return Result.succeed(vended(token))
  const error = Object.hasOwn(errors, slug) ? errors[slug] : undefined
  return Result.fail(
    new Failure({
      slug,
      code: error?.code ?? "upstream_error",
      detail: error?.detail ?? `the Vendo service said nothing about ${slug}`,
      connectUrl: error?.connect_url
    })
  )
}
