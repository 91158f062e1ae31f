/** The form of a page for people: it runs nothing, loads nothing, and is in no index. */
import { Headers } from "effect/http"
import { createHash } from "node:crypto"

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Text as text, whatever is in it. */
export const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "")

const style = "body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }"

/** Of a title, a body and what else belongs to the head, all markup already. */
export const pageOf = (title: string, body: string, head = "") => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">${head}
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`

/** What a policy calls a piece of a page by. */
export const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

export const styleHash = hashOf(style)

export const asPage = {
  contentType: "text/html; charset=utf-8",
  headers: Headers.fromRecordUnsafe({ "x-robots-tag": "noindex" })
}
