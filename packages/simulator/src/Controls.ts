/** What a test may do with the simulator, beside it in the process or over HTTP: the same either way. */
import { type Effect, Schema } from "effect"
import { AccountPatch } from "./Account.ts"
import { Fault } from "./Fault.ts"
import { Call, CallFilter, IssuedToken, Validity } from "./Ledger.ts"
import { Webhook, WebhookOptions } from "./webhooks.ts"
import { Settings, SettingsPatch } from "./World.ts"

export interface Controls {
  /** An account in the place of any of that id: ACTIVE with a token that is renewed in time, unless said otherwise. */
  readonly putAccount: (id: string, settings?: AccountPatch) => Effect.Effect<void>
  readonly patchAccount: (id: string, patch: AccountPatch) => Effect.Effect<void>
  readonly removeAccount: (id: string) => Effect.Effect<void>
  /** Renews the token now, and answers with the new one. */
  readonly rotate: (id: string) => Effect.Effect<string>
  /** Ends its tokens now. They are renewed at once, unless the account `renews` no more. */
  readonly expire: (id: string) => Effect.Effect<void>
  /** The user consented again: ACTIVE, with a token that none of those before it helps to guess. */
  readonly reconnect: (id: string) => Effect.Effect<void>

  /** In their order, those that strike a number of times before those that stand. */
  readonly addFaults: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
  /** Those that may still strike. */
  readonly faults: Effect.Effect<ReadonlyArray<Fault>>

  readonly settings: Effect.Effect<Settings>
  readonly patchSettings: (patch: SettingsPatch) => Effect.Effect<void>

  /** The time by the simulator's clock, in milliseconds since 1970. */
  readonly now: Effect.Effect<number>
  /** The number of the last call, for counting from here on. */
  readonly mark: Effect.Effect<number>
  readonly calls: (filter?: CallFilter) => Effect.Effect<ReadonlyArray<Call>>
  /** How many calls for a credential came in since a mark, by account. */
  readonly credentialCalls: (since?: number) => Effect.Effect<Readonly<Record<string, number>>>
  readonly tokens: (account?: string) => Effect.Effect<ReadonlyArray<IssuedToken>>
  /** Whether a provider would take the token, now or at a time. */
  readonly validity: (token: string, at?: number) => Effect.Effect<Validity>
  readonly clearCalls: Effect.Effect<void>

  readonly webhook: (options: WebhookOptions) => Effect.Effect<Webhook>
  /** Sends it, as often as it is asked to; the status of the answer. */
  readonly sendWebhook: (url: string, webhook: Webhook) => Effect.Effect<number>
}

const Nothing = Schema.Struct({})
const ofAccount = Schema.Struct({ id: Schema.String })

/** The controls as they go over HTTP. Everything in them is JSON already. */
export const operations = {
  putAccount: { input: Schema.Struct({ id: Schema.String, settings: AccountPatch }), output: Schema.Null },
  patchAccount: { input: Schema.Struct({ id: Schema.String, patch: AccountPatch }), output: Schema.Null },
  removeAccount: { input: ofAccount, output: Schema.Null },
  rotate: { input: ofAccount, output: Schema.String },
  expire: { input: ofAccount, output: Schema.Null },
  reconnect: { input: ofAccount, output: Schema.Null },
  addFaults: { input: Schema.Struct({ faults: Schema.Array(Fault) }), output: Schema.Null },
  clearFaults: { input: Nothing, output: Schema.Null },
  faults: { input: Nothing, output: Schema.Array(Fault) },
  settings: { input: Nothing, output: Settings },
  patchSettings: { input: SettingsPatch, output: Schema.Null },
  now: { input: Nothing, output: Schema.Finite },
  mark: { input: Nothing, output: Schema.Int },
  calls: { input: CallFilter, output: Schema.Array(Call) },
  credentialCalls: {
    input: Schema.Struct({ since: Schema.optionalKey(Schema.Int) }),
    output: Schema.Record(Schema.String, Schema.Int)
  },
  tokens: {
    input: Schema.Struct({ account: Schema.optionalKey(Schema.String) }),
    output: Schema.Array(IssuedToken)
  },
  validity: {
    input: Schema.Struct({ token: Schema.String, at: Schema.optionalKey(Schema.Finite) }),
    output: Validity
  },
  clearCalls: { input: Nothing, output: Schema.Null },
  webhook: { input: WebhookOptions, output: Webhook },
  sendWebhook: { input: Schema.Struct({ url: Schema.String, webhook: Webhook }), output: Schema.Int }
} as const
