import { Schema } from "effect"
import { EnvVarName } from "./Ids.ts"

/** The variables to start a deployment with. `value_from` is a path inside the connection it comes with. */
export const EnvBootstrap = Schema.Struct({
  vars: Schema.Array(Schema.Struct({ name: EnvVarName, value_from: Schema.String })),
  /** `gateway`: a change of it needs a restart, for the credential has one consumer. */
  restart: Schema.Literals(["gateway", "none"])
}).annotate({ identifier: "EnvBootstrap" })
export type EnvBootstrap = typeof EnvBootstrap.Type
