/** The Bot API, as far as a bot needs it to listen and to answer. */
import { Clock, Effect, Option } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { type Answer, bytes, json } from "../Answer.ts"
import { type Bot, poll, put, receive, type Update, type Wake, wake } from "./Bot.ts"
import type { About, Context, Route } from "./ProviderRoute.ts"
import type { World } from "./World.ts"

export const host = "api.telegram.org"

const ok = (result: unknown, description?: string): Answer =>
  json(200, { ok: true, result, ...(description === undefined ? {} : { description }) })

const refuse = (status: number, description: string): Answer =>
  json(status, { ok: false, error_code: status, description })

const tokenForm = /^([1-9][0-9]{0,19}):[A-Za-z0-9_-]+$/

/** The bot of a token; on demand the first token of an id makes it. */
const botOf = (world: World, token: string): Bot | undefined => {
  const id = tokenForm.exec(token)?.[1]
  if (id === undefined) return undefined
  const bot = world.bots.get(id)
  if (bot !== undefined) return bot.token === token ? bot : undefined
  return world.settings.botsOnDemand && !token.includes("refused") ? put(world, { id, token }) : undefined
}

const conflicts: Record<Exclude<Wake, "update">, string> = {
  "other poller": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  webhook: "Conflict: terminated by setWebhook request"
}
const webhookIsActive =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"

type Parameters = Context["parameters"]
type Method = (bot: Bot, parameters: Parameters, now: number) => Effect.Effect<Answer>

const numberIn = (parameters: Parameters, name: string, otherwise: number, most: number): number => {
  const given = Number(parameters.get(name) ?? otherwise)
  return Number.isInteger(given) ? Math.min(given, most) : otherwise
}

/** Those below the offset are confirmed, and forgotten; a negative one counts from the end. */
const confirm = (bot: Bot, offset: number): void => {
  bot.updates = offset < 0 ? bot.updates.slice(offset) : bot.updates.filter(({ update_id }) => update_id >= offset)
}

const getUpdates: Method = Effect.fnUntraced(function* (bot, parameters) {
  if (bot.webhook !== undefined) return refuse(409, webhookIsActive)
  confirm(bot, numberIn(parameters, "offset", 0, Number.MAX_SAFE_INTEGER))
  const woken = Option.getOrUndefined(yield* poll(bot, numberIn(parameters, "timeout", 0, 50)))
  if (woken !== undefined && woken !== "update") return refuse(409, conflicts[woken])
  return ok(bot.updates.slice(0, numberIn(parameters, "limit", 100, 100)))
})

const chatOf = (id: string) => ({ id: /^-?\d+$/.test(id) ? Number(id) : id, type: "private", first_name: "Simulated" })

const userOf = (bot: Bot) => ({ id: Number(bot.id), is_bot: true, first_name: bot.username, username: bot.username })

const sendMessage: Method = (bot, parameters, now) =>
  Effect.sync(() => {
    const chat = parameters.get("chat_id") ?? ""
    const text = parameters.get("text") ?? ""
    if (chat === "") return refuse(400, "Bad Request: chat_id is empty")
    if (text === "") return refuse(400, "Bad Request: message text is empty")
    if (text.length > 4096) return refuse(400, "Bad Request: message is too long")
    bot.lastMessage += 1
    bot.sent.push({ messageId: bot.lastMessage, chat, text, at: now })
    const date = Math.floor(now / 1000)
    return ok({ message_id: bot.lastMessage, from: userOf(bot), chat: chatOf(chat), date, text })
  })

const setWebhook: Method = (bot, parameters) =>
  Effect.sync(() => {
    const url = parameters.get("url") ?? ""
    if (url === "") return removeWebhook(bot)
    if (!URL.canParse(url)) return refuse(400, "Bad Request: bad webhook: invalid webhook URL specified")
    bot.webhook = { url, secretToken: parameters.get("secret_token") }
    wake(bot, "webhook")
    return ok(true, "Webhook was set")
  })

const removeWebhook = (bot: Bot): Answer => {
  const description = bot.webhook === undefined ? "Webhook is already deleted" : "Webhook was deleted"
  bot.webhook = undefined
  return ok(true, description)
}

/** By lower-case name: Telegram does not mind the case. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    "getme",
    (bot) =>
      Effect.succeed(
        ok({
          ...userOf(bot),
          can_join_groups: true,
          can_read_all_group_messages: false,
          supports_inline_queries: false
        })
      )
  ],
  ["getupdates", getUpdates],
  ["sendmessage", sendMessage],
  ["sendchataction", () => Effect.succeed(ok(true))],
  ["setwebhook", setWebhook],
  ["deletewebhook", (bot) => Effect.sync(() => removeWebhook(bot))],
  [
    "getwebhookinfo",
    ({ updates, webhook }) =>
      Effect.succeed(
        ok({ url: webhook?.url ?? "", has_custom_certificate: false, pending_update_count: updates.length })
      )
  ]
])

const about = ({ parts: [token = "", method = ""], world }: Context): About => {
  const id = tokenForm.exec(token)?.[1] ?? null
  return {
    account: id,
    key: botOf(world, token) === undefined ? "wrong" : "right",
    path: `/${host}/bot${id ?? ""}/${method}`
  }
}

const answer = ({ now, parameters, parts: [token = "", method = ""], world }: Context): Effect.Effect<Answer> => {
  if (!tokenForm.test(token)) return Effect.succeed(refuse(404, "Not Found"))
  const bot = botOf(world, token)
  if (bot === undefined) return Effect.succeed(refuse(401, "Unauthorized"))
  return methods.get(method.toLowerCase())?.(bot, parameters, now) ?? Effect.succeed(refuse(404, "Not Found"))
}

/** A route for each method, so that faults and tests can name it. The last takes what is no method. */
export const routes: ReadonlyArray<Route> = [
  ...["getMe", "getUpdates", "sendMessage", "setWebhook", "deleteWebhook", "getWebhookInfo"].map((method) => ({
    name: `telegram.${method}`,
    path: new RegExp(`^/bot([^/]*)/(${method})$`, "i")
  })),
  { name: "telegram", path: /^\/bot([^/]*)\/([^/]*)$/ }
].map((route) => ({ ...route, host, methods: ["GET", "POST"], about, answer }))

export interface Message {
  readonly text: string
  readonly chat?: string
}

/** What a person wrote to the bot: to who polls it, or at once to its webhook. The status the webhook answered. */
export const deliver = Effect.fnUntraced(function* (bot: Bot, { chat = "1", text }: Message) {
  const date = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const from = { id: 1, is_bot: false, first_name: "Simulated", username: "simulated_person" }
  const update = receive(bot, ({ message }) => ({ message_id: message, from, chat: chatOf(chat), date, text }))
  if (bot.webhook === undefined) return { updateId: update.update_id, webhookStatus: null }
  bot.updates = bot.updates.filter((other) => other !== update)
  return { updateId: update.update_id, webhookStatus: yield* push(bot.webhook, update) }
})

const push = ({ secretToken, url }: NonNullable<Bot["webhook"]>, update: Update): Effect.Effect<number> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const request = HttpClientRequest.post(url).pipe(
      HttpClientRequest.bodyUint8Array(bytes(JSON.stringify(update)), "application/json"),
      HttpClientRequest.setHeaders(secretToken === undefined ? {} : { "x-telegram-bot-api-secret-token": secretToken })
    )
    return (yield* client.execute(request)).status
  }).pipe(Effect.provide(FetchHttpClient.layer), Effect.withTracerEnabled(false), Effect.orDie)
