/** A bot at Telegram: who polls it, what waits for it, and what it said. */
import { Deferred, Effect, Option, Schema } from "effect"
import type { World } from "./World.ts"

export const Sent = Schema.Struct({
  messageId: Schema.Int,
  chat: Schema.String,
  text: Schema.String,
  at: Schema.Finite
})
export type Sent = typeof Sent.Type

export const Pollers = Schema.Struct({
  /** Requests that wait for updates at this moment. */
  now: Schema.Int,
  /** The most there ever were at once: more than one is a second consumer. */
  most: Schema.Int,
  /** How often one was ended by another. */
  conflicts: Schema.Int,
  /** How often updates were asked for. */
  polls: Schema.Int
})
export type Pollers = typeof Pollers.Type

export interface Update {
  readonly update_id: number
  readonly message: Schema.JsonObject
}

/** What ends a wait for updates before its time. */
export type Wake = "update" | "other poller" | "webhook"

export interface Webhook {
  readonly url: string
  readonly secretToken: string | undefined
}

export interface Bot {
  readonly id: string
  token: string
  readonly username: string
  updates: ReadonlyArray<Update>
  lastUpdate: number
  lastMessage: number
  readonly sent: Array<Sent>
  waiting: Deferred.Deferred<Wake> | undefined
  pollers: Pollers
  webhook: Webhook | undefined
}

const tokenOf = (id: string) => `${id}:simulated-${crypto.randomUUID().replaceAll("-", "")}`

export interface BotOptions {
  readonly id: string
  readonly token?: string
  readonly username?: string
}

/** In the place of any of that id. */
export const put = (world: World, { id, token = tokenOf(id), username = `simulated_${id}_bot` }: BotOptions): Bot => {
  const bot: Bot = {
    id,
    token,
    username,
    updates: [],
    lastUpdate: 0,
    lastMessage: 0,
    sent: [],
    waiting: undefined,
    pollers: { now: 0, most: 0, conflicts: 0, polls: 0 },
    webhook: undefined
  }
  world.bots.set(id, bot)
  return bot
}

/** Another token for the same bot: the one before is good for nothing from now on. */
export const reissue = (bot: Bot): string => {
  bot.token = tokenOf(bot.id)
  return bot.token
}

export const wake = (bot: Bot, why: Wake): void => {
  if (bot.waiting !== undefined) Deferred.doneUnsafe(bot.waiting, Effect.succeed(why))
  bot.waiting = undefined
}

const count = (bot: Bot, change: Partial<Pollers>): void => {
  bot.pollers = { ...bot.pollers, ...change }
}

/** Counts as a poller until an update comes, the time is up, or something ends it; the last of which it says. */
export const waitForUpdate = Effect.fnUntraced(function* (bot: Bot, seconds: number) {
  const mine = yield* Deferred.make<Wake>()
  return yield* Effect.acquireUseRelease(
    Effect.sync(() => {
      // The one before is still there at this moment.
      const now = bot.pollers.now + 1
      count(bot, { now, most: Math.max(bot.pollers.most, now) })
      if (bot.waiting !== undefined) count(bot, { conflicts: bot.pollers.conflicts + 1 })
      wake(bot, "other poller")
      bot.waiting = mine
    }),
    () => Effect.timeoutOption(Deferred.await(mine), seconds * 1000),
    () =>
      Effect.sync(() => {
        count(bot, { now: bot.pollers.now - 1 })
        if (bot.waiting === mine) bot.waiting = undefined
      })
  )
})

/** Polls are counted whatever comes of them; a short one ends a long one as a long one would. */
export const poll = Effect.fnUntraced(function* (bot: Bot, seconds: number) {
  count(bot, { polls: bot.pollers.polls + 1 })
  if (bot.updates.length > 0 || seconds === 0) {
    if (bot.waiting !== undefined)
      count(bot, { conflicts: bot.pollers.conflicts + 1, most: Math.max(bot.pollers.most, 2) })
    wake(bot, "other poller")
    return Option.none<Wake>()
  }
  return yield* waitForUpdate(bot, seconds)
})

/** From here on a test's message waits for who polls. */
export const receive = (bot: Bot, message: (ids: { readonly message: number }) => Schema.JsonObject): Update => {
  bot.lastUpdate += 1
  bot.lastMessage += 1
  const update: Update = { update_id: bot.lastUpdate, message: message({ message: bot.lastMessage }) }
  bot.updates = [...bot.updates, update]
  wake(bot, "update")
  return update
}
