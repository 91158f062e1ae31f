import { define, projected } from "../Integration.ts"

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
  context: [{ field: "ig_user_id", description: "The numeric id of the Instagram account." }],
  docsUrl: "https://developers.facebook.com/docs/instagram-platform",
  brandColor: "#E4405F"
})
