import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Redacted } from "effect"
import { inspect } from "node:util"
import { refusesAll } from "./fixtures/refusesAll.ts"
import { dataKey, makeVault, makeVaultOfOneKey, place, tenant } from "./fixtures/vaults.ts"

/** `header 4 | version 4 | commitment 16 | nonce 12 | ciphertext | tag 16` */
const at = { nonce: 24, ciphertext: 36 }
const tagLength = 16

const secret = Redacted.make("a-credential-nobody-may-see")

it.effect("no tampered box opens, and every one fails alike", () => refusesAll(makeVault, 10_000))

it.effect("nor does one that says it is of another place, were all data keys the same", () =>
  refusesAll(makeVaultOfOneKey, 10_000)
)

it.effect("what was sealed is opened again, whatever it is", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const home = place(tenant())
    const row = dataKey(vault, home.tenant)
    for (const text of ["", "x", "é漢🔑", "\0", "y".repeat(16 * 1024), Redacted.value(secret)]) {
      const box = yield* vault.seal(home, row, Redacted.make(text))
      assert.strictEqual(Redacted.value(yield* vault.open(home, row, box)), text)
      if (text.length > 3) assert.isFalse(Buffer.from(box).includes(text))
      assert.strictEqual(box.length, at.ciphertext + Buffer.byteLength(text) + tagLength)
    }
  })
)

it.effect("100,000 seals under one data key repeat no nonce", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const home = place(tenant())
    const row = dataKey(vault, home.tenant)
    const nonces = new Set<string>()
    for (let i = 0; i < 100_000; i++) {
      const box = yield* vault.seal(home, row, secret)
      nonces.add(Buffer.from(box.subarray(at.nonce, at.ciphertext)).toString("latin1"))
    }
    assert.strictEqual(nonces.size, 100_000)
  })
)

it.effect("neither a failure nor what is in it shows the secret or a key", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const stranger = yield* makeVault
    const home = place(tenant())
    const row = dataKey(vault, home.tenant)
    const box = yield* vault.seal(home, row, secret)
    const material = [Buffer.from(Redacted.value(secret)), Buffer.from(row.wrapped), Buffer.from(box)]
    const forms = material.flatMap((bytes) => [
      bytes.toString("latin1"),
      bytes.toString("hex"),
      bytes.toString("base64"),
      [...bytes].join(", ")
    ])
    const exits: ReadonlyArray<Exit.Exit<unknown, unknown>> = [
      yield* Effect.exit(vault.open(home, row, box.subarray(1))),
      yield* Effect.exit(stranger.open(home, row, box)),
      yield* Effect.exit(stranger.seal(home, row, secret))
    ]
    for (const exit of exits) {
      if (Exit.isSuccess(exit)) assert.fail("it did not fail")
      const failure = Cause.squash(exit.cause)
      const shown = [failure, exit, exit.cause, new Error("outer", { cause: failure })].flatMap((value) => [
        String(value),
        inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null }),
        JSON.stringify(value)
      ])
      for (const form of forms) assert.notInclude([...shown, Cause.pretty(exit.cause)].join("\n"), form)
    }
  })
)
