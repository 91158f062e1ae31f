import { Effect, SchemaIssue } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { ValidRequest } from "@vendodev/api/ValidRequest"
import { ValidationFailed } from "@vendodev/domain/BrokerError"

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Names the field and what was expected there; the value that was sent is never repeated. */
export const layer = HttpApiMiddleware.layerSchemaErrorTransform(ValidRequest, (error) => {
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return Effect.fail(error)
  const [issue] = issuesOf(error.cause.issue).issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  const field = path === "" ? error.kind.toLowerCase() : path
  return Effect.fail(new ValidationFailed({ detail: `${field}: ${issue?.message ?? "Expected another value"}`, field }))
})
