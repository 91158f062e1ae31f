/** Where the page is, and where providers send the browser back to. */
import { Option } from "effect"

export const pagePrefix = "/connections/connect/"

/** As the contract would write them. */
export const callbacks = ["/api/oauth/composio/:provider/callback", "/api/oauth/:provider/callback"]

const callback = /^\/api\/oauth\/(composio\/)?([^/?]+)\/callback(?:\?|$)/

export const isCallback = (target: string): boolean => callback.test(target)

/** By which way the browser comes, and for what, as it stands in the path. */
export const callbackAt = (target: string) =>
  Option.map(Option.fromNullOr(callback.exec(target)), ([, composio, slug = ""]) => ({
    way: composio === undefined ? ("oauth" as const) : ("composio" as const),
    slug
  }))

/** The page, as a link of a callback says it: what is before our own paths is somebody else's to know. */
export const pageFromCallback = (way: "oauth" | "composio", slug: string): string =>
  `${way === "oauth" ? "../../../" : "../../../../"}connections/connect/${slug}`
