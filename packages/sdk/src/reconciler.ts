/**
 * Keeps an env file in step with what is connected, for programs that read
 * their environment and know nothing of Vendo. Node only.
 *
 * @module
 */
import { chmod, open, readFile, rename, rm } from "node:fs/promises"
import { Vendo, VendoOnlyFeature } from "@vendodev/sdk"
import { parseEnvFile, renderEnvFile } from "./envFile.ts"

/** Variables and their values. */
export type Mapping = Readonly<Record<string, string>>

/** Which variables changed: their names, never their values. */
export interface EnvDiff {
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
}

/** Which file, and what belongs into it. */
export interface BootstrapOptions {
  /** The file to write. It is replaced as a whole, readable by its owner alone, and only when something changed. */
  readonly envFile: string
  /** What should be in it. Defaults to `catalogDefault()`. */
  readonly mapping?: (() => Mapping | Promise<Mapping>) | undefined
}

/** When to look, and what to do when something changed. */
export interface ReconcilerOptions extends BootstrapOptions {
  /**
   * What to do after a change: `restart` ends the process with 0, for its supervisor to start it again; `reload-hook`
   * posts `{"changed": […names]}` to `reloadUrl`; a function is told the names. Nothing, unless it is said.
   */
  readonly onChange?: "restart" | "reload-hook" | ((diff: EnvDiff) => void | Promise<void>) | undefined
  readonly reloadUrl?: string | undefined
  /** How often to look, in milliseconds, besides when an event says so: 30000. */
  readonly pollIntervalMs?: number | undefined
  /** Told what went wrong; the next look is not given up for it. Written to standard error, unless it is said. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** The client whose events say when to look. One made from the environment, unless it is given. */
  readonly client?: Vendo | undefined
}

/** A reconciler at work. */
export interface Reconciler {
  /** Looks now. Resolves once the file is as it should be. */
  readonly reconcile: () => Promise<void>
  /** No look begins after this, and nobody is told of what one that is under way finds. */
  readonly stop: () => void
}

/**
 * The variables of every connection, as the catalog names them: each value is taken from where the connection's
 * `envBootstrap` says it stands. Rejects with `VendoOnlyFeature` without a service, where no connection says that.
 */
export const catalogDefault =
  (client: Vendo = new Vendo()) =>
  async (): Promise<Mapping> => {
    // Or a key that was forgotten would empty the file.
    if (!client.isVendoMode()) {
      throw new VendoOnlyFeature("vendo_only_feature", "the mapping of the catalog needs Vendo mode: set VENDO_API_KEY")
    }
    const connections = await client.connections.list()
    const found = connections.flatMap((connection) =>
      connection.status === "connected"
        ? (connection.envBootstrap?.vars ?? []).map(({ name, valueFrom }) => [name, at(connection, valueFrom)] as const)
        : []
    )
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  }

/** The wire's names on the way to a value, as the client has them. */
const aliases: Readonly<Record<string, string>> = {
  api_key: "apiKey",
  base_url: "baseUrl",
  display_name: "displayName"
}

const at = (connection: object, path: string): string | undefined => {
  const steps = path.replace(/^metadata\.credential\./, "credential.").split(".")
  let value: unknown = connection
  for (const [index, step] of steps.entries()) {
    if (typeof value !== "object" || value === null) return undefined
    value = new Map<string, unknown>(Object.entries(value)).get((index === 0 ? aliases[step] : undefined) ?? step)
  }
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined
}

const diffOf = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): EnvDiff => ({
  added: [...after.keys()].filter((name) => !before.has(name)),
  changed: [...after.keys()].filter((name) => before.has(name) && before.get(name) !== after.get(name)),
  removed: [...before.keys()].filter((name) => !after.has(name))
})

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}

/** Written beside, synced and renamed: a crash leaves the old file or the new one. */
const replace = async (path: string, text: string): Promise<void> => {
  const beside = `${path}.${process.pid}.new`
  try {
    const file = await open(beside, "w", 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(beside, 0o600)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

interface Written {
  readonly before: ReadonlyMap<string, string>
  readonly after: ReadonlyMap<string, string>
  readonly changed: boolean
}

/** Writes the file if it is not as it should be. */
const update = async (envFile: string, mapping: () => Mapping | Promise<Mapping>): Promise<Written> => {
  const text = renderEnvFile(await mapping())
  const current = await textOf(envFile)
  const changed = current !== text
  if (changed) await replace(envFile, text)
  return { before: parseEnvFile(current ?? ""), after: parseEnvFile(text), changed }
}

/** Writes the env file once, before a program starts. */
export const bootstrap = async ({ envFile, mapping = catalogDefault() }: BootstrapOptions): Promise<void> => {
  await update(envFile, mapping)
}

const reload = async (url: string | undefined, { added, changed, removed }: EnvDiff): Promise<void> => {
  if (url === undefined) throw new TypeError("onChange is reload-hook, and reloadUrl is not set")
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ changed: [...added, ...changed, ...removed].toSorted() })
  })
  if (!response.ok) throw new Error(`the reload hook answered ${response.status}`)
}

/**
 * Writes the env file, and again whenever an event or the interval shows that something changed. Rejects when the
 * first look fails; later failures go to `onError`.
 */
export const start = async (options: ReconcilerOptions): Promise<Reconciler> => {
  // oxlint-disable-next-line no-console -- nobody said where else a failure that stops nothing may go
  const { envFile, onChange, onError = console.error, pollIntervalMs = 30_000, reloadUrl } = options
  const client = options.client ?? new Vendo()
  const mapping = options.mapping ?? catalogDefault(client)
  const stopped = new AbortController()

  const told = async (diff: EnvDiff): Promise<void> => {
    if (onChange === "restart") process.exit(0)
    if (onChange === "reload-hook") await reload(reloadUrl, diff)
    else await onChange?.(diff)
  }

  // One look at a time; whoever asks during one waits for the next, which sees what they mean.
  let looking: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  /** What was in the file before a change that nobody was told of yet, for telling may fail. */
  let untold: ReadonlyMap<string, string> | undefined
  const look = async (): Promise<void> => {
    if (stopped.signal.aborted) return
    const { after, before, changed } = await update(envFile, mapping)
    if (changed) untold ??= before
    if (untold === undefined || stopped.signal.aborted) return
    await told(diffOf(untold, after))
    untold = undefined
  }
  const reconcile = (): Promise<void> => {
    next ??= looking.then(() => {
      next = undefined
      const now = look()
      looking = now.catch(() => undefined)
      return now
    })
    return next
  }
  const quietly = () => void reconcile().catch(onError)

  await reconcile()
  const timer = setInterval(quietly, pollIntervalMs)
  timer.unref()
  if (client.isVendoMode()) void follow(client, stopped.signal, quietly).catch(onError)
  return {
    reconcile,
    stop: () => {
      stopped.abort()
      clearInterval(timer)
    }
  }
}

const follow = async (client: Vendo, signal: AbortSignal, changed: () => void): Promise<void> => {
  for await (const event of client.events.subscribe({ signal })) {
    if (event.type.startsWith("connection.")) changed()
  }
}
