/** The fenced blocks of a page in one language, in their order: ` ```js ` and whatever follows the language. */
export const codeBlocks = (markdown: string, language: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```$/gm)].flatMap(([, of, code = ""]) =>
    of === language ? [code] : []
  )
