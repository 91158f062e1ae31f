/** What may stand at a place of a file: read by the parser, and told to editors as JSON Schema. */
import { Schema } from "effect"

/** Text fits when each of its rules does. */
export interface Rule {
  readonly pattern: RegExp
  /** What it asks for: "must be …". */
  readonly expected: string
}

export interface Text {
  readonly kind: "text"
  readonly rules: ReadonlyArray<Rule>
}

/** One of these words. */
export interface Choice {
  readonly kind: "choice"
  readonly words: ReadonlyArray<string>
  readonly expected: string
}

/** A whole number, both ends included. */
export interface Whole {
  readonly kind: "whole"
  readonly minimum: number
  readonly maximum: number
}

/** No item twice. */
export interface List {
  readonly kind: "list"
  readonly items: Shape
}

/** No keys but these. */
export interface Mapping {
  readonly kind: "mapping"
  readonly keys: ReadonlyMap<string, Key>
}

export type Shape = Text | Choice | Whole | List | Mapping

export interface Key {
  readonly shape: Shape
  readonly description: string
  /** What is understood where the key is left out; none for a key that must be there. */
  readonly absent?: Schema.Json
}

const Pattern = Schema.Struct({
  expected: Schema.String,
  representation: Schema.Struct({
    id: Schema.Literal("effect/schema/isPattern"),
    payload: Schema.Struct({ source: Schema.String, flags: Schema.Literals(["", "u"]) })
  })
})
const decodePattern = Schema.decodeUnknownSync(Pattern)

/** As the domain's schema has it, whose every check must be a pattern: another one could not be told. */
export const text = ({ ast }: Schema.Constraint): Text => ({
  kind: "text",
  rules: (ast.checks ?? []).map(({ annotations }) => {
    const { expected, representation } = decodePattern(annotations)
    return { pattern: new RegExp(representation.payload.source, "u"), expected }
  })
})

export const choice = (words: ReadonlyArray<string>, expected: string): Choice => ({ kind: "choice", words, expected })

export const whole = (minimum: number, maximum: number): Whole => ({ kind: "whole", minimum, maximum })

export const list = (items: Shape): List => ({ kind: "list", items })

export const mapping = (keys: { readonly [name: string]: Key }): Mapping => ({
  kind: "mapping",
  keys: new Map(Object.entries(keys))
})
