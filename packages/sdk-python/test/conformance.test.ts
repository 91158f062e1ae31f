import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { conform } from "@vendodev/testing/conformance/conform"
import { keyOf } from "@vendodev/testing/conformance/Script"
import { vectors } from "@vendodev/testing/conformance/topics"
import type { Vector } from "@vendodev/testing/conformance/Vector"
import { findPython } from "@vendodev/testing/python"
import { Drivers, type Face, pythonAdapter } from "./pythonAdapter.ts"

const python = findPython(["requests", "aiohttp"])

const calls = (vector: Vector) => new Set(vector.steps.map(({ call }) => call))

/** `AsyncVendo` knows no OSS mode, and neither a session nor the names of variables without a client. */
const isForAsync = (vector: Vector) =>
  keyOf(vector) !== "" && !calls(vector).has("session") && !calls(vector).has("primaryEnvVar")

const withoutKey: Vector = {
  name: "a client without a key is not made",
  environment: { OPENAI_API_KEY: "sk_env" },
  steps: [{ call: "client", error: { class: "AuthError", code: "app_unknown" } }],
  exchanges: []
}

const forAsync = [...vectors.filter(isForAsync), withoutKey]

interface Run {
  readonly face: Face
  readonly of: ReadonlyArray<Vector>
  /** Those of these modules that a vector is not run without. */
  readonly modules: (vector: Vector) => ReadonlyArray<string>
}

const runs: ReadonlyArray<Run> = [
  { face: "Vendo", of: vectors, modules: (vector) => (calls(vector).has("session") ? ["requests"] : []) },
  { face: "AsyncVendo", of: forAsync, modules: () => [] },
  { face: "AsyncVendo over aiohttp", of: forAsync, modules: () => ["aiohttp"] }
]

it("AsyncVendo is asked for every vector with a key that needs neither a session nor the name of a variable", () => {
  const otherwise = vectors.filter((vector) => !isForAsync(vector))
  // As many as there are: whoever adds one looks whether it could not be for both.
  assert.isAtMost(otherwise.length, 78)
  assert.strictEqual(forAsync.length + otherwise.length, vectors.length + 1)
})

if (python === undefined) {
  it.skip("the Python SDK conforms: there is no Python 3.11 or newer")
} else {
  // Several at a time, each in a process of its own.
  describe.concurrent("the Python SDK", () => {
    layer(Drivers.layer(python), { excludeTestServices: true })((it) => {
      for (const { face, modules, of } of runs) {
        for (const vector of of) {
          const missing = modules(vector).filter((name) => !python.modules.has(name))
          it.effect.skipIf(missing.length > 0)(`${face}: ${vector.name}`, () =>
            Effect.gen(function* () {
              const drivers = yield* Drivers
              assert.deepStrictEqual(yield* conform(vector, pythonAdapter(drivers, face)), [])
            })
          )
        }
      }
    })
  })
}
