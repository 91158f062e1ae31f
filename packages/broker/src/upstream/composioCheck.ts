/** A check-up for the operator: what works, what does not, and never a value. */
import { type Duration, Effect, Option, type Redacted, Result, Schema } from "effect"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import type { Address, NoAddress } from "./composioAddress.ts"
import { accountOf } from "./composioAnswer.ts"
import { credentialOf, masked } from "./composioCredential.ts"
import type { NoAnswer } from "./boundedAnswer.ts"
import type { Answer } from "./composioHttp.ts"

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

const settingOf = Schema.decodeUnknownOption(Schema.Struct({ mask_secret_keys_in_connected_account: Schema.Boolean }))

const accountsOf = Schema.decodeUnknownOption(Schema.Struct({ items: Schema.Array(Schema.Unknown) }))
const isActive = Schema.is(Schema.Struct({ id: ComposioAccountId, status: Schema.Literal("ACTIVE") }))

const nothingKnown = { maskingIsOn: Option.none(), tokensAreMasked: Option.none() } as const

export const checkWith = (address: Result.Result<Address, NoAddress>, send: Send): Effect.Effect<ComposioCheck> =>
  Effect.gen(function* () {
    if (Result.isFailure(address)) {
      return { key: Option.isSome(address.failure.alarm) ? "unusable" : "missing", ...nothingKnown }
    }
    const { accounts, key, project, urlOf } = address.success
    const ask = (url: string) => send(url, key).pipe(Effect.timeout(patience), Effect.option)

    const listed = yield* ask(accounts)
    const status = Option.getOrUndefined(listed)?.status
    if (status === 401 || status === 403) return { key: "refused", ...nothingKnown }
    const list = Option.flatMap(listed, ({ body }) => Option.flatMap(body, accountsOf))
    if (status !== 200 || Option.isNone(list)) return { key: "silent", ...nothingKnown }

    const config = yield* ask(project)
    const active = Option.fromNullishOr(list.value.items.find(isActive))
    const looked = Option.isSome(active) ? yield* ask(urlOf(active.value.id)) : Option.none()
    const credential = Option.map(
      Option.flatMap(looked, ({ body }) => accountOf(body)),
      credentialOf
    )
    return {
      key: "accepted",
      maskingIsOn: Option.map(
        Option.flatMap(config, ({ body }) => Option.flatMap(body, settingOf)),
        (said) => said.mask_secret_keys_in_connected_account
      ),
      tokensAreMasked: Option.flatMap(credential, (found) => {
        if (Result.isSuccess(found)) return Option.some(false)
        return found.failure === masked ? Option.some(true) : Option.none()
      })
    }
  })
