import { credential, define, metadata } from "../Integration.ts"
import { refused } from "../Recipe.ts"

const botToken = "^([1-9][0-9]{0,19}):[A-Za-z0-9_-]{1,100}$"
const hint = "a bot token such as 123456789:AAE…, as BotFather shows it"

/** A bot has one consumer: a second long poll ends the first with 409. */
export const telegram = define({
  slug: "telegram",
  name: "Telegram",
  description: "A Telegram bot.",
  category: "messaging",
  profiles: ["byok_static", "webhook_inbound"],
  env: {
    byok_static: [
      credential("TELEGRAM_BOT_TOKEN"),
      metadata("TELEGRAM_BOT_ID", "telegram_bot_id"),
      metadata("TELEGRAM_BOT_USERNAME", "telegram_bot_username"),
      metadata("TELEGRAM_SIGNING_SECRET", "webhook.signing_secret", true)
    ]
  },
  exclusive: true,
  // The number before the colon names the bot and survives a re-issued token.
  identity: {
    pattern: botToken,
    metadata: "telegram_bot_id",
    hint,
    name: "telegram_bot_username"
  },
  context: [],
  account: {
    request: { method: "GET", url: "https://api.telegram.org/bot{credential}/getMe", headers: {} },
    id: "result.id",
    name: "result.username",
    verdicts: [refused(401), refused(404)]
  },
  shape: { pattern: botToken, hint },
  disconnect: {
    request: { method: "POST", url: "https://api.telegram.org/bot{credential}/deleteWebhook", headers: {} }
  },
  docsUrl: "https://core.telegram.org/bots/api",
  brandColor: "#229ED9"
})
