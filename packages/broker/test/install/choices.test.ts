import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { type Asked, type Chosen, planOf, type Problem } from "@vendodev/broker/install/choices"
import { fitsSlug, nextSlug, slugOf } from "@vendodev/broker/install/deploymentSlug"
import { refusalOf } from "@vendodev/broker/install/refusalOf"
import type { Taken } from "@vendodev/domain/BrokerError"
import type { Choice } from "@vendodev/domain/Deployment"
import { ConnectionId, EndUser, EnvVarName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import { type Manifest, ToolSlug } from "@vendodev/domain/Manifest"

const slugs = (...names: ReadonlyArray<string>) => names.map((name) => IntegrationSlug.make(name))

const manifest = (integrations: ReadonlyArray<string>, required: ReadonlyArray<string> = []): Manifest => ({
  name: ToolSlug.make("echo-bot"),
  version: 1,
  runtime: null,
  integrations: slugs(...integrations),
  env: { required: required.map((name) => EnvVarName.make(name)), optional: [] },
  health: null,
  restart_on: []
})

const id = ConnectionId.make("00000000-0000-4000-8000-000000000001")

const connection = (over: Partial<Chosen> = {}): Chosen => ({
  id,
  slug: IntegrationSlug.make("telegram"),
  user: null,
  status: "active",
  ...over
})

const pasted: Choice = { credential: Redacted.make("never_repeated") }
const pool: Choice = { pool: true }
const existing: Choice = { connection_id: id }

interface Case {
  readonly integrations?: ReadonlyArray<string>
  readonly required?: ReadonlyArray<string>
  readonly kind?: Asked["kind"]
  readonly choices?: Readonly<Record<string, Choice>>
  readonly variables?: ReadonlyArray<string> | Readonly<Record<string, string>>
  readonly connections?: ReadonlyArray<Chosen>
}

const valued = (variables: NonNullable<Case["variables"]>) =>
  Object.fromEntries(
    Object.entries(
      Array.isArray(variables) ? Object.fromEntries(variables.map((name) => [name, "value"])) : variables
    ).map(([name, value]) => [name, Redacted.make(String(value))])
  )

const plan = ({ choices = {}, connections = [], integrations = [], kind, required, variables = [] }: Case) =>
  planOf({
    manifest: manifest(integrations, required),
    kind: kind ?? "production",
    choices: new Map(Object.entries(choices)),
    variables: valued(variables),
    connections: new Map(connections.map((one) => [one.id, one]))
  })

const told = (one: Case) =>
  plan(one).problems.map(({ detail, field, forbidden, missing }) => ({
    field,
    says: detail,
    missing: missing ?? null,
    forbidden: forbidden ?? false
  }))

const telegram = { integrations: ["telegram"], choices: { telegram: existing } }

/** What is wrong, and all that is said of it. */
const wrong: ReadonlyArray<readonly [name: string, Case, field: string, says: RegExp, missing: string | null]> = [
  ["nothing chosen", { integrations: ["telegram"] }, "choices.telegram", /nothing was chosen/, "telegram"],
  ["a connection nobody has", telegram, "choices.telegram", /no such connection/, "telegram"],
  [
    "a connection of another integration",
    { ...telegram, connections: [connection({ slug: IntegrationSlug.make("notion") })] },
    "choices.telegram",
    /is for notion/,
    "telegram"
  ],
  [
    "a connection of an end user",
    { ...telegram, connections: [connection({ user: EndUser.make("alice") })] },
    "choices.telegram",
    /end user/,
    "telegram"
  ],
  [
    "a revoked connection",
    { ...telegram, connections: [connection({ status: "revoked" })] },
    "choices.telegram",
    /was revoked/,
    "telegram"
  ],
  [
    "a connection that needs its user",
    { ...telegram, connections: [connection({ status: "needs_reauth" })] },
    "choices.telegram",
    /authorised again/,
    "telegram"
  ],
  [
    "a connection that is not done yet",
    { ...telegram, connections: [connection({ status: "pending" })] },
    "choices.telegram",
    /not connected yet/,
    "telegram"
  ],
  [
    "a pool where there can be none",
    { integrations: ["notion"], choices: { notion: pool } },
    "choices.notion",
    /no managed pool/,
    "notion"
  ],
  [
    "a credential where none is taken",
    { integrations: ["google"], choices: { google: pasted } },
    "choices.google",
    /no pasted credential/,
    "google"
  ],
  ["a choice nobody asked for", { choices: { notion: pasted } }, "choices.notion", /does not ask for it/, null],
  ["a choice for no integration", { choices: { nosuch: pasted } }, "choices", /does not exist/, null],
  ["a choice for what every object has", { choices: { constructor: pasted } }, "choices", /does not exist/, null],
  ["an integration that is gone", { integrations: ["gone"] }, "choices.gone", /no such integration/, "gone"],
  ["no value", { required: ["GREETING"] }, "variables.GREETING", /GREETING has no value/, "GREETING"],
  ["a variable of the service", { variables: ["VENDO_API_KEY"] }, "variables.VENDO_API_KEY", /service's own/, null],
  ["a variable that runs something else", { variables: ["LD_PRELOAD"] }, "variables.LD_PRELOAD", /what is run/, null],
  ["the mask in place of a value", { variables: { GREETING: "••••" } }, "variables.GREETING", /the value itself/, null],
  [
    "more variables than a deployment holds",
    { variables: Object.fromEntries(["A", "B", "C", "D"].map((name) => [name, "x".repeat(9_000)])) },
    "variables",
    /32 kB together/,
    null
  ],
  [
    "a variable of an integration, by whichever profile",
    { integrations: ["openai"], choices: { openai: pasted }, variables: ["OPENAI_BASE_URL"] },
    "variables.OPENAI_BASE_URL",
    /from a connection/,
    null
  ]
]

describe("What was chosen for an installation", () => {
  for (const [name, one, field, says, missing] of wrong) {
    it.effect(`is refused: ${name}`, () =>
      Effect.sync(() => {
        const [problem, ...more] = told(one)
        assert.deepStrictEqual(more, [])
        assert.deepInclude(problem, { field, missing, forbidden: false })
        assert.match(problem?.says ?? "", says)
        assert.notInclude(problem?.says ?? "", "never_repeated")
      })
    )
  }

  it.effect("is used, in the order of slugs, whatever order it came in", () =>
    Effect.sync(() => {
      const { problems, uses } = plan({
        integrations: ["telegram", "notion", "openai"],
        required: ["GREETING"],
        choices: { telegram: existing, openai: pool, notion: pasted },
        variables: ["GREETING", "EXTRA", "OPENROUTER_API_KEY"],
        connections: [connection({ status: "error" })]
      })
      assert.deepStrictEqual(problems, [])
      assert.deepStrictEqual(
        uses.map(({ choice, integration: { slug } }) => ({ slug: String(slug), choice })),
        [
          { slug: "notion", choice: pasted },
          { slug: "openai", choice: pool },
          { slug: "telegram", choice: existing }
        ]
      )
    })
  )

  it.effect("is used as far as it can be beside what can not", () =>
    Effect.sync(() => {
      const { problems, uses } = plan({
        integrations: ["telegram", "notion"],
        choices: { telegram: pasted, openai: pool },
        variables: ["VENDO_X"]
      })
      assert.deepStrictEqual(
        uses.map(({ integration }) => integration.slug),
        ["telegram"]
      )
      assert.deepStrictEqual(
        problems.map(({ field }) => field),
        ["choices.notion", "choices.openai", "variables.VENDO_X"]
      )
    })
  )

  it.effect("is nothing exclusive for a sandbox, which goes without", () =>
    Effect.sync(() => {
      const integrations = ["telegram", "openai"]
      const without = plan({ kind: "sandbox", integrations, choices: { openai: pool } })
      assert.deepStrictEqual(without.problems, [])
      assert.deepStrictEqual(
        without.uses.map(({ integration }) => integration.slug),
        ["openai"]
      )
      for (const choice of [pasted, existing, pool]) {
        const { problems, uses } = plan({
          kind: "sandbox",
          integrations,
          choices: { openai: pool, telegram: choice },
          connections: [connection()]
        })
        assert.deepStrictEqual(
          problems.map(({ field, forbidden }) => [field, forbidden]),
          [["choices.telegram", true]]
        )
        assert.deepStrictEqual(
          uses.map(({ integration }) => integration.slug),
          ["openai"]
        )
      }
    })
  )

  it.effect("need not hold a value for what the service sets itself", () =>
    Effect.sync(() => {
      assert.deepStrictEqual(
        told({ integrations: ["notion"], choices: { notion: pasted }, required: ["NOTION_TOKEN"] }),
        []
      )
    })
  )
})

const problem = (over: Partial<Problem> = {}): Problem => ({
  field: "choices.notion",
  detail: "notion: nothing was chosen",
  missing: "notion",
  ...over
})
const sandboxed = problem({ field: "choices.telegram", detail: "telegram: a sandbox", forbidden: true })
const holder = { app_id: "app", app_slug: "support", app_name: "Support" }
const held: Taken = { slug: "telegram", connection_id: id, bound_to: holder }
const heldElsewhere: Taken = { slug: "whatsapp", connection_id: null, bound_to: null }
const none = Option.none<string>()

const refused = (wrong: Parameters<typeof refusalOf>[0]) => Option.getOrThrow(refusalOf(wrong))

describe("The refusal of an installation", () => {
  it.effect("is none when nothing is wrong", () =>
    Effect.sync(() => assert.isTrue(Option.isNone(refusalOf({ problems: [], taken: [], slug: none }))))
  )

  it.effect("names what is missing and what is taken besides", () =>
    Effect.sync(() => {
      const greeting = problem({ field: "variables.GREETING", detail: "GREETING has no value", missing: "GREETING" })
      const all = refused({ problems: [problem(), greeting], taken: [held], slug: Option.some("the slug a is taken") })
      assert.deepInclude(all, {
        _tag: "validation_failed",
        field: "choices.notion",
        missing: ["notion", "GREETING"],
        taken: [held]
      })
      for (const part of ["nothing was chosen", "GREETING", "in use by support", "the slug a"]) {
        assert.include(all.detail, part)
      }
    })
  )

  it.effect("says that something is too much, and names nothing as missing", () =>
    Effect.sync(() => {
      const { missing: _, ...surplus } = problem({ detail: "notion: leave it out" })
      const refusal = refused({ problems: [surplus], taken: [], slug: none })
      assert.strictEqual(refusal._tag, "validation_failed")
      assert.notProperty({ ...refusal }, "missing")
      assert.notProperty({ ...refusal }, "taken")
    })
  )

  it.effect("is about the sandbox only when nothing else is missing", () =>
    Effect.sync(() => {
      assert.strictEqual(refused({ problems: [sandboxed], taken: [], slug: none })._tag, "forbidden")
      const both = refused({ problems: [sandboxed, problem()], taken: [], slug: none })
      assert.deepInclude(both, { _tag: "validation_failed", field: "choices.notion" })
      assert.include(both.detail, "a sandbox")
    })
  )

  it.effect("names the first holder, and everything that is taken", () =>
    Effect.sync(() => {
      assert.deepInclude(refused({ problems: [], taken: [held, heldElsewhere], slug: Option.some("the slug") }), {
        _tag: "connection_in_use",
        bound_to: holder,
        taken: [held, heldElsewhere]
      })
      assert.deepInclude(refused({ problems: [], taken: [heldElsewhere, held], slug: none }), { bound_to: null })
    })
  )

  it.effect("is a conflict when the slug alone is taken", () =>
    Effect.sync(() =>
      assert.deepInclude(refused({ problems: [], taken: [], slug: Option.some("the slug a is taken; a-2 is free") }), {
        _tag: "conflict",
        detail: "the slug a is taken; a-2 is free"
      })
    )
  )

  it.effect("stays readable when very much is wrong, and its lists whole", () =>
    Effect.sync(() => {
      const problems = Array.from({ length: 100 }, (_, i) =>
        problem({ detail: `N${i} has no value`, missing: `N${i}` })
      )
      const refusal = refused({ problems, taken: [], slug: none })
      assert.match(refusal.detail, /N19 has no value; and 80 more$/)
      assert.lengthOf(refusal._tag === "validation_failed" ? (refusal.missing ?? []) : [], 100)
    })
  )
})

describe("The slug of a deployment", () => {
  const long = ToolSlug.make(`${"a".repeat(39)}-${"b".repeat(24)}`)

  it.effect("is the tool's name where that fits, and else its beginning", () =>
    Effect.sync(() => {
      assert.strictEqual(slugOf(ToolSlug.make("echo-bot")), "echo-bot")
      assert.isTrue(fitsSlug(ToolSlug.make("a".repeat(40))))
      assert.isFalse(fitsSlug(ToolSlug.make("a".repeat(41))))
      assert.strictEqual(slugOf(long), "a".repeat(39))
    })
  )

  it.effect("that is free is the first number nobody has, and fits", () =>
    Effect.sync(() => {
      const next = (slug: string, ...taken: ReadonlyArray<string>) => nextSlug(Slug.make(slug), new Set(taken))
      assert.strictEqual(next("bot", "bot"), "bot-2")
      assert.strictEqual(next("bot", "bot", "bot-2", "bot-4"), "bot-3")
      const full = "c".repeat(40)
      assert.strictEqual(next(full, full), `${"c".repeat(38)}-2`)
      assert.strictEqual(next(`${"d".repeat(37)}-ee`), `${"d".repeat(37)}-2`)
      const nine = Array.from({ length: 9 }, (_, i) => `bot-${i + 1}`)
      assert.strictEqual(next("bot", "bot", ...nine), "bot-10")
    })
  )
})
