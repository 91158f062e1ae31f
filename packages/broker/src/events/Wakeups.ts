/** Word that something may have changed for a tenant. It can be lost or come for nothing: who is woken asks. */
import { Context, Effect, Layer, Queue, type Scope } from "effect"
import type { TenantId } from "@vendodev/domain/Ids"

export class Wakeups extends Context.Service<
  Wakeups,
  {
    /** Holds at most one word, however many came: whoever is slow is not behind. */
    readonly of: (tenant: TenantId) => Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope>
    /** That an upstream is to be told of a connection that ended, of whatever tenant. */
    readonly revocations: Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope>
  }
>()("@vendodev/broker/Wakeups") {
  /** Where nothing brings any word. Who waits for it asks in its own time. */
  static readonly none = Layer.succeed(Wakeups, {
    of: () => Queue.sliding<void>(1),
    revocations: Queue.sliding<void>(1)
  })
}
