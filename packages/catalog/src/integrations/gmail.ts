import { define, projected } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

export const gmail = define({
  slug: "gmail",
  name: "Gmail",
  description: "Mail of a Google account.",
  category: "productivity",
  profiles: ["composio_managed"],
  env: {
    composio_managed: [projected("GMAIL_ACCESS_TOKEN")]
  },
  exclusive: false,
  context: [],
  // The profile of the mailbox, for a token for mail alone may not ask who its person is. It has no other id.
  account: {
    request: { method: "GET", url: "https://gmail.googleapis.com/gmail/v1/users/me/profile", headers: bearer },
    id: "emailAddress",
    name: "emailAddress",
    verdicts: [refused(401), limited(403)]
  },
  docsUrl: "https://developers.google.com/gmail/api",
  brandColor: "#EA4335"
})
