/** A check-up for the operator: what works, what does not, and never a value. */
import { type Duration, Effect, Option, type Redacted, Result, Schema } from "effect"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import type { Address, NoAddress } from "./composioAddress.ts"
import { accountOf } from "./composioAnswer.ts"
import { credentialOf, masked } from "./composioCredential.ts"
import type { Answer, NoAnswer } from "./composioHttp.ts"

export interface ComposioCheck {
  /** `unusable`: key or address can not be used as they are. `silent`: nobody there answered as Composio does. */
  readonly key: "missing" | "unusable" | "accepted" | "refused" | "silent"
  /** What the project's setting says. None when it does not say, or may not be read with this key. */
  readonly maskingIsOn: Option.Option<boolean>
  /** What one active account shows: a setting may say one thing and the API do another. None without such an account. */
  readonly tokensAreMasked: Option.Option<boolean>
}

type Send = (url: string, key: Redacted.Redacted) => Effect.Effect<Answer, NoAnswer>

const patience: Duration.Input = "5 seconds"

const Setting = Schema.Struct({ mask_secret_keys_in_connected_account: Schema.Boolean })
const settingOf = Schema.decodeUnknownOption(Schema.Union([Setting, Schema.Struct({ config: Setting })]))

const Accounts = Schema.Struct({ items: Schema.Array(Schema.Struct({ id: ComposioAccountId, status: Schema.String })) })
const accountsOf = Schema.decodeUnknownOption(Accounts)

const keyState = (status: Option.Option<number>): ComposioCheck["key"] => {
  if (Option.isNone(status)) return "silent"
  if (status.value === 200) return "accepted"
  return status.value === 401 || status.value === 403 ? "refused" : "silent"
}

const nothingKnown = { maskingIsOn: Option.none(), tokensAreMasked: Option.none() } as const

export const checkWith = (address: Result.Result<Address, NoAddress>, send: Send): Effect.Effect<ComposioCheck> =>
  Effect.gen(function* () {
    if (Result.isFailure(address)) {
      return { key: Option.isSome(address.failure.alarm) ? "unusable" : "missing", ...nothingKnown }
    }
    const { accounts, key, project, urlOf } = address.success
    const ask = (url: string) => send(url, key).pipe(Effect.timeout(patience), Effect.option)

    const listed = yield* ask(accounts)
    const state = keyState(Option.map(listed, ({ status }) => status))
    if (state !== "accepted") return { key: state, ...nothingKnown }

    const config = yield* ask(project)
    const active = Option.flatMap(
      Option.flatMap(listed, ({ body }) => Option.flatMap(body, accountsOf)),
      ({ items }) => Option.fromNullishOr(items.find(({ status }) => status === "ACTIVE"))
    )
    const looked = Option.isSome(active) ? yield* ask(urlOf(active.value.id)) : Option.none()
    const credential = Option.map(
      Option.flatMap(looked, ({ body }) => accountOf(body)),
      credentialOf
    )
    return {
      key: state,
      maskingIsOn: Option.map(
        Option.flatMap(config, ({ body }) => Option.flatMap(body, settingOf)),
        (said) => ("config" in said ? said.config : said).mask_secret_keys_in_connected_account
      ),
      tokensAreMasked: Option.flatMap(credential, (found) => {
        if (Result.isSuccess(found)) return Option.some(false)
        return found.failure === masked ? Option.some(true) : Option.none()
      })
    }
  })
