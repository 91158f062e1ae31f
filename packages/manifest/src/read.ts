/** A tree of YAML nodes held against what may stand there: what it says, and everything that does not fit. */
import type { Schema } from "effect"
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from "yaml"
import { meant, shown } from "./nearest.ts"
import { kindOf, notText, wholeOf } from "./scalars.ts"
import type { Mapping, Shape } from "./shape.ts"

export interface Place {
  /** An offset of the text. */
  readonly at: number
  readonly path: string
}

export interface Value extends Place {
  readonly kind: "value"
  readonly value: string | number
}

/** What fits, with its place. */
export type Reading =
  | Value
  | (Place & { readonly kind: "list"; readonly items: ReadonlyArray<Reading> })
  /** Of the keys that are there; nothing for one whose value does not fit. */
  | (Place & { readonly kind: "mapping"; readonly fields: ReadonlyMap<string, Reading | undefined> })

/** Takes what does not fit, which is then nothing. */
export type Tell = (place: Place, message: string) => undefined

const expectedOf = (shape: Shape): string => {
  switch (shape.kind) {
    case "text":
      return shape.rules[0]?.expected ?? "text"
    case "choice":
      return shape.expected
    case "whole":
      return shape.minimum === shape.maximum
        ? `the number ${shape.minimum}`
        : `a whole number from ${shape.minimum} to ${shape.maximum}`
    case "list":
      return "a list"
    case "mapping":
      return `a mapping with keys of ${Array.from(shape.keys.keys()).join(", ")}`
  }
}

const within = (path: string, name: string) => (path === "" ? name : `${path}.${name}`)

const unknownKey = (name: string, keys: Mapping["keys"]): string => {
  if (name === "<<") return "a merge key (<<) is not read: write the keys out"
  const suggestion = meant(name, keys.keys())
  return `unknown key${suggestion === "" ? `; the keys here are ${Array.from(keys.keys()).join(", ")}` : suggestion}`
}

/** What the node says, or nothing when it does not fit. */
export const read = (node: ParsedNode, shape: Shape, path: string, tell: Tell): Reading | undefined => {
  const place = { at: node.range[0], path }
  const fault = (why: string) => tell(place, `must be ${expectedOf(shape)}${why}`)
  const value = (value: string | number): Value => ({ ...place, kind: "value", value })

  const mapping = ({ keys }: Mapping): Reading | undefined => {
    if (!isMap<ParsedNode, ParsedNode | null>(node)) return fault(`; ${kindOf(node)}`)
    const seen = new Set<string>()
    const fields = new Map<string, Reading | undefined>()
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        if (!isAlias(key)) tell({ at: key.range[0], path }, "a key is a word")
        continue
      }
      const name = key.source
      const known = keys.get(name)
      const isShown = known !== undefined || shown(name) !== undefined
      const keyPlace = { at: key.range[0], path: isShown ? within(path, name) : path }
      if (seen.has(name)) tell(keyPlace, "the key is there already")
      else if (known === undefined) tell(keyPlace, unknownKey(name, keys))
      else if (value === null) fields.set(name, tell(keyPlace, `must be ${expectedOf(known.shape)}; it is empty`))
      else fields.set(name, read(value, known.shape, keyPlace.path, tell))
      seen.add(name)
    }
    for (const [name, { absent }] of keys) {
      if (absent === undefined && !seen.has(name))
        tell({ at: place.at, path: within(path, name) }, "the key is missing")
    }
    return { ...place, kind: "mapping", fields }
  }

  const list = (of: Shape): Reading | undefined => {
    if (!isSeq<ParsedNode>(node)) return fault(`; ${kindOf(node)}`)
    const items: Array<Reading> = []
    const firsts = new Map<string | number, string>()
    for (const [index, item] of node.items.entries()) {
      const reading = read(item, of, `${path}[${index}]`, tell)
      if (reading === undefined) continue
      if (reading.kind === "value") {
        const first = firsts.get(reading.value)
        if (first === undefined) firsts.set(reading.value, reading.path)
        else tell(reading, `is in the list already, as ${first}`)
      }
      items.push(reading)
    }
    return { ...place, kind: "list", items }
  }

  const scalar = (shape: Exclude<Shape, { readonly kind: "mapping" | "list" }>): Reading | undefined => {
    if (!isScalar(node)) return fault(`; ${kindOf(node)}`)
    if (shape.kind === "whole") {
      const number = wholeOf(node)
      if (typeof number === "string") return fault(`; ${number}`)
      return number < shape.minimum || number > shape.maximum ? fault("") : value(number)
    }
    if (node.value === null) return fault(`; ${kindOf(node)}`)
    const why = notText(node)
    if (why !== undefined) return tell(place, `must be text; ${why}`)
    if (shape.kind === "text") {
      const broken = shape.rules.find(({ pattern }) => !pattern.test(node.source))
      return broken === undefined ? value(node.source) : tell(place, `must be ${broken.expected}`)
    }
    if (shape.words.includes(node.source)) return value(node.source)
    const found = shown(node.source)
    return fault(`${found === undefined ? "" : `, and ${found} is not`}${meant(node.source, shape.words)}`)
  }

  // Told where it stands, and what it would stand for is not known.
  if (isAlias(node)) return undefined
  if (shape.kind === "mapping") return mapping(shape)
  return shape.kind === "list" ? list(shape.items) : scalar(shape)
}

/** What was read as plain values, completed by what is understood where a key is left out. */
export const complete = (reading: Reading, shape: Shape): Schema.Json => {
  if (reading.kind === "value") return reading.value
  if (reading.kind === "list") {
    return shape.kind === "list" ? reading.items.map((item) => complete(item, shape.items)) : []
  }
  if (shape.kind !== "mapping") return {}
  return Object.fromEntries(
    Array.from(shape.keys, ([name, { absent, shape }]) => {
      const field = reading.fields.get(name)
      return [name, field === undefined ? (absent ?? null) : complete(field, shape)]
    })
  )
}
