/** One line at the start about what comes of Composio: a key that shows no tokens is found now, not by a tool. */
import { Effect, Layer, Option } from "effect"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import type { ComposioCheck } from "@vendodev/broker/upstream/composioCheck"
import { Settings } from "./Settings.ts"

const remedies: Record<Exclude<ComposioCheck["key"], "accepted">, string> = {
  missing: "COMPOSIO_API_KEY is not set",
  unusable: "COMPOSIO_API_KEY or COMPOSIO_BASE_URL can not be used as they are; correct them and start again",
  refused: "Composio refuses COMPOSIO_API_KEY; set one that may read connected accounts, and start again",
  silent:
    "Composio does not answer at COMPOSIO_BASE_URL; check the network and the URL. Until it does, tokens that must be refreshed are answered upstream_error"
}

const masked =
  "Composio masks the tokens of this project, so none of them can be vended; `vendo doctor` says what can be done"

/** What is seen counts more than what the project's setting says. */
export const say = ({ key, maskingIsOn, tokensAreMasked }: ComposioCheck): Effect.Effect<void> => {
  if (key !== "accepted") return Effect.logWarning(remedies[key])
  const isMasked = Option.orElse(tokensAreMasked, () => maskingIsOn)
  if (Option.isNone(isMasked)) {
    return Effect.logInfo("Composio accepts the key; whether it shows tokens, the first active account will tell")
  }
  return isMasked.value ? Effect.logWarning(masked) : Effect.logInfo("Composio accepts the key and shows tokens")
}

/** In the background: no start waits for it, or fails of it. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { composioIsSimulated } = yield* Settings
    const composio = yield* ComposioClient
    if (!composio.configured || composioIsSimulated) return
    yield* Effect.forkScoped(Effect.flatMap(composio.check, say))
  })
)
