/** Which connection serves each integration of a new deployment: as it was said, or as it is asked. */
import { Effect, Option, type Redacted, Schema } from "effect"
import { Prompt } from "effect/cli"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Connection } from "@vendodev/domain/Connection"
import type { Choice } from "@vendodev/domain/Deployment"
import { EnvVarName, type IntegrationSlug, type TenantId } from "@vendodev/domain/Ids"
import { VariableValue } from "@vendodev/domain/Installation"
import type { Manifest } from "@vendodev/domain/Manifest"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { integrationNamed, ofIntegration } from "./assignments.ts"
import { Failure } from "./Failure.ts"
import * as resolve from "./resolve.ts"
import { named } from "./secret.ts"

export type Choices = Map<IntegrationSlug, Choice>

interface Said {
  /** `telegram=telegram/work` */
  readonly use: ReadonlyArray<string>
  /** `openai` */
  readonly pool: ReadonlyArray<string>
  /** `telegram=TELEGRAM_BOT_TOKEN` */
  readonly credentialFromEnv: ReadonlyArray<string>
}

/** The choices of the command line. */
export const said = Effect.fn("choosing.said")(function* (tenant: TenantId, flags: Said) {
  const used = yield* Effect.forEach(flags.use, (text) =>
    Effect.gen(function* () {
      const { slug, value } = yield* ofIntegration("use", text)
      const { id } = yield* resolve.connection(tenant, value)
      return { slug, choice: { connection_id: id } }
    })
  )
  const pooled = yield* Effect.forEach(flags.pool, (text) =>
    Effect.map(integrationNamed("pool", text), (slug) => ({ slug, choice: { pool: true as const } }))
  )
  const pasted = yield* Effect.forEach(flags.credentialFromEnv, (text) =>
    Effect.gen(function* () {
      const { slug, value } = yield* ofIntegration("credential-from-env", text)
      return { slug, choice: { credential: yield* named(value) } }
    })
  )
  const choices: Choices = new Map()
  for (const { choice, slug } of [...used, ...pooled, ...pasted]) {
    if (choices.has(slug)) {
      return yield* new Failure({
        code: "usage",
        detail: `${slug} is chosen more than once`,
        fix: "say one of --use, --pool and --credential-from-env for it"
      })
    }
    choices.set(slug, choice)
  }
  return choices
})

/** What is asked for on a terminal: what the manifest needs and nobody said. */
export interface Open {
  readonly manifest: Manifest
  readonly isSandbox: boolean
  readonly choices: Choices
  readonly variables: Map<EnvVarName, Redacted.Redacted>
  readonly connections: ReadonlyArray<Connection>
}

type Asked = { readonly is: "connection"; readonly choice: Choice } | { readonly is: "pool" } | { readonly is: "paste" }

const isUsable = ({ status, user }: Connection) => user === null && (status === "active" || status === "error")

const optionsFor = (slug: IntegrationSlug, connections: ReadonlyArray<Connection>) => {
  const profiles: ReadonlyArray<Profile> = Option.match(Catalog.find(slug), {
    onNone: () => [],
    onSome: ({ profiles }) => profiles
  })
  const existing = connections.filter((connection) => connection.slug === slug && isUsable(connection))
  const options: ReadonlyArray<{ readonly title: string; readonly value: Asked }> = [
    ...existing.map((connection) => ({
      title: resolve.connectionName(connection),
      value: { is: "connection", choice: { connection_id: connection.id } } as const
    })),
    ...(profiles.some((profile) => takesCredential[profile])
      ? [{ title: "another credential, typed in unseen", value: { is: "paste" } as const }]
      : []),
    ...(profiles.includes("vendo_managed_pool") ? [{ title: "the managed pool", value: { is: "pool" } as const }] : [])
  ]
  return options
}

const choiceFor = Effect.fn("choosing.choiceFor")(function* (
  slug: IntegrationSlug,
  connections: ReadonlyArray<Connection>
) {
  const options = optionsFor(slug, connections)
  const [only] = options
  // With nothing to choose from, the service says what is missing.
  if (only === undefined) return Option.none<Choice>()
  const message = `What serves ${slug}?`
  const asked = options.length === 1 ? only.value : yield* Prompt.Select({ message, choices: options })
  if (asked.is === "connection") return Option.some(asked.choice)
  if (asked.is === "pool") return Option.some<Choice>({ pool: true })
  return Option.some<Choice>({ credential: yield* Prompt.Password({ message: `The ${slug} credential (hidden):` }) })
})

/** Whether an integration goes without a connection, as an exclusive one does in a sandbox. */
const isLeftOut = (slug: IntegrationSlug, isSandbox: boolean) =>
  isSandbox && Option.exists(Catalog.find(slug), ({ exclusive }) => exclusive)

const isValue = Schema.is(VariableValue)

/** Asks for the rest, one after the other, and adds it to what was said. */
export const askFor = Effect.fn("choosing.askFor")(function* (open: Open) {
  const { choices, connections, isSandbox, manifest, variables } = open
  for (const slug of manifest.integrations) {
    if (choices.has(slug) || isLeftOut(slug, isSandbox)) continue
    const choice = yield* choiceFor(slug, connections)
    if (Option.isSome(choice)) choices.set(slug, choice.value)
  }
  for (const name of manifest.env.required) {
    if (variables.has(name)) continue
    const value = yield* Prompt.Password({ message: `The value of ${name} (hidden):` })
    if (isValue(value)) variables.set(name, value)
  }
})
