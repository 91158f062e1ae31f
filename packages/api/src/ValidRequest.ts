import { HttpApiMiddleware } from "effect/http-api"
import { RequestInvalid, ValidationFailed } from "@vendodev/domain/BrokerError"
import { wireErrors } from "./WireError.ts"

/**
 * Turns whatever does not decode into `validation_failed`, naming the field and
 * never its value. Declares all there is of its status: of two declarations the
 * reference shows one.
 */
export class ValidRequest extends HttpApiMiddleware.Service<ValidRequest>()("@vendodev/api/ValidRequest", {
  error: wireErrors(RequestInvalid, ValidationFailed)
}) {}
