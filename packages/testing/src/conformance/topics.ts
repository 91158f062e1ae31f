/** The vectors in `packages/sdk/conformance/vectors`, by file, each checked against the schema. */
import { Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Topic, type Vector } from "./Vector.ts"

const folder = join(import.meta.dirname, "../../../sdk/conformance/vectors")

/** Throws for a file with a word that is not in the schema: what nobody reads proves nothing. */
const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Topic), { onExcessProperty: "error" })

export const topics: ReadonlyArray<Topic & { readonly file: string }> = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .toSorted()
  .map((file) => ({ file, ...decode(readFileSync(join(folder, file), "utf8")) }))

export const vectors: ReadonlyArray<Vector> = topics.flatMap(({ vectors }) => vectors)
