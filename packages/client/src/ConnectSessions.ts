/** Sends a person to where an account is connected. */
import { Context, Effect, Layer, Option } from "effect"
import { Calls } from "./Calls.ts"
import { type Failure, invalid } from "./Failure.ts"
import { isString, struct } from "./guards.ts"
import type { Settings } from "./Settings.ts"
import { isSlug, notSlug } from "./slug.ts"
import { vendoOnly } from "./vendoOnly.ts"

/** What happens after the account was connected. */
export interface ConnectOptions {
  /** Where the person goes afterwards. */
  readonly returnTo?: string | undefined
  /** Comes back with them, unchanged. */
  readonly state?: string | undefined
}

export class ConnectSessions extends Context.Service<
  ConnectSessions,
  {
    /** The address of a page for one use within minutes. It holds a ticket, never the key. */
    readonly open: (slug: string, options: ConnectOptions) => Effect.Effect<string, Failure>
  }
>()("@vendodev/client/ConnectSessions") {
  static readonly layer = (settings: Settings) =>
    Layer.effect(
      ConnectSessions,
      Effect.map(Calls, ({ ask }) =>
        ConnectSessions.of({
          open: Effect.fnUntraced(function* (slug, { returnTo, state }) {
            if (Option.isNone(settings.apiKey)) return yield* vendoOnly("a connect URL")
            if (!isSlug(slug)) return yield* notSlug
            if (returnTo !== undefined && !URL.canParse(returnTo)) {
              return yield* invalid("returnTo", "returnTo must be an absolute URL")
            }
            const body = { slug, return_to: returnTo, state }
            const call = { method: "POST", url: `${settings.baseUrl}/api/connect-sessions`, body, slug } as const
            return (yield* ask(call, isSession)).url
          })
        })
      )
    )
}

const isSession = struct<{ readonly url: string }>({
  url: (value): value is string => isString(value) && URL.canParse(value)
})
