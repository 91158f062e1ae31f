/** The controls of simulated providers in the same process. */
import { Clock, Effect } from "effect"
import { handler, type Handlers } from "../controlRoutes.ts"
import { operations, type ProvidersControls } from "../ProvidersControls.ts"
import { type Bot, put, reissue } from "./Bot.ts"
import { deliver } from "./FakeTelegram.ts"
import type { World } from "./World.ts"

const seen = ({ id, token, username, webhook }: Bot) => ({ id, token, username, webhook: webhook?.url ?? "" })

export const controlsOf = (world: World): ProvidersControls => {
  const onBot = <A>(id: string, work: (bot: Bot) => A): Effect.Effect<A> =>
    Effect.suspend(() => {
      const bot = world.bots.get(id)
      return bot === undefined ? Effect.die(`there is no bot ${id}`) : Effect.sync(() => work(bot))
    })

  return {
    putBot: (options) => Effect.sync(() => seen(put(world, options))),
    bot: (id) => onBot(id, seen),
    reissueToken: (id) => onBot(id, reissue),
    deliver: ({ bot, ...message }) => Effect.flatten(onBot(bot, (found) => deliver(found, message))),
    sent: (id) => onBot(id, ({ sent }) => [...sent]),
    pollers: (id) => onBot(id, ({ pollers }) => pollers),
    putKey: (key, account) => Effect.sync(() => void world.keys.set(key, account)),

    addFaults: (...faults) =>
      Effect.sync(() => {
        world.faults = [...world.faults, ...faults]
      }),
    clearFaults: Effect.sync(() => {
      world.faults = []
    }),
    settings: Effect.sync(() => world.settings),
    patchSettings: (patch) =>
      Effect.sync(() => {
        world.settings = { ...world.settings, ...patch }
      }),

    mark: Effect.sync(() => world.ledger.mark()),
    calls: (filter) => Effect.sync(() => world.ledger.calls(filter)),
    clearCalls: Effect.sync(() => world.ledger.clear()),
    tokens: (workspace) => Effect.sync(() => world.ledger.tokens(workspace)),
    validity: (token) => Effect.map(Clock.currentTimeMillis, (now) => world.ledger.validity(token, now))
  }
}

export const handlersOf = (controls: ProvidersControls): Handlers<typeof operations> => ({
  putBot: handler(operations.putBot.input, controls.putBot),
  bot: handler(operations.bot.input, ({ id }) => controls.bot(id)),
  reissueToken: handler(operations.reissueToken.input, ({ id }) => controls.reissueToken(id)),
  deliver: handler(operations.deliver.input, controls.deliver),
  sent: handler(operations.sent.input, ({ id }) => controls.sent(id)),
  pollers: handler(operations.pollers.input, ({ id }) => controls.pollers(id)),
  putKey: handler(operations.putKey.input, ({ account, key }) => controls.putKey(key, account)),
  addFaults: handler(operations.addFaults.input, ({ faults }) => controls.addFaults(...faults)),
  clearFaults: handler(operations.clearFaults.input, () => controls.clearFaults),
  settings: handler(operations.settings.input, () => controls.settings),
  patchSettings: handler(operations.patchSettings.input, controls.patchSettings),
  mark: handler(operations.mark.input, () => controls.mark),
  calls: handler(operations.calls.input, controls.calls),
  clearCalls: handler(operations.clearCalls.input, () => controls.clearCalls),
  tokens: handler(operations.tokens.input, ({ workspace }) => controls.tokens(workspace)),
  validity: handler(operations.validity.input, ({ token }) => controls.validity(token))
})
