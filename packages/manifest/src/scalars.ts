/** What a single value is to YAML, and why it is not taken for what it may have been meant as. */
import { isMap, isScalar, isSeq, type ParsedNode, type Scalar } from "yaml"

/** What YAML 1.1 takes for true or false, as many readers still do. */
const truth = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/

/** What stands there, where something else was expected. */
export const kindOf = (node: ParsedNode): string => {
  if (isMap(node)) return "it is a mapping"
  if (isSeq(node)) return "it is a list"
  if (!isScalar(node) || node.type !== "PLAIN") return "it is text"
  if (node.value === null) return node.source === "" ? "it is empty" : "it is null"
  if (truth.test(node.source)) return "without quotes it is true or false"
  return typeof node.value === "number" ? "it is a number" : "it is text"
}

/** Why a value that is there is not text to every reader; nothing when it is. */
export const notText = (node: Scalar.Parsed): string | undefined => {
  if (node.type !== "PLAIN") return undefined
  if (truth.test(node.source)) return "without quotes many readers take this word for true or false: put it in quotes"
  return typeof node.value === "number" ? "without quotes it is a number: put it in quotes" : undefined
}

/** Numbers written in a way that readers take differently. */
const odd: ReadonlyArray<readonly [source: RegExp, why: string]> = [
  [/^[-+]?0\d+$/, "a leading 0 makes it octal to some readers: leave it out"],
  [/^[-+]?0[xXoObB][\da-fA-F_]+$/, "write it in decimal digits"],
  [/^[-+]?\d[\d_]*$/, "write it in digits alone"],
  [/^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/, "write it without point or exponent"]
]

/** The whole number a value is to every reader, or why it is none. */
export const wholeOf = (node: Scalar.Parsed): number | string => {
  if (node.type !== "PLAIN") return /^\d+$/.test(node.source) ? "in quotes it is text: leave them out" : "it is text"
  if (/^-?(?:0|[1-9]\d*)$/.test(node.source)) return Number(node.source)
  return odd.find(([source]) => source.test(node.source))?.[1] ?? kindOf(node)
}
