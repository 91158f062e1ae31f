/** A tenant's installed copy of a tool: an app, with the manifest it was installed from, its state and its runs. */
import { Schema } from "effect"
import { AppKind } from "./App.ts"
import { AppId, ConnectionId, DisplayName, EnvVarName, IntegrationSlug, Slug, Uuid } from "./Ids.ts"
import { Manifest, ToolSlug } from "./Manifest.ts"

/** One `vendo run`, from its start to its end. It restarts its command without becoming another. */
export const RunId = Uuid.pipe(Schema.brand("RunId"))
export type RunId = typeof RunId.Type

/** Counts what changes the variables of a deployment. */
export const EnvVersion = Schema.Int.annotate({ description: "Grows with every change of the variables." })

/** Which of these may follow which is the database's to say; each step is in the deployment's history. */
export const DeploymentStatus = Schema.Literals([
  "installed",
  "running",
  "restarting",
  "stopping",
  "stopped",
  "failed",
  "destroyed"
])
export type DeploymentStatus = typeof DeploymentStatus.Type

export const Health = Schema.Literals(["unknown", "healthy", "unhealthy"])
export type Health = typeof Health.Type

/** `paused`: the command was stopped and will be started again when nobody asks for the pause any more. */
export const RunState = Schema.Literals(["starting", "running", "paused", "exited"])
export type RunState = typeof RunState.Type

/** What a run says of itself, at every change and every 20 seconds. */
export const RunReport = Schema.Struct({
  state: RunState,
  /** Of the variables its command was started with. */
  env_version: EnvVersion,
  /** The restart its command answers to: `restart` of the environment it was started with. */
  restart: Schema.Int,
  health: Health,
  /** Of `exited`, and of no other state. */
  exit_code: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
}).annotate({ identifier: "RunReport" })
export type RunReport = typeof RunReport.Type

/** What the run is to do, in answer to its report. It compares and acts; a lost answer is made good by the next. */
export const Wanted = Schema.Struct({
  /** `run`: with these variables; `pause`: stop the command, stay; `stop`: stop it and end. */
  action: Schema.Literals(["run", "pause", "stop"]),
  /** The newest. Another than the command's is news for people, and no reason to restart by itself. */
  env_version: EnvVersion,
  /** Grows with every restart that is asked for: a command of a smaller one is to be started anew. */
  restart: Schema.Int,
  /** Why it is to pause or stop, in words; null when it is to run. */
  reason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Wanted" })
export type Wanted = typeof Wanted.Type

const Secret = Schema.RedactedFromValue(Schema.String)

/** Everything a deployment is started with. */
export const Environment = Schema.Struct({
  env_version: EnvVersion,
  restart: Schema.Int,
  deployment: Schema.Struct({ id: AppId, slug: Slug, name: DisplayName, kind: AppKind }),
  health: Manifest.fields.health,
  variables: Schema.Record(Schema.String, Secret)
}).annotate({ identifier: "Environment" })
export type Environment = typeof Environment.Type

/** `system` and `integration` variables follow from what is bound; `user` variables are the tenant's to edit. */
export const VariableKind = Schema.Literals(["system", "integration", "user"])
export type VariableKind = typeof VariableKind.Type

/** One variable as a person is shown it: a secret one is masked, unless its value was asked for. */
export const Variable = Schema.Struct({
  name: EnvVarName,
  kind: VariableKind,
  /** Whose connection it comes from; null for the others. */
  integration: Schema.NullOr(IntegrationSlug),
  secret: Schema.Boolean,
  value: Secret
}).annotate({ identifier: "Variable" })
export type Variable = typeof Variable.Type

/** How a deployment is started when it is installed. */
export const LauncherName = Schema.Literals(["none", "process", "docker"])
export type LauncherName = typeof LauncherName.Type

export const Deployment = Schema.Struct({
  /** Its app's id, too. */
  id: AppId,
  slug: Slug,
  name: DisplayName,
  kind: AppKind,
  /** The stored tool it was installed from; null for a manifest of its own. */
  tool: Schema.NullOr(Schema.Struct({ slug: ToolSlug, version: Schema.Int })),
  manifest: Manifest,
  status: DeploymentStatus,
  env_wanted: EnvVersion,
  /** What its command was started with; null before its first run. */
  env_running: Schema.NullOr(EnvVersion),
  /** Whether a restart would change what the running command knows. */
  restart_required: Schema.Boolean,
  run: Schema.NullOr(
    Schema.Struct({
      id: RunId,
      state: RunState,
      health: Health,
      exit_code: Schema.NullOr(Schema.Int),
      started_at: Schema.DateTimeUtcFromString,
      seen_at: Schema.DateTimeUtcFromString
    })
  ),
  bindings: Schema.Array(Schema.Struct({ slug: IntegrationSlug, connection_id: ConnectionId })),
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Deployment" })
export type Deployment = typeof Deployment.Type

/** One step of a deployment. */
export const DeploymentStep = Schema.Struct({
  at: Schema.DateTimeUtcFromString,
  from: Schema.NullOr(DeploymentStatus),
  to: DeploymentStatus,
  reason: Schema.String
}).annotate({ identifier: "DeploymentStep" })
export type DeploymentStep = typeof DeploymentStep.Type

/** What serves one integration of a new deployment: exactly one of these. */
export const Choice = Schema.Union([
  Schema.Struct({ connection_id: ConnectionId }),
  Schema.Struct({ credential: Secret, name: Schema.optionalKey(DisplayName) }),
  Schema.Struct({ pool: Schema.Literal(true) })
]).annotate({ identifier: "Choice" })
export type Choice = typeof Choice.Type
