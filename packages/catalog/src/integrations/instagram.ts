import { define, projected } from "../Integration.ts"
import { bearer, refused } from "../Recipe.ts"

/**
 * Of a token of Instagram's own log-in, which is of one professional account. A token of Facebook's log-in, which may be
 * of many through their pages, is another host's.
 */
const me = {
  method: "GET",
  url: "https://graph.instagram.com/v23.0/me?fields=user_id,username",
  headers: bearer
} as const

// Documented as a list of one, and met without it.
const userId = ["user_id", "data.0.user_id"] as const
const username = ["username", "data.0.username"] as const

export const instagram = define({
  slug: "instagram",
  name: "Instagram",
  description: "Posts, comments and messages of a professional account.",
  category: "social",
  profiles: ["composio_managed"],
  env: {
    composio_managed: [projected("INSTAGRAM_ACCESS_TOKEN")]
  },
  exclusive: false,
  context: [
    {
      field: "ig_user_id",
      description: "The numeric id of the Instagram account.",
      discover: { request: me, items: "", value: userId, label: username }
    }
  ],
  account: {
    request: me,
    id: userId,
    name: username,
    // 400 comes with code 190: the token is expired, revoked or none.
    verdicts: [{ ...refused(400), where: { path: "error.code", is: ["190"] } }, refused(401)]
  },
  docsUrl: "https://developers.facebook.com/docs/instagram-platform",
  brandColor: "#E4405F"
})
