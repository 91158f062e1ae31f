/** One call, with what every route needs of it. */
import type { Account } from "./Account.ts"
import type { View } from "./accountBody.ts"
import type { Answer, Request } from "./Answer.ts"
import { find, type World } from "./World.ts"

export interface Context {
  readonly world: World
  readonly now: number
  readonly request: Request
  readonly url: URL
  /** The id in the path, or nothing. */
  readonly id: string
}

export interface Route {
  /** As the ledger names it. */
  readonly name: string
  readonly method: string
  readonly path: RegExp
  readonly needs: "read" | "write"
  readonly answer: (context: Context) => Answer
}

/** How an account is seen from outside at this moment. */
export const viewOf = (world: World, { settings }: Account, now: number): View => ({
  masking: world.settings.masking,
  skewMs: world.settings.skewMs,
  shared: settings.sharesTokenOf === null ? undefined : find(world, settings.sharesTokenOf, now)?.current
})
