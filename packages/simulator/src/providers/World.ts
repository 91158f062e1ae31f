/** What the simulated providers and their controls share. */
import { Schema, Struct } from "effect"
import type { Fault } from "../Fault.ts"
import * as Ledger from "../Ledger.ts"
import type { Bot } from "./Bot.ts"
import type { Grant } from "./Grant.ts"

const Named = Schema.Struct({ id: Schema.String, name: Schema.String })

export const Settings = Schema.Struct({
  latencyMs: Schema.Finite,
  /** Whether a bot is made for the first token of the form `<digits>:…` that is asked with. */
  botsOnDemand: Schema.Boolean,
  /** What becomes of a browser that comes to authorise: it is shown a page, or sent back at once. */
  consent: Schema.Literals(["ask", "allow", "cancel"]),
  /** The OAuth client that may ask. */
  clientId: Schema.String,
  clientSecret: Schema.String,
  /** Where a browser may be sent back to; anywhere, when null. */
  redirectUris: Schema.NullOr(Schema.Array(Schema.String)),
  /** What a browser that comes back says of who sends it; `own` where the provider says it at all. */
  iss: Schema.Literals(["own", "absent", "wrong"]),
  /** What can be authorised, and which of them is. */
  workspaces: Schema.NonEmptyArray(Named),
  workspace: Schema.String,
  /** Of every account at Supabase. */
  projects: Schema.Array(Named)
})
export type Settings = typeof Settings.Type

export const SettingsPatch = Settings.mapFields(Struct.map(Schema.optionalKey))
export type SettingsPatch = typeof SettingsPatch.Type

export const defaultSettings: Settings = {
  latencyMs: 0,
  botsOnDemand: false,
  consent: "ask",
  clientId: "simulated-client",
  clientSecret: "simulated-client-secret",
  redirectUris: null,
  iss: "own",
  workspaces: [
    { id: "5f000000-0000-4000-8000-000000000001", name: "Simulated workspace" },
    { id: "5f000000-0000-4000-8000-000000000002", name: "Another simulated workspace" }
  ],
  workspace: "5f000000-0000-4000-8000-000000000001",
  projects: [{ id: "simulatedproject0001", name: "Simulated project" }]
}

/** Whose a pasted key is. */
export const KeyAccount = Schema.Struct({ id: Schema.String, name: Schema.String })
export type KeyAccount = typeof KeyAccount.Type

export interface World {
  settings: Settings
  readonly ledger: Ledger.Ledger
  faults: ReadonlyArray<Fault>
  /** By id. */
  readonly bots: Map<string, Bot>
  /** By code. */
  readonly grants: Map<string, Grant>
  /** What a test said of keys; null for one that is refused. */
  readonly keys: Map<string, KeyAccount | null>
}

export const make = (settings: SettingsPatch): World => ({
  settings: { ...defaultSettings, ...settings },
  ledger: Ledger.make(),
  faults: [],
  bots: new Map(),
  grants: new Map(),
  keys: new Map()
})
