/** What a test may do with the simulated providers, beside them in the process or over HTTP: the same either way. */
import { type Effect, Schema } from "effect"
import { Fault } from "./Fault.ts"
import { Call, CallFilter, IssuedToken, Validity } from "./Ledger.ts"
import { Pollers, Sent } from "./providers/Bot.ts"
import { KeyAccount, Settings, SettingsPatch } from "./providers/World.ts"

const BotOptions = Schema.Struct({
  id: Schema.String,
  token: Schema.optionalKey(Schema.String),
  username: Schema.optionalKey(Schema.String)
})
const BotSeen = Schema.Struct({
  id: Schema.String,
  token: Schema.String,
  username: Schema.String,
  /** Empty when there is none. */
  webhook: Schema.String
})
const Message = Schema.Struct({
  bot: Schema.String,
  text: Schema.String,
  /** The id of the chat; 1, unless it is said. */
  chat: Schema.optionalKey(Schema.String)
})
const Delivered = Schema.Struct({
  updateId: Schema.Int,
  /** What the webhook answered; null when the update waits for who polls. */
  webhookStatus: Schema.NullOr(Schema.Int)
})

export interface ProvidersControls {
  /** A bot in the place of any of that id. */
  readonly putBot: (options: typeof BotOptions.Type) => Effect.Effect<typeof BotSeen.Type>
  readonly bot: (id: string) => Effect.Effect<typeof BotSeen.Type>
  /** Another token for the same bot: the one before is good for nothing from then on. */
  readonly reissueToken: (id: string) => Effect.Effect<string>
  /** A person writes to a bot. */
  readonly deliver: (message: typeof Message.Type) => Effect.Effect<typeof Delivered.Type>
  /** What a bot said, in its order. */
  readonly sent: (bot: string) => Effect.Effect<ReadonlyArray<Sent>>
  /** Who polls a bot, and whether more than one ever did at once. */
  readonly pollers: (bot: string) => Effect.Effect<Pollers>

  /** Whose a pasted key is, of whatever provider; null when it is refused. */
  readonly putKey: (key: string, account: KeyAccount | null) => Effect.Effect<void>

  /** Routes are named `<provider>.<what is asked>`: `telegram.getUpdates`, `notion.token`. */
  readonly addFaults: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
  readonly settings: Effect.Effect<Settings>
  readonly patchSettings: (patch: SettingsPatch) => Effect.Effect<void>

  /** The number of the last call, for counting from here on. */
  readonly mark: Effect.Effect<number>
  /** No secret is in them: neither in headers nor in the path. */
  readonly calls: (filter?: CallFilter) => Effect.Effect<ReadonlyArray<Call>>
  readonly clearCalls: Effect.Effect<void>
  /** Tokens that were given for a code; the account is the workspace. */
  readonly tokens: (workspace?: string) => Effect.Effect<ReadonlyArray<IssuedToken>>
  readonly validity: (token: string) => Effect.Effect<Validity>
}

const Nothing = Schema.Struct({})
const ofBot = Schema.Struct({ id: Schema.String })

/** The controls as they go over HTTP. Everything in them is JSON already. */
export const operations = {
  putBot: { input: BotOptions, output: BotSeen },
  bot: { input: ofBot, output: BotSeen },
  reissueToken: { input: ofBot, output: Schema.String },
  deliver: { input: Message, output: Delivered },
  sent: { input: ofBot, output: Schema.Array(Sent) },
  pollers: { input: ofBot, output: Pollers },
  putKey: { input: Schema.Struct({ key: Schema.String, account: Schema.NullOr(KeyAccount) }), output: Schema.Null },
  addFaults: { input: Schema.Struct({ faults: Schema.Array(Fault) }), output: Schema.Null },
  clearFaults: { input: Nothing, output: Schema.Null },
  settings: { input: Nothing, output: Settings },
  patchSettings: { input: SettingsPatch, output: Schema.Null },
  mark: { input: Nothing, output: Schema.Int },
  calls: { input: CallFilter, output: Schema.Array(Call) },
  clearCalls: { input: Nothing, output: Schema.Null },
  tokens: {
    input: Schema.Struct({ workspace: Schema.optionalKey(Schema.String) }),
    output: Schema.Array(IssuedToken)
  },
  validity: { input: Schema.Struct({ token: Schema.String }), output: Validity }
} as const
