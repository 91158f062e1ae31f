import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { errorTable } from "@vendodev/domain/BrokerError"
import { conform } from "@vendodev/testing/conformance/conform"
import { topics, vectors } from "@vendodev/testing/conformance/topics"
import { calls, classes, type Vector } from "@vendodev/testing/conformance/Vector"
import { promiseAdapter } from "./promiseAdapter.ts"

const steps = vectors.flatMap((vector) => vector.steps)

it("the vectors are many, and each name is one promise", () => {
  assert.isAtLeast(vectors.length, 250)
  const names = vectors.map(({ name }) => name)
  assert.deepStrictEqual([...new Set(names)], names)
})

it("every file names the schema it is checked against", () => {
  for (const { $schema, file } of topics) assert.strictEqual($schema, "../vectors.schema.json", file)
})

it("every code of the error table is met by asking for a token, and so are the codes of the SDKs", () => {
  const met = new Set(steps.flatMap(({ call, error }) => (call === "token" && error ? [error.code] : [])))
  const local = ["vendo_only_feature", "identity_not_present", "not_connected"]
  for (const code of [...errorTable.map(({ code }) => code), ...local]) assert.isTrue(met.has(code), code)
})

it("every class and every call is met", () => {
  const met = new Set<string>(steps.flatMap(({ call, error }) => [call, ...(error ? [error.class] : [])]))
  for (const name of [...classes, ...calls]) assert.isTrue(met.has(name), name)
})

const answer = { status: 200, json: { access_token: "tok_one", expires_at: null } }
const exchange = { method: "GET", path: "/credentials/openai", answer } as const
const met: Vector = {
  name: "met",
  environment: { VENDO_API_KEY: "vendo_sk_conformance", VENDO_BASE_URL: "{{base_url}}" },
  steps: [{ call: "token", args: ["openai"], result: "tok_one" }],
  exchanges: [exchange]
}
const unmet: ReadonlyArray<readonly [string, Partial<Vector>]> = [
  ["another result", { steps: [{ call: "token", args: ["openai"], result: "tok_two" }] }],
  [
    "an error that does not come",
    { steps: [{ call: "token", args: ["openai"], error: { class: "AuthError", code: "app_unknown" } }] }
  ],
  ["an error nobody spoke of", { steps: [{ call: "token", args: ["open ai"] }], exchanges: [] }],
  [
    "an error of another class",
    {
      steps: [{ call: "token", args: ["open ai"], error: { class: "VendoError", code: "validation_failed" } }],
      exchanges: []
    }
  ],
  [
    "an error of another field",
    {
      steps: [
        {
          call: "token",
          args: ["open ai"],
          error: { class: "ValidationError", code: "validation_failed", field: null }
        }
      ],
      exchanges: []
    }
  ],
  [
    "a request nobody spoke of",
    {
      steps: [{ call: "token", args: ["openai"], error: { class: "ValidationError", code: "request_invalid" } }],
      exchanges: []
    }
  ],
  ["a request that does not come", { exchanges: [exchange, exchange] }],
  ["a request to another place", { exchanges: [{ ...exchange, at: "provider" }] }],
  ["a header of another value", { exchanges: [{ ...exchange, headers: { authorization: "Bearer other" } }] }],
  ["a header that is there", { exchanges: [{ ...exchange, absent: ["authorization"] }] }],
  [
    "a user nobody spoke of",
    { steps: [{ call: "token", args: ["openai"], as: { user: "eyJ.anna.sig" }, result: "tok_one" }] }
  ],
  ["a body that does not come", { exchanges: [{ ...exchange, body: {} }] }],
  [
    "a wait that is too short",
    {
      steps: [...met.steps, { call: "invalidate", args: ["openai"] }, ...met.steps],
      exchanges: [exchange, { ...exchange, min_wait_ms: 60_000 }]
    }
  ],
  ["an end that is too late", { steps: [{ call: "token", args: ["openai"], result: "tok_one", within_ms: 0 }] }]
]

it.live("the runner finds nothing wrong where all is as it was said", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* conform(met, promiseAdapter), [])
  })
)

for (const [name, change] of unmet) {
  it.live(`the runner finds ${name}`, () =>
    Effect.gen(function* () {
      assert.isNotEmpty(yield* conform({ ...met, ...change }, promiseAdapter))
    })
  )
}

it.live("the runner finds a secret in an error", () =>
  Effect.gen(function* () {
    const error = { class: "AuthError", code: "app_unknown" } as const
    const vector: Vector = { ...met, steps: [{ call: "token", args: ["openai"], error }], exchanges: [] }
    const leaky = () => Effect.succeed(() => Effect.succeed({ error: { ...error, text: "vendo_sk_conformance" } }))
    assert.isNotEmpty(yield* conform(vector, leaky))
  })
)
