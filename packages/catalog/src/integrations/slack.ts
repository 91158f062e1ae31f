import { credential, define, projected } from "../Integration.ts"
import { bearer, refused } from "../Recipe.ts"

export const slack = define({
  slug: "slack",
  name: "Slack",
  description: "Messages, channels and files of a Slack workspace.",
  category: "messaging",
  profiles: ["composio_managed", "byok_static"],
  env: {
    composio_managed: [projected("SLACK_BOT_TOKEN")],
    byok_static: [credential("SLACK_BOT_TOKEN")]
  },
  exclusive: false,
  context: [],
  // Whatever is wrong with a token is said with status 200.
  account: {
    request: { method: "POST", url: "https://slack.com/api/auth.test", headers: bearer },
    id: "team_id",
    name: "team",
    verdicts: [
      {
        ...refused(200),
        where: {
          path: "error",
          is: ["invalid_auth", "not_authed", "account_inactive", "token_expired", "token_revoked"]
        }
      }
    ]
  },
  shape: {
    pattern: "^(?:xoxe\\.)?xox[bp]-[A-Za-z0-9-]{8,}$",
    hint: "a Slack token, which begins with xoxb-"
  },
  docsUrl: "https://api.slack.com",
  brandColor: "#4A154B"
})
