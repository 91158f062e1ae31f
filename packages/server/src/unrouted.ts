import { type BrokerError, MethodNotAllowed, NotFound, ValidationFailed } from "@vendodev/domain/BrokerError"
import { methodsOf } from "./methodsOf.ts"

/** The path of a request target, as it came. */
export const pathOf = (target: string): string => {
  const end = target.indexOf("?")
  return end === -1 ? target : target.slice(0, end)
}

/** A route that is not there, a method it does not have, or a path that is not text. */
export const unrouted = (method: string, target: string): BrokerError => {
  const path = pathOf(target)
  const allow = methodsOf(path)
  if (allow.length > 0 && !allow.includes(method)) {
    return new MethodNotAllowed({ detail: `use ${allow.join(" or ")} here`, allow })
  }
  try {
    decodeURIComponent(path)
  } catch {
    return new ValidationFailed({ detail: "the path is not valid percent-encoded UTF-8", field: "path" })
  }
  return new NotFound({ detail: "there is no such route" })
}
