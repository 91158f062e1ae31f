/** A tree of YAML nodes held against what may stand there: what it says, and everything that does not fit. */
import type { Schema } from "effect"
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from "yaml"
import { meant, shown } from "./nearest.ts"
import { kindOf, notText, wholeOf } from "./scalars.ts"
import type { Choice, List, Mapping, Shape, Text, Whole } from "./shape.ts"

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

/** A node, where it stands, and whom to tell that it does not fit there. */
interface Spot<Node extends ParsedNode = ParsedNode> {
  readonly node: Node
  readonly path: string
  readonly tell: Tell
}

const placeOf = ({ node, path }: Spot): Place => ({ at: node.range[0], path })

const misfit = (spot: Spot, shape: Shape, why: string) => spot.tell(placeOf(spot), `must be ${expectedOf(shape)}${why}`)

const readMapping = (spot: Spot, shape: Mapping): Reading | undefined => {
  const { node, path, tell } = spot
  const { keys } = shape
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return misfit(spot, shape, `; ${kindOf(node)}`)
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
    const place = { at: key.range[0], path: isShown ? within(path, name) : path }
    if (seen.has(name)) tell(place, "the key is there already")
    else if (known === undefined) tell(place, unknownKey(name, keys))
    else if (value === null) fields.set(name, tell(place, `must be ${expectedOf(known.shape)}; it is empty`))
    else fields.set(name, read({ node: value, path: place.path, tell }, known.shape))
    seen.add(name)
  }
  for (const [name, { absent }] of keys) {
    if (absent === undefined && !seen.has(name))
      tell({ ...placeOf(spot), path: within(path, name) }, "the key is missing")
  }
  return { ...placeOf(spot), kind: "mapping", fields }
}

const readList = (spot: Spot, shape: List): Reading | undefined => {
  const { node, path, tell } = spot
  if (!isSeq<ParsedNode>(node)) return misfit(spot, shape, `; ${kindOf(node)}`)
  const items: Array<Reading> = []
  const firsts = new Map<string | number, string>()
  for (const [index, item] of node.items.entries()) {
    const reading = read({ node: item, path: `${path}[${index}]`, tell }, shape.items)
    if (reading === undefined) continue
    if (reading.kind === "value") {
      const first = firsts.get(reading.value)
      if (first === undefined) firsts.set(reading.value, reading.path)
      else tell(reading, `is in the list already, as ${first}`)
    }
    items.push(reading)
  }
  return { ...placeOf(spot), kind: "list", items }
}

const readWhole = (spot: Spot<Scalar.Parsed>, shape: Whole): Reading | undefined => {
  const value = wholeOf(spot.node)
  if (typeof value === "string") return misfit(spot, shape, `; ${value}`)
  return value < shape.minimum || value > shape.maximum
    ? misfit(spot, shape, "")
    : { ...placeOf(spot), kind: "value", value }
}

const readText = (spot: Spot<Scalar.Parsed>, shape: Text | Choice): Reading | undefined => {
  const { node, tell } = spot
  if (node.value === null) return misfit(spot, shape, `; ${kindOf(node)}`)
  const why = notText(node)
  if (why !== undefined) return tell(placeOf(spot), `must be text; ${why}`)
  const reading = { ...placeOf(spot), kind: "value", value: node.source } as const
  if (shape.kind === "text") {
    const broken = shape.rules.find(({ pattern }) => !pattern.test(node.source))
    return broken === undefined ? reading : tell(placeOf(spot), `must be ${broken.expected}`)
  }
  if (shape.words.includes(node.source)) return reading
  const found = shown(node.source)
  return misfit(spot, shape, `${found === undefined ? "" : `, and ${found} is not`}${meant(node.source, shape.words)}`)
}

/** What the node says, or nothing when it does not fit. */
export const read = (spot: Spot, shape: Shape): Reading | undefined => {
  const { node } = spot
  // Told where it stands, and what it would stand for is not known.
  if (isAlias(node)) return undefined
  if (shape.kind === "mapping") return readMapping(spot, shape)
  if (shape.kind === "list") return readList(spot, shape)
  if (!isScalar(node)) return misfit(spot, shape, `; ${kindOf(node)}`)
  return shape.kind === "whole" ? readWhole({ ...spot, node }, shape) : readText({ ...spot, node }, shape)
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
