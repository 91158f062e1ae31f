import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/manifest/test/parse.test.ts"
const syntax = { file: "packages/manifest/src/syntax.ts", test }
const read = { file: "packages/manifest/src/read.ts", test }
const rules = { file: "packages/manifest/src/rules.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...syntax,
    control: "no alias, anchor, tag or directive is read",
    find: `if (type === "alias" || type === "anchor" || type === "tag" || type === "directive-line") {`,
    replace: `if (type === "tag" && part === CST.BOM) {`,
    name: "stands for something else"
  },
  {
    ...syntax,
    control: "an alias is refused, so that none multiplies",
    find: `if (type === "alias" || type`,
    replace: `if (type`,
    name: "stands for something else"
  },
  {
    ...syntax,
    control: "depth is bounded",
    find: "if (CST.isCollection(parser.stack[deepest + 1])) {",
    replace: "if (parser.stack.length < 0) {",
    name: "nested 8 levels"
  },
  {
    ...syntax,
    control: "the number of words and marks is bounded",
    find: "if (++parts > mostParts) {",
    replace: "if (++parts < 0) {",
    name: "words and marks"
  },
  {
    ...syntax,
    control: "a second document is told",
    find: "refused: [...refused, whole(second.offset, sentences.MULTIPLE_DOCS)]",
    replace: "refused",
    name: "one document"
  },
  {
    ...syntax,
    control: "the text of a value is not taken for a mark",
    find: `const type = isContent ? "scalar" : CST.tokenType(part)`,
    replace: "const type = CST.tokenType(part)",
    name: "stands for something else"
  },
  {
    ...syntax,
    control: "nothing is read of a tree that is broken",
    find: "isWhole: faults.length === 0",
    replace: "isWhole: true",
    name: "where it breaks"
  },
  {
    ...syntax,
    control: "one place has one fault",
    find: "!places.has(at) && places.add(at)",
    replace: "places.add(at)",
    name: "where it breaks"
  },
  {
    ...syntax,
    control: "a fault is told in our words, which repeat nothing of the file",
    find: ".map(({ code, pos: [at] }) => whole(at, sentences[code]))",
    replace: ".map(({ message, pos: [at] }) => whole(at, message))",
    name: "may be a secret"
  },
  {
    ...syntax,
    control: "YAML is read as version 1.2 has it",
    find: `schema: "core"`,
    replace: `schema: "yaml-1.1"`,
    name: "surprises nobody"
  },
  {
    file: "packages/manifest/src/characters.ts",
    test,
    control: "the length is bounded",
    find: "isTooLong(text)\n    ?",
    replace: "text.length < 0\n    ?",
    name: "64 kB at most"
  },
  {
    file: "packages/manifest/src/characters.ts",
    test,
    control: "the length is counted in bytes",
    find: "encoder.encode(text).length",
    replace: "text.length",
    name: "64 kB at most"
  },
  {
    file: "packages/manifest/src/characters.ts",
    test,
    control: "a tab is refused wherever it is",
    find: String.raw`[^\P{Cc}\r\n]`,
    replace: String.raw`[^\P{Cc}\r\n\t]`,
    name: "every editor shows"
  },
  {
    file: "packages/manifest/src/characters.ts",
    test,
    control: "half a character is refused",
    find: String.raw`|[\p{Cs}\ufeff`,
    replace: String.raw`|[\ufeff`,
    name: "every editor shows"
  },
  {
    ...read,
    control: "a key that is not known is told",
    find: "else if (known === undefined) tell(place, unknownKey(name, keys))",
    replace: "else if (known === undefined) continue",
    name: "no key that is not known"
  },
  {
    ...read,
    control: "a key that is there twice is told",
    find: `if (seen.has(name)) tell(place, "the key is there already")`,
    replace: `if (seen.size < 0) tell(place, "the key is there already")`,
    name: "each item once"
  },
  {
    ...read,
    control: "a key that must be there and is not is told",
    find: "if (absent === undefined && !seen.has(name))",
    replace: "if (absent === undefined && seen.size < 0)",
    name: "has a name, version 1"
  },
  {
    ...read,
    control: "an item that is there twice is told",
    find: "if (first === undefined) firsts.set(reading.value, reading.path)",
    replace: "if (first === undefined) firsts.clear()",
    name: "each item once"
  },
  {
    ...read,
    control: "the place of a fault is the value's",
    find: "const placeOf = ({ node, path }: Spot): Place => ({ at: node.range[0], path })",
    replace: "const placeOf = ({ node, path }: Spot): Place => ({ at: node.range[1], path })",
    name: "right kind"
  },
  {
    ...read,
    control: "the place of an unknown key is the key's",
    find: "const place = { at: key.range[0], path: isShown",
    replace: "const place = { at: node.range[0], path: isShown",
    name: "no key that is not known"
  },
  {
    ...read,
    control: "a key is repeated only if it can be no secret",
    find: "const isShown = known !== undefined || shown(name) !== undefined",
    replace: "const isShown = name.length >= 0",
    name: "may be a secret"
  },
  {
    file: "packages/manifest/src/nearest.ts",
    test,
    control: "a value is repeated only if it can be no secret",
    find: " && !looksSecret(text)",
    replace: "",
    name: "may be a secret"
  },
  {
    file: "packages/manifest/src/nearest.ts",
    test,
    control: "nothing of a key of ours is repeated",
    find: "(?!vendo_)",
    replace: "",
    name: "may be a secret"
  },
  {
    file: "packages/manifest/src/scalars.ts",
    test,
    control: "a word that readers take for true or false is no text",
    find: 'if (truth.test(node.source)) return "without quotes many',
    replace: 'if (truth.flags === "x") return "without quotes many',
    name: "surprises nobody"
  },
  {
    file: "packages/manifest/src/scalars.ts",
    test,
    control: "a number in quotes is text",
    find: `if (node.type !== "PLAIN") return /^`,
    replace: `if (node.type === "BLOCK_FOLDED") return /^`,
    name: "surprises nobody"
  },
  {
    file: "packages/manifest/src/scalars.ts",
    test,
    control: "a number is written in one way",
    find: String.raw`/^-?(?:0|[1-9]\d*)$/.test(node.source)`,
    replace: `typeof node.value === "number"`,
    name: "surprises nobody"
  },
  {
    ...rules,
    control: "a tool restarts on integrations of its own",
    find: "if (slugs !== undefined && !slugs.includes(item.value)) {",
    replace: "if (slugs !== undefined && slugs.length < 0) {",
    name: "restarts on its own"
  },
  {
    ...rules,
    control: "what an integration sets is not asked for",
    find: "if (integration !== undefined) tell(",
    replace: 'if (integration === "") tell(',
    name: "the tenant's to give"
  },
  {
    ...rules,
    control: "a variable is required or optional",
    find: "if (first !== undefined) tell(item",
    replace: 'if (first === "") tell(item',
    name: "the tenant's to give"
  },
  {
    file: "packages/manifest/src/vendoYaml.ts",
    test,
    control: "variables of the service are not asked for",
    find: "/^(?!VENDO_)/",
    replace: "/^/",
    name: "the tenant's to give"
  },
  {
    file: "packages/manifest/src/vendoYaml.ts",
    test,
    control: "the path of health names no other host",
    find: String.raw`/^\/(?!\/)[!`,
    replace: String.raw`/^\/[!`,
    name: "right kind"
  },
  {
    file: "packages/manifest/src/Finding.ts",
    test,
    control: "problems are told in the order of the file",
    find: "Array.sort(findings, inOrder)",
    replace: "findings",
    name: "stands for something else"
  },
  {
    file: "packages/manifest/src/Finding.ts",
    test,
    control: "no more than 50 problems are told",
    find: "others.slice(0, most - 1)",
    replace: "others",
    name: "50 at most"
  },
  {
    file: "packages/manifest/src/Finding.ts",
    test,
    control: "a place is in the text",
    find: "lines.linePos(Math.min(at, end))",
    replace: "lines.linePos(at)",
    name: "where it breaks"
  }
]
