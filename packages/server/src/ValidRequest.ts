import { Effect, type SchemaIssue as Issue, SchemaIssue } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { ValidRequest } from "@vendodev/api/ValidRequest"
import { ValidationFailed } from "@vendodev/domain/BrokerError"

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** The name of a field nobody declared is the caller's own text: said back only when it can be nothing else. */
const isName = (path: string) => /^[\w.-]{1,64}$/.test(path) && !/vendo_(?:sk|at|c[tv])_/.test(path)

/** Names the field and what was expected there; the value that was sent is never repeated. */
export const asInvalid = (cause: Issue.Issue, where: string): ValidationFailed => {
  const [issue] = issuesOf(cause).issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  const field = isName(path) ? path : where
  return new ValidationFailed({ detail: `${field}: ${issue?.message ?? "Expected another value"}`, field })
}

export const layer = HttpApiMiddleware.layerSchemaErrorTransform(ValidRequest, (error) =>
  Effect.fail(
    error.kind === "Body" || error.kind === "ResponseHeaders"
      ? error
      : asInvalid(error.cause.issue, error.kind.toLowerCase())
  )
)
