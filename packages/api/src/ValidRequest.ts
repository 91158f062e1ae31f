import { HttpApiMiddleware } from "effect/http-api"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { wireErrors } from "./WireError.ts"

/** Turns whatever does not decode into `validation_failed`, naming the field and never its value. */
export class ValidRequest extends HttpApiMiddleware.Service<ValidRequest>()("@vendodev/api/ValidRequest", {
  error: wireErrors(ValidationFailed)
}) {}
