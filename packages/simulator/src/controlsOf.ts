/** The controls of a simulator in the same process. */
import { Clock, Effect } from "effect"
import type { Account } from "./Account.ts"
import { finishConsent } from "./connect.ts"
import { handler, type Handlers } from "./controlRoutes.ts"
import { type Controls, operations } from "./Controls.ts"
import * as tokens from "./tokens.ts"
import * as webhooks from "./webhooks.ts"
import * as World from "./World.ts"

export const controlsOf = (world: World.World): Controls => {
  const at = <A>(work: (now: number) => A): Effect.Effect<A> => Effect.map(Clock.currentTimeMillis, work)
  const onAccount = Effect.fnUntraced(function* <A>(id: string, work: (account: Account, now: number) => A) {
    const now = yield* Clock.currentTimeMillis
    const account = World.find(world, id, now)
    return account === undefined ? yield* Effect.die(`there is no account ${id}`) : work(account, now)
  })

  return {
    putAccount: (id, settings = {}) => Effect.asVoid(at((now) => World.put(world, id, settings, now))),
    patchAccount: (id, patch) => onAccount(id, (account, now) => World.change(world, account, patch, now)),
    removeAccount: (id) => onAccount(id, () => void world.accounts.delete(id)),
    rotate: (id) => onAccount(id, (account, now) => tokens.issue(account, world.ledger, now).token),
    expire: (id) => onAccount(id, (account, now) => tokens.expire(account, world.ledger, now)),
    reconnect: (id) => onAccount(id, (_, now) => finishConsent(world, id, now)),

    addFaults: (...faults) =>
      Effect.sync(() => {
        world.faults = [...world.faults, ...faults]
      }),
    clearFaults: Effect.sync(() => {
      world.faults = []
    }),
    faults: Effect.sync(() => world.faults),

    settings: Effect.sync(() => world.settings),
    patchSettings: (patch) =>
      Effect.sync(() => {
        world.settings = { ...world.settings, ...patch }
      }),

    now: Clock.currentTimeMillis,
    mark: Effect.sync(() => world.ledger.mark()),
    calls: (filter) => Effect.sync(() => world.ledger.calls(filter)),
    credentialCalls: (since) => Effect.sync(() => world.ledger.credentialCalls(since)),
    tokens: (account) => Effect.sync(() => world.ledger.tokens(account)),
    validity: (token, time) => at((now) => world.ledger.validity(token, time ?? now)),
    clearCalls: Effect.sync(() => world.ledger.clear()),

    webhook: (options) => Effect.flatMap(Clock.currentTimeMillis, (now) => webhooks.make(world, options, now)),
    sendWebhook: webhooks.send
  }
}

export const handlersOf = (controls: Controls): Handlers<typeof operations> => ({
  putAccount: handler(operations.putAccount.input, ({ id, settings }) => controls.putAccount(id, settings)),
  patchAccount: handler(operations.patchAccount.input, ({ id, patch }) => controls.patchAccount(id, patch)),
  removeAccount: handler(operations.removeAccount.input, ({ id }) => controls.removeAccount(id)),
  rotate: handler(operations.rotate.input, ({ id }) => controls.rotate(id)),
  expire: handler(operations.expire.input, ({ id }) => controls.expire(id)),
  reconnect: handler(operations.reconnect.input, ({ id }) => controls.reconnect(id)),
  addFaults: handler(operations.addFaults.input, ({ faults }) => controls.addFaults(...faults)),
  clearFaults: handler(operations.clearFaults.input, () => controls.clearFaults),
  faults: handler(operations.faults.input, () => controls.faults),
  settings: handler(operations.settings.input, () => controls.settings),
  patchSettings: handler(operations.patchSettings.input, controls.patchSettings),
  now: handler(operations.now.input, () => controls.now),
  mark: handler(operations.mark.input, () => controls.mark),
  calls: handler(operations.calls.input, controls.calls),
  credentialCalls: handler(operations.credentialCalls.input, ({ since }) => controls.credentialCalls(since)),
  tokens: handler(operations.tokens.input, ({ account }) => controls.tokens(account)),
  validity: handler(operations.validity.input, ({ at, token }) => controls.validity(token, at)),
  clearCalls: handler(operations.clearCalls.input, () => controls.clearCalls),
  webhook: handler(operations.webhook.input, controls.webhook),
  sendWebhook: handler(operations.sendWebhook.input, ({ url, webhook }) => controls.sendWebhook(url, webhook))
})
