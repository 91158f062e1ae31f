/**
 * Text to a tree of YAML nodes that know their place, within bounds.
 *
 * The parts of the text are looked at one by one before any tree is made, so
 * that depth, number and what is not read at all are decided while reading.
 */
import { Effect } from "effect"
import { Composer, CST, type ErrorCode, Lexer, type ParsedNode, Parser } from "yaml"
import type { Finding } from "./Finding.ts"

/** Of mappings and lists in each other. */
const deepest = 8
/** Words, marks, spaces and ends of lines. */
const mostParts = 5_000

const told = {
  alias: "an alias (*) is not read: write the value out",
  anchor: "an anchor (&) is not read: remove it",
  tag: "a tag (!) is not read: remove it",
  "directive-line": "a directive (%) is not read: remove it"
} as const

/** Faults of what is refused where it stands, and so was told. */
const ofRefused: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ALIAS_PROPS",
  "BAD_ALIAS",
  "BAD_COLLECTION_TYPE",
  "BAD_DIRECTIVE",
  "BAD_PROP_ORDER",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_TAGS",
  "TAG_RESOLVE_FAILED"
])

const notYaml = "this can not be read as YAML"

/** In our words, for those of the package repeat what stands there. */
const sentences: Record<ErrorCode, string> = {
  ALIAS_PROPS: told.alias,
  BAD_ALIAS: told.alias,
  BAD_COLLECTION_TYPE: told.tag,
  BAD_DIRECTIVE: told["directive-line"],
  BAD_DQ_ESCAPE: 'this escape is not known in "…": write \\\\ for a backslash',
  BAD_INDENT:
    "the indentation does not fit: what belongs together begins in the same column, further in than its key; or a bracket above is not closed",
  BAD_PROP_ORDER: notYaml,
  BAD_SCALAR_START: "no value begins with this character: put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a second ':' or '-' within one value: a line is indented too far, or the value needs quotes",
  BLOCK_IN_FLOW: "inside [ ] and { } items are separated by ',', not by lines",
  DUPLICATE_KEY: "the key is there already",
  IMPOSSIBLE: notYaml,
  KEY_OVER_1024_CHARS: "no key is as long as this: a closing quote or a ':' may be missing",
  MISSING_CHAR: "something is missing here: the ':' after a key, a ',', or a closing quote or bracket",
  MULTILINE_IMPLICIT_KEY: "a key stands on one line with its ':'; the ':' may be missing",
  MULTIPLE_ANCHORS: told.anchor,
  MULTIPLE_DOCS: "a second document begins here: a manifest is one",
  MULTIPLE_TAGS: told.tag,
  NON_STRING_KEY: "a key is a word",
  RESOURCE_EXHAUSTION: notYaml,
  TAB_AS_INDENT: "a tab: indent and separate with spaces",
  TAG_RESOLVE_FAILED: told.tag,
  UNEXPECTED_TOKEN: "this does not belong here: if it is text, put it in quotes"
}

const whole = (at: number, message: string): Finding => ({ at, path: "", message })

interface Parts {
  /** Of the first document. */
  readonly tokens: ReadonlyArray<CST.Token>
  readonly refused: ReadonlyArray<Finding>
  /** Why no tree can be made. */
  readonly stopped?: Finding
}

const partsOf = (text: string): Parts => {
  const parser = new Parser()
  const tokens: Array<CST.Token> = []
  const refused: Array<Finding> = []
  let parts = 0
  let isContent = false
  for (const part of new Lexer().lex(text)) {
    const at = parser.offset
    // What follows this mark is the text of a value, whatever it begins with.
    const type = isContent ? "scalar" : CST.tokenType(part)
    isContent = !isContent && part === CST.SCALAR
    if (type === "alias" || type === "anchor" || type === "tag" || type === "directive-line") {
      refused.push(whole(at, told[type]))
    }
    if (++parts > mostParts) {
      return { tokens, refused, stopped: whole(at, `more than ${mostParts} words and marks, which no manifest needs`) }
    }
    tokens.push(...parser.next(part))
    // Below the document stand the collections that are open, and on top perhaps a value.
    if (CST.isCollection(parser.stack[deepest + 1])) {
      return { tokens, refused, stopped: whole(at, `this is nested more than ${deepest} levels deep`) }
    }
  }
  tokens.push(...parser.end())
  const [first, second] = tokens.filter(({ type }) => type === "document")
  return second === undefined || first === undefined
    ? { tokens, refused }
    : {
        tokens: tokens.slice(0, tokens.indexOf(second)),
        refused: [...refused, whole(second.offset, sentences.MULTIPLE_DOCS)]
      }
}

/** An error of YAML is told by its code and its place. Without the stack nobody reads, it costs a tenth. */
const withoutStacks = <A>(work: () => A): Effect.Effect<A> =>
  Effect.suspend(() => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    return Effect.ensuring(
      Effect.sync(work),
      Effect.sync(() => {
        Error.stackTraceLimit = limit
      })
    )
  })

const options = {
  version: "1.2",
  schema: "core",
  strict: true,
  merge: false,
  resolveKnownTags: false,
  // Told with their path by whoever reads the tree, who does not compare each key with each.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "silent"
} as const

export interface Syntax {
  readonly contents: ParsedNode | null
  readonly findings: ReadonlyArray<Finding>
  /** Whether the tree is what was written, but for what is not read. */
  readonly isWhole: boolean
}

/** The tree of a text, as far as there is one, and what is wrong with how it is written. */
export const syntaxOf = Effect.fnUntraced(function* (text: string) {
  const { refused, stopped, tokens } = partsOf(text)
  if (stopped !== undefined) return { contents: null, findings: [...refused, stopped], isWhole: false }
  const [document] = yield* withoutStacks(() => [...new Composer(options).compose(tokens, true, text.length)])
  const faults = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
    .filter(({ code }) => refused.length === 0 || !ofRefused.has(code))
    .map(({ code, pos: [at] }) => whole(at, sentences[code]))
  // One place has one fault; the others are its echo.
  const places = new Set<number>()
  const findings = [...refused, ...faults].filter(({ at }) => !places.has(at) && places.add(at))
  return { contents: document?.contents ?? null, findings, isWhole: faults.length === 0 } satisfies Syntax
})
