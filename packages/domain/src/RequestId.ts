import { Context } from "effect"

/** Names the request in its answer, in the log and in the audit record. Empty outside a request. */
export const RequestId = Context.Reference<string>("@vendodev/domain/RequestId", { defaultValue: () => "" })
