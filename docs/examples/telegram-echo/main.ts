/**
 * A Telegram bot that repeats what it is told. It asks for its token before each poll, so that a bot that was
 * replaced or taken away is noticed at once; what else it knows of the bot is in its environment.
 */
import { createServer } from "node:http"
import { setTimeout as wait } from "node:timers/promises"
import { NotConnected, UpstreamError, Vendo } from "@vendodev/sdk"

interface Update {
  readonly update_id: number
  readonly message?: { readonly chat: { readonly id: number }; readonly text?: string }
}

const { ECHO_GREETING = "you said", PORT = "", TELEGRAM_API_URL = "https://api.telegram.org" } = process.env
await using vendo = new Vendo()
const stopped = new AbortController()

class Refused extends Error {
  readonly status: number

  constructor(method: string, status: number) {
    super(`Telegram answered ${method} with ${status}`)
    this.status = status
  }
}

/** The token is part of the address, so no address is ever logged. */
const call = async (method: string, body: object): Promise<string> => {
  const token = await vendo.token("telegram")
  const response = await fetch(`${TELEGRAM_API_URL}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: stopped.signal
  })
  if (response.status === 401) vendo.invalidate("telegram")
  if (!response.ok) throw new Refused(method, response.status)
  return response.text()
}

let offset = 0
let well = false

const poll = async () => {
  const answer: { readonly result: ReadonlyArray<Update> } = JSON.parse(
    await call("getUpdates", { offset, timeout: 25 })
  )
  well = true
  for (const { message, update_id } of answer.result) {
    offset = update_id + 1
    if (message?.text === undefined) continue
    await call("sendMessage", { chat_id: message.chat.id, text: `${ECHO_GREETING}: ${message.text}` })
    console.log(`answered update ${update_id}`)
  }
}

/** What happened, and in how many seconds it is worth trying again. */
const explained = (error: unknown): readonly [what: string, seconds: number] => {
  if (error instanceof NotConnected) return [`${error.code}: ${error.message}`, 5]
  if (error instanceof UpstreamError) return [error.message, error.retryAfter ?? 5]
  if (error instanceof Refused) return [error.message, error.status === 409 ? 1 : 5]
  return [error instanceof Error ? error.message : String(error), 5]
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopped.abort())

const health = createServer((_request, response) => response.writeHead(well ? 200 : 503).end())
if (PORT !== "") health.listen(Number(PORT), "127.0.0.1")

console.log(`echo of @${process.env["TELEGRAM_BOT_USERNAME"] ?? "(a bot)"} has started`)
while (!stopped.signal.aborted) {
  try {
    await poll()
  } catch (error) {
    if (stopped.signal.aborted) break
    well = false
    const [what, seconds] = explained(error)
    console.error(what)
    await wait(seconds * 1000, undefined, { signal: stopped.signal }).catch(() => {})
  }
}
health.close()
console.log("echo has stopped")
