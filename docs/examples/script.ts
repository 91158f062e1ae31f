/** A script with no users of its own: it acts for whoever runs it. */
import { NeedsReauth, NotConnected, Vendo } from "@vendodev/sdk"

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"

await using vendo = new Vendo()
console.log(vendo.isVendoMode() ? "tokens are vended" : "tokens come from the environment")

try {
  const fetch = vendo.session("notion")
  const answer = await fetch(`${notion}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  console.log(answer.status, await answer.text())
} catch (error) {
  if (!(error instanceof NotConnected) && !(error instanceof NeedsReauth)) throw error
  console.error(error.message, error.connectUrl ?? "")
  process.exitCode = 1
}
