/** How often, and how patiently, an upstream that failed is asked again. The one policy for it. */
import { Duration } from "effect"
import { backoff } from "./backoff.ts"

export type { FailedAttempt } from "./backoff.ts"

/** Everything counts into it: the attempts, the waits between them, and the first attempt too. */
export const upstreamDeadline = Duration.seconds(10)

/** Three attempts. The waits need no bound of their own: there are two of them. */
export const upstreamBackoff = backoff({ times: 2, base: Duration.millis(100), deadline: upstreamDeadline })
