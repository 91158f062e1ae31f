import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted } from "effect"
import { askFor, type Choices } from "@vendodev/cli/choosing"
import type { Connection, ConnectionStatus } from "@vendodev/domain/Connection"
import { ConnectionId, DisplayName, EndUser, EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { type Manifest, ToolSlug } from "@vendodev/domain/Manifest"
import { attended, type Typed } from "./fixtures/attended.ts"

const slug = (text: string) => IntegrationSlug.make(text)

const idOf = (number: number) => ConnectionId.make(`00000000-0000-4000-8000-00000000000${number}`)

const connection = (
  number: number,
  of: string,
  { status = "active", user }: { readonly status?: ConnectionStatus; readonly user?: string } = {}
): Connection => ({
  id: idOf(number),
  slug: slug(of),
  name: DisplayName.make(`n${number}`),
  user: user === undefined ? null : EndUser.make(user),
  profile: "byok_static",
  status,
  exclusive: false,
  metadata: {},
  failure: null,
  created_at: DateTime.makeUnsafe(0),
  revoked_at: null
})

const manifest = (integrations: ReadonlyArray<string>, required: ReadonlyArray<string> = []): Manifest => ({
  name: ToolSlug.make("echo-bot"),
  version: 1,
  runtime: null,
  integrations: integrations.map(slug),
  env: { required: required.map((name) => EnvVarName.make(name)), optional: [] },
  health: null,
  restart_on: []
})

interface Asked {
  readonly integrations: ReadonlyArray<string>
  readonly required?: ReadonlyArray<string>
  readonly connections?: ReadonlyArray<Connection>
  readonly said?: ReadonlyArray<readonly [IntegrationSlug, { readonly pool: true }]>
  readonly isSandbox?: boolean
  readonly typed: ReadonlyArray<Typed>
}

/** What is known after everything was asked, with secrets opened. */
const asked = Effect.fnUntraced(function* ({
  connections = [],
  integrations,
  required,
  said = [],
  typed,
  ...more
}: Asked) {
  const choices: Choices = new Map(said)
  const variables = new Map<EnvVarName, Redacted.Redacted>()
  const { left, screen } = yield* attended(
    typed,
    askFor({
      manifest: manifest(integrations, required),
      isSandbox: more.isSandbox ?? false,
      choices,
      variables,
      connections
    })
  )
  assert.strictEqual(left, 0, "something was typed that nobody asked for")
  return {
    screen,
    choices: [...choices].map(([slug, choice]) => [
      String(slug),
      "credential" in choice ? { credential: Redacted.value(choice.credential) } : choice
    ]),
    variables: [...variables].map(([name, value]) => [String(name), Redacted.value(value)])
  }
})

describe("Asking for what a deployment needs", () => {
  it.effect("offers the connections there are, a credential typed in unseen, and the pool", () =>
    Effect.gen(function* () {
      const connections = [
        connection(1, "openai"),
        connection(2, "notion"),
        connection(3, "openai", { status: "error" })
      ]
      const of = (typed: ReadonlyArray<Typed>) => asked({ integrations: ["openai"], connections, typed })
      const first = yield* of(["enter"])
      assert.deepStrictEqual(first.choices, [["openai", { connection_id: idOf(1) }]])
      for (const title of ["openai/n1", "openai/n3", "typed in unseen", "managed pool"]) {
        assert.include(first.screen, title)
      }
      assert.notInclude(first.screen, "notion")
      const second = yield* of(["down", "enter"])
      assert.deepStrictEqual(second.choices, [["openai", { connection_id: idOf(3) }]])
      const typed = yield* of(["down", "down", "enter", { text: "sk-hunter2" }])
      assert.deepStrictEqual(typed.choices, [["openai", { credential: "sk-hunter2" }]])
      assert.notInclude(typed.screen, "hunter2")
      const pooled = yield* of(["down", "down", "down", "enter"])
      assert.deepStrictEqual(pooled.choices, [["openai", { pool: true }]])
    })
  )

  it.effect("offers no connection that could not be bound", () =>
    Effect.gen(function* () {
      const connections = [
        connection(1, "telegram", { status: "revoked" }),
        connection(2, "telegram", { status: "needs_reauth" }),
        connection(3, "telegram", { status: "pending" }),
        connection(4, "telegram", { user: "alice" })
      ]
      // What is left is asked for without a choice.
      const { choices } = yield* asked({ integrations: ["telegram"], connections, typed: [{ text: "1:hunter2" }] })
      assert.deepStrictEqual(choices, [["telegram", { credential: "1:hunter2" }]])
    })
  )

  it.effect("asks for what nobody said, and for nothing where there is nothing to choose", () =>
    Effect.gen(function* () {
      const { choices, variables } = yield* asked({
        // Google is connected elsewhere first: the service says that it is missing.
        integrations: ["openai", "google", "telegram"],
        required: ["GREETING"],
        said: [[slug("openai"), { pool: true }]],
        typed: [{ text: "2:hunter2" }, { text: "hello" }]
      })
      assert.deepStrictEqual(choices, [
        ["openai", { pool: true }],
        ["telegram", { credential: "2:hunter2" }]
      ])
      assert.deepStrictEqual(variables, [["GREETING", "hello"]])
    })
  )

  it.effect("asks a sandbox for no exclusive credential", () =>
    Effect.gen(function* () {
      const { choices } = yield* asked({
        integrations: ["telegram", "stripe"],
        isSandbox: true,
        typed: [{ text: "sk_hunter2" }]
      })
      assert.deepStrictEqual(choices, [["stripe", { credential: "sk_hunter2" }]])
    })
  )
})
