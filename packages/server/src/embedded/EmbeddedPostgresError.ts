import { Schema } from "effect"

/** The embedded Postgres cannot be used. The message says why and what the operator does next. */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  message: Schema.String
}) {}
