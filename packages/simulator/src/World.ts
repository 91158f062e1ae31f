/** What the routes and the controls share. Nothing here waits, so nothing here can be seen half done. */
import { Schema, Struct } from "effect"
import { type Account, type AccountPatch, defaults, isActive } from "./Account.ts"
import type { Fault } from "./Fault.ts"
import * as Ledger from "./Ledger.ts"
import { catchUp } from "./tokens.ts"

export const Settings = Schema.Struct({
  /** May do everything. */
  apiKey: Schema.String,
  /** May read only. */
  readKey: Schema.String,
  /** Signs webhooks. */
  webhookSecret: Schema.String,
  /** `mask_secret_keys_in_connected_account` of the project. */
  masking: Schema.Boolean,
  latencyMs: Schema.Finite,
  /** How far the upstream's clock is ahead of the simulator's. */
  skewMs: Schema.Finite,
  /** Calls in each window of ten minutes. */
  rateLimit: Schema.Int,
  /** Whether an id of the form `ca_demo_<toolkit>` is an account the first time it is asked for. */
  accountsOnDemand: Schema.Boolean,
  /** The toolkits of auth configs, by id. One of the form `ac_<toolkit>` need not be said. */
  authConfigs: Schema.Record(Schema.String, Schema.String)
})
export type Settings = typeof Settings.Type

export const SettingsPatch = Settings.mapFields(Struct.map(Schema.optionalKey))
export type SettingsPatch = typeof SettingsPatch.Type

export const defaultSettings: Settings = {
  apiKey: "simulated-composio-key",
  readKey: "simulated-composio-read-key",
  webhookSecret: "simulated-webhook-secret",
  masking: false,
  latencyMs: 0,
  skewMs: 0,
  rateLimit: 1_000_000,
  accountsOnDemand: false,
  authConfigs: {}
}

/** A consent in progress on the hosted page. */
export interface Link {
  readonly account: string
  readonly callbackUrl: string | undefined
  readonly expiresAt: number
}

export interface World {
  settings: Settings
  readonly accounts: Map<string, Account>
  readonly links: Map<string, Link>
  faults: ReadonlyArray<Fault>
  readonly ledger: Ledger.Ledger
  window: { readonly startedAt: number; readonly calls: number }
}

export const make = (settings: SettingsPatch): World => ({
  settings: { ...defaultSettings, ...settings },
  accounts: new Map(),
  links: new Map(),
  faults: [],
  ledger: Ledger.make(),
  window: { startedAt: 0, calls: 0 }
})

const onDemand = /^ca_demo_([a-z0-9][a-z0-9_-]*)$/

/** The account as it is by now. */
export const find = (world: World, id: string, now: number): Account | undefined => {
  const account = world.accounts.get(id)
  if (account !== undefined) {
    catchUp(account, world.ledger, now)
    return account
  }
  const toolkit = world.settings.accountsOnDemand ? onDemand.exec(id)?.[1] : undefined
  return toolkit === undefined ? undefined : put(world, id, { toolkit }, now)
}

/** A new account in the place of any of that id. */
export const put = (world: World, id: string, patch: AccountPatch, now: number): Account => {
  const account: Account = {
    id,
    settings: { ...defaults, ...patch },
    createdAt: now,
    updatedAt: now,
    statusSince: now,
    consentUntil: undefined,
    issued: 0,
    current: undefined,
    previous: undefined,
    userToken: undefined
  }
  world.accounts.set(id, account)
  catchUp(account, world.ledger, now)
  return account
}

/** Changes what is said of an account; one that becomes active has a token from then on. */
export const change = (world: World, account: Account, patch: AccountPatch, now: number): void => {
  catchUp(account, world.ledger, now)
  const before = account.settings.status
  account.settings = { ...account.settings, ...patch }
  if (account.settings.status !== before) {
    account.statusSince = now
    account.updatedAt = now
    account.consentUntil = undefined
  }
  if (isActive(account)) catchUp(account, world.ledger, now)
}

const windowMs = 600_000

/** Counts a call; how many are left in its window, and when the next one begins. */
export const count = (world: World, now: number): { readonly left: number; readonly seconds: number } => {
  const { calls, startedAt } = world.window
  world.window =
    now - startedAt >= windowMs || now < startedAt ? { startedAt: now, calls: 1 } : { startedAt, calls: calls + 1 }
  return {
    left: world.settings.rateLimit - world.window.calls,
    seconds: Math.ceil((world.window.startedAt + windowMs - now) / 1000)
  }
}
