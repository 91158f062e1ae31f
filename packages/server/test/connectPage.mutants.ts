import type { Mutant } from "@vendodev/testing/Mutant"

const page = { file: "packages/server/src/ConnectPage.ts", test: "packages/server/test/connectPage.slow.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...page,
    control: "a name is shown as text",
    file: "packages/server/src/page.ts",
    find: `escapes[character] ?? ""`,
    replace: `character`
  },
  {
    ...page,
    control: "the page is in no index",
    file: "packages/server/src/page.ts",
    find: `{ "x-robots-tag": "noindex" }`,
    replace: `{}`
  },
  {
    ...page,
    control: "text that can be no slug is not repeated",
    find: `if (!canBeSlug(slug)) return Effect.fail(notSlug)`,
    replace: `if (slug === undefined) return Effect.fail(notSlug)`
  },
  {
    ...page,
    control: "the page is framed by nobody and loads nothing from elsewhere",
    file: "packages/server/src/Edges.ts",
    find: `isPage(response) ? HttpServerResponse.setHeaders(response, pageHeaders) : response`,
    replace: `response`
  },
  {
    ...page,
    control: "errors send people to the address that was said",
    file: "packages/server/src/brokerSettings.ts",
    find: `Effect.map(Settings, ({ publicUrl }) => publicUrl)`,
    replace: `Effect.map(Settings, ({ domain }) => domain)`
  }
]
