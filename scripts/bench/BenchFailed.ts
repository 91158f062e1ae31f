import { Schema } from "effect"

/** Nothing can be said about speed; the message says why. */
export class BenchFailed extends Schema.TaggedError<BenchFailed>()("BenchFailed", { message: Schema.String }) {}
