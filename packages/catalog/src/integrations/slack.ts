import { credential, define, projected } from "../Integration.ts"

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
  docsUrl: "https://api.slack.com",
  brandColor: "#4A154B"
})
