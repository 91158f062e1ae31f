/** A look at what the service depends on, on the word of an admin token. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import type { SessionRequired, Unavailable } from "@vendodev/domain/BrokerError"
import type { ComposioDiagnosis } from "@vendodev/domain/Diagnosis"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { ComposioClient } from "../upstream/ComposioClient.ts"
import type { ComposioCheck } from "../upstream/composioCheck.ts"
import { makeAdmission } from "./admission.ts"

/** Whether it is a simulator that is asked, only who started it can say. */
type Finding = Omit<ComposioDiagnosis, "simulated">

export class Doctor extends Context.Service<
  Doctor,
  {
    readonly examineComposio: (token: Redacted.Redacted) => Effect.Effect<Finding, SessionRequired | Unavailable>
  }
>()("@vendodev/broker/Doctor") {
  static readonly layer = Layer.effect(
    Doctor,
    Effect.gen(function* () {
      const admit = yield* makeAdmission
      const composio = yield* ComposioClient

      return Doctor.of({
        examineComposio: Effect.fn("Doctor.examineComposio")(function* (token) {
          yield* admit(token).pipe(orOutOfReach)
          return diagnose(yield* composio.check)
        })
      })
    })
  )
}

const keyDetail: Record<Exclude<ComposioCheck["key"], "accepted">, string> = {
  missing: "COMPOSIO_API_KEY is not set, so connections of profile composio_managed get no token",
  unusable: "the API key or the address of Composio can not be used as it is; nothing is sent to it",
  refused: "Composio refuses the API key, so connections of profile composio_managed get no token",
  silent: "nobody at that address answers as Composio does"
}

const maskingDetail: Record<ComposioDiagnosis["masking"], string> = {
  masked: "Composio shows only the first characters of tokens, which are never vended",
  plain: "Composio shows tokens whole, as it must",
  unknown: "whether Composio shows tokens can be told once an account is active there"
}

/** What an account shows counts for more than what the project's setting says of it. */
const maskingOf = ({ maskingIsOn, tokensAreMasked }: ComposioCheck): ComposioDiagnosis["masking"] =>
  Option.match(
    Option.orElse(tokensAreMasked, () => maskingIsOn),
    {
      onNone: () => "unknown",
      onSome: (masked) => (masked ? "masked" : "plain")
    }
  )

export const diagnose = (check: ComposioCheck): Finding => {
  const masking = maskingOf(check)
  const { key } = check
  return {
    configured: key !== "missing",
    reachable: key === "accepted" || key === "refused",
    key: key === "accepted" || key === "refused" ? key : "unknown",
    masking,
    detail: key === "accepted" ? maskingDetail[masking] : keyDetail[key]
  }
}
