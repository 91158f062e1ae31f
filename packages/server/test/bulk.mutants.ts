import type { Mutant } from "@vendodev/testing/Mutant"

const bulk = { file: "packages/server/src/Bulk.ts", test: "packages/server/test/bulk.pg.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...bulk,
    control: "a slug that is named twice is asked for once",
    find: `[...new Set(list.split(","))]`,
    replace: `list.split(",")`
  },
  {
    ...bulk,
    control: "at most 50 are asked for at once",
    find: `slugs.length <= mostSlugs && `,
    replace: ``
  },
  {
    ...bulk,
    control: "what can be no slug is neither looked up nor repeated",
    find: `slugs.every(canBeSlug)`,
    replace: `slugs.every((slug) => slug !== "")`
  },
  {
    ...bulk,
    control: "two lists are no list",
    find: ` || others.length > 0`,
    replace: ``
  },
  {
    ...bulk,
    control: "one connection can not be that of many integrations",
    find: `if (Option.isSome(bearer.connection)) return Effect.fail(oneConnection)`,
    replace: ``
  },
  {
    ...bulk,
    control: "a slug that means something else to an object is a slug",
    find: '`{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`',
    replace: "JSON.stringify(entries.reduce((all, [name, json]) => { all[name] = JSON.parse(json); return all }, {}))"
  },
  {
    ...bulk,
    control: "a token that is not fresh says so among many",
    find: `token.warning === undefined ? ""`,
    replace: `token.expiresAt !== undefined ? ""`
  },
  {
    ...bulk,
    file: "packages/server/src/vended.ts",
    control: "a token that is not fresh says so by itself",
    find: `return token.warning === undefined ?`,
    replace: `return token.expiresAt !== undefined ?`
  },
  {
    ...bulk,
    control: "people are told where to mend it",
    find: `JSON.stringify({ code: error._tag, detail, connect_url })`,
    replace: `JSON.stringify({ code: error._tag, detail })`
  },
  {
    ...bulk,
    file: "packages/broker/src/vend/CredentialResolver.ts",
    control: "a caller that is refused is refused as a whole",
    find: `return Option.isSome(ofCaller) ? yield* Effect.fail(ofCaller.value) : answers`,
    replace: `return answers`
  }
]
