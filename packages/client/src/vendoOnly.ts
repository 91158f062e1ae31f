import { Failure } from "./Failure.ts"

/** What only the service can do was asked for without a key to it. */
export const vendoOnly = (what: string) =>
  new Failure({ code: "vendo_only_feature", detail: `${what} needs Vendo mode: set VENDO_API_KEY` })
