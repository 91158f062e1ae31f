import { Schema } from "effect"

/** What a look at Composio found, for the operator. No value of anything is in it. */
export const ComposioDiagnosis = Schema.Struct({
  /** Whether there is an API key. */
  configured: Schema.Boolean,
  /** Whether a simulator is asked in its place, whose tokens are nobody's. */
  simulated: Schema.Boolean,
  /** Whether somebody answered there as Composio does. */
  reachable: Schema.Boolean,
  key: Schema.Literals(["accepted", "refused", "unknown"]),
  /** Whether tokens are shown to us, or only their first characters. */
  masking: Schema.Literals(["masked", "plain", "unknown"]),
  /** What this means, in a sentence. */
  detail: Schema.String
}).annotate({ identifier: "ComposioDiagnosis" })
export type ComposioDiagnosis = typeof ComposioDiagnosis.Type

/** What the service found out about what it depends on. */
export const Diagnosis = Schema.Struct({ composio: ComposioDiagnosis }).annotate({ identifier: "Diagnosis" })
export type Diagnosis = typeof Diagnosis.Type
