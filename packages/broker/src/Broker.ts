/** Everything the broker does, as one layer asking for a database and the keys that are not in it. */
import { Layer } from "effect"
import { AdminTokens } from "./access/AdminTokens.ts"
import { AdminConnectSessions } from "./access/AdminConnectSessions.ts"
import { Billing } from "./access/Billing.ts"
import { BindingRepo } from "./access/BindingRepo.ts"
import { CallingApp } from "./access/CallingApp.ts"
import { ConnectSessions } from "./access/ConnectSessions.ts"
import { UserIdentity } from "./access/UserIdentity.ts"
import { UserTokenKeys } from "./access/UserTokenKeys.ts"
import { UserTokens } from "./access/UserTokens.ts"
import { AuditLog } from "./audit/AuditLog.ts"
import { Connect } from "./connect/Connect.ts"
import * as Forgetting from "./connect/forgetting.ts"
import { Examination } from "./connect/Examination.ts"
import { InboundWebhooks } from "./connect/InboundWebhooks.ts"
import { Visits } from "./connect/Visits.ts"
import { Tenancy } from "./database/Tenancy.ts"
import { Disconnects } from "./disconnect/Disconnects.ts"
import { RevocationClaims } from "./disconnect/RevocationClaims.ts"
import * as RevocationWorker from "./disconnect/RevocationWorker.ts"
import { Revocations } from "./disconnect/Revocations.ts"
import { EventLog } from "./events/EventLog.ts"
import { Events } from "./events/Events.ts"
import { Deployments } from "./install/Deployments.ts"
import { Idempotency } from "./install/Idempotency.ts"
import { Tools } from "./install/Tools.ts"
import { Environment } from "./install/Environment.ts"
import { HandOvers } from "./install/HandOvers.ts"
import { Lifecycle } from "./install/Lifecycle.ts"
import { Runs } from "./install/Runs.ts"
import { Variables } from "./install/Variables.ts"
import { AppKeys } from "./manage/AppKeys.ts"
import { AppSpendCaps } from "./manage/AppSpendCaps.ts"
import { Apps } from "./manage/Apps.ts"
import { Bindings } from "./manage/Bindings.ts"
import { Connections } from "./manage/Connections.ts"
import { Credits } from "./manage/Credits.ts"
import { Doctor } from "./manage/Doctor.ts"
import { Fuses } from "./manage/Fuses.ts"
import { Pools } from "./manage/Pools.ts"
import { Tenants } from "./manage/Tenants.ts"
import { Users } from "./manage/Users.ts"
import { ComposioClient } from "./upstream/ComposioClient.ts"
import { ComposioLinks } from "./upstream/ComposioLinks.ts"
import { Providers } from "./upstream/Providers.ts"
import { Vault } from "./vault/Vault.ts"
import { BoundConnections } from "./vend/BoundConnections.ts"
import { CredentialResolver } from "./vend/CredentialResolver.ts"
import { ProfileDispatcher } from "./vend/ProfileDispatcher.ts"
import { RefreshLease } from "./vend/RefreshLease.ts"
import { Reports } from "./vend/Reports.ts"
import { TokenCache } from "./vend/TokenCache.ts"

const users = Layer.mergeAll(UserIdentity.layer, UserTokens.layer).pipe(Layer.provide(UserTokenKeys.layer))

const vending = CredentialResolver.layer.pipe(
  Layer.provide([ProfileDispatcher.layer, Reports.layer]),
  Layer.provide(TokenCache.layer),
  Layer.provide([BindingRepo.layer, RefreshLease.layer]),
  Layer.provideMerge(Layer.mergeAll(ComposioClient.layer, users))
)

const management = Layer.mergeAll(
  AppKeys.layer,
  AppSpendCaps.layer,
  Bindings.layer,
  Credits.layer,
  Disconnects.layer,
  Fuses.layer,
  HandOvers.layer,
  InboundWebhooks.layer,
  Lifecycle.layer,
  Pools.layer,
  Tenants.layer,
  Users.layer,
  Variables.layer
).pipe(Layer.provideMerge(Layer.mergeAll(Apps.layer, Connections.layer, Revocations.layer)))

const installing = Layer.mergeAll(Deployments.layer, Idempotency.layer, Tools.layer).pipe(
  Layer.provideMerge(management)
)

/** What apps ask on their own behalf. */
const runtime = Layer.mergeAll(
  BoundConnections.layer,
  ConnectSessions.layer,
  Billing.layer,
  Environment.layer,
  Runs.layer
).pipe(Layer.provideMerge(CallingApp.layer))

/** What a person does on the page, and what is asked before a credential is stored. */
const connecting = Layer.mergeAll(AdminConnectSessions.layer, Connect.layer, Examination.layer).pipe(
  Layer.provideMerge(Visits.layer),
  Layer.provideMerge(Layer.merge(Providers.layer, ComposioLinks.layer))
)

const events = Events.layer.pipe(Layer.provide(EventLog.layer))

/**
 * Still open: `SqlClient` as the server's role, `Keyring`, how Composio and users are known (`ComposioSettings`,
 * `UserIdentitySettings`), who brings `Wakeups`, and the way out: `HttpClient` and `FileSystem`.
 */
export const layer = Layer.mergeAll(events, Doctor.layer, connecting, runtime).pipe(
  Layer.provideMerge(Layer.mergeAll(installing, Tenancy.layer)),
  Layer.provideMerge(vending),
  Layer.provide([AuditLog.layer, AdminTokens.layer, Vault.layer])
)

/**
 * What goes on without being asked, over the broker: for a process that serves. Who tests the broker, or only makes
 * changes with it, does without.
 */
export const background = Layer.mergeAll(RevocationWorker.layer, Forgetting.layer).pipe(
  Layer.provide([RevocationClaims.layer, Vault.layer])
)
