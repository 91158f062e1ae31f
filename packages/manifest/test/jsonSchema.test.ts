import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { Ajv2020 } from "ajv/dist/2020.js"
import { parse as yamlOf } from "yaml"
import { jsonSchema } from "@vendodev/manifest/jsonSchema"
import { beyond, refused, taken } from "./fixtures/corpus.ts"
import { between, pick, seeded } from "./fixtures/seeded.ts"
import { told } from "./fixtures/told.ts"

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(jsonSchema)

/** As an editor reads the text. */
const schemaTakes = (text: string) => validate(yamlOf(text))
const parserTakes = (text: string) => Effect.map(told(text), (lines) => lines.length === 0)

const rounds = Number(process.env["TEST_ROUNDS"] ?? 3000)

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

const odd: ReadonlyArray<Json> = [
  null,
  true,
  0,
  1,
  2,
  1.5,
  -1,
  65_536,
  1e21,
  "",
  "x",
  "1",
  "yes",
  "notion",
  "A",
  [],
  {},
  [[]],
  "é",
  "\0"
]

const names = pick(["echo", "a1b", "yes", "e-", "Echo", "ec", "e".repeat(65), "ec ho", "echo\n"])
const slugs = pick(["notion", "slack", "google", "Notion", "trello", "notion "])
/** None of them set by an integration, for that only the parser knows. */
const variables = (prefix: string) => pick([`${prefix}A`, `${prefix}B`, `${prefix}_9`, "VENDO_X", "PATH", "a", ""])

/** A value that fits more often than not. */
const or = (value: Effect.Effect<Json>) => Effect.flatMap(between(0, 11), (roll) => (roll === 0 ? pick(odd) : value))

const listOf = (item: Effect.Effect<Json>) =>
  Effect.flatMap(between(0, 2), (length) => Effect.all(Array.from({ length }, () => or(item))))

/** Some of these keys, now and then one that is not known. */
const mappingOf = (keys: { readonly [name: string]: Effect.Effect<Json> }, always: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const entries: Array<readonly [string, Json]> = []
    for (const [name, value] of Object.entries(keys)) {
      const isThere = always.includes(name) ? (yield* between(0, 19)) > 0 : yield* Random.nextBoolean
      if (isThere) entries.push([name, yield* or(value)])
    }
    if ((yield* between(0, 19)) === 0) entries.push([yield* pick(["license", "__proto__", "Name", ""]), 1])
    return Object.fromEntries(entries)
  })

const file = Effect.gen(function* () {
  const integrations = yield* listOf(slugs)
  return yield* mappingOf(
    {
      name: names,
      version: Effect.succeed(1),
      runtime: pick(["node", "Node", "other"]),
      integrations: Effect.succeed(integrations),
      env: mappingOf({ required: listOf(variables("R")), optional: listOf(variables("O")) }),
      health: mappingOf({
        path: pick(["/", "/healthz", "healthz", "//x", "/a b", "/a#", "/\u0000"]),
        port: pick([1, 80, 65_535, 0, 80.5, "80"])
      })
    },
    ["name", "version"]
  )
})

describe("The JSON Schema of vendo.yaml", () => {
  it.effect("takes what the parser takes, and refuses the same but for what only the parser can know", () =>
    Effect.gen(function* () {
      for (const text of taken) {
        assert.deepStrictEqual(yield* told(text), [], text)
        assert.isTrue(schemaTakes(text), `${text}${JSON.stringify(validate.errors)}`)
      }
      for (const text of refused) {
        assert.isFalse(yield* parserTakes(text), text)
        assert.isFalse(schemaTakes(text), text)
      }
      for (const [why, text] of beyond) {
        assert.isFalse(yield* parserTakes(text), why)
        assert.isTrue(schemaTakes(text), why)
      }
    })
  )

  it.effect("is of one mind with the parser about any JSON", () =>
    seeded(
      Effect.gen(function* () {
        const counts = { taken: 0, refused: 0 }
        for (let round = 0; round < rounds; round += 1) {
          const text = JSON.stringify(yield* or(file))
          const isTaken = yield* parserTakes(text)
          assert.strictEqual(validate(JSON.parse(text)), isTaken, text)
          counts[isTaken ? "taken" : "refused"] += 1
        }
        assert.isAbove(counts.taken, rounds / 50)
        assert.isAbove(counts.refused, rounds / 10)
      })
    )
  )

  it("describes every key, for completion, and names the words there are", () => {
    const found: Array<string> = []
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return
      if ("properties" in schema && typeof schema.properties === "object" && schema.properties !== null) {
        for (const [name, key] of Object.entries(schema.properties)) {
          assert.match(key.description, /^[A-Z].+\.$/s, name)
          found.push(path + name)
          visit(key, `${path}${name}.`)
        }
      }
    }
    visit(jsonSchema, "")
    assert.deepStrictEqual(found, [
      "name",
      "version",
      "runtime",
      "integrations",
      "env",
      "env.required",
      "env.optional",
      "health",
      "health.path",
      "health.port",
      "restart_on"
    ])
    assert.include(JSON.stringify(jsonSchema), '"enum":["anthropic","assemblyai",')
  })
})
