/** What a slug is, and which variable goes with it. */
import { Failure, invalid } from "./Failure.ts"

/** What may stand in a path. A key that came to the wrong place is not one, and is not repeated. */
export const isSlug = (slug: string) => /^[A-Za-z0-9_-]{1,63}$/.test(slug) && !/vendo_(?:sk|at)_/i.test(slug)

export const notSlug = invalid("slug", "a slug is letters, digits, '-' and '_', such as notion")

/** `VENDO_TOKEN_MY_TOOL` for `my-tool`. */
export const overrideOf = (slug: string): string => `VENDO_TOKEN_${slug.toUpperCase().replaceAll("-", "_")}`

export const notConnected = (slug: string, [variable]: ReadonlyArray<string>) =>
  new Failure({
    code: "not_connected",
    slug,
    detail:
      variable === undefined
        ? `${slug} is not in the catalog: set ${overrideOf(slug)}`
        : `${slug} is not connected: set ${variable}, or VENDO_API_KEY to ask the credentials service`
  })
