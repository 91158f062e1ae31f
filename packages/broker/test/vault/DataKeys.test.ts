import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { DataKeyRow } from "@vendodev/broker/vault/Vault"
import { flipped, resized } from "./fixtures/tampered.ts"
import { dataKey, makeVault, place, tenant } from "./fixtures/vaults.ts"

const secret = Redacted.make("a-credential-nobody-may-see")

it.effect("a data key that does not unwrap is named by its KEK, whatever is wrong with it", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const stranger = yield* makeVault
    const home = place(tenant())
    const row = dataKey(vault, home.tenant)
    const box = yield* vault.seal(home, row, secret)
    const wrapped = Buffer.from(row.wrapped)
    const rows: ReadonlyArray<DataKeyRow> = [
      ...flipped(wrapped).map(({ box }) => ({ ...row, wrapped: box })),
      ...resized(wrapped).map(({ box }) => ({ ...row, wrapped: box })),
      dataKey(stranger, home.tenant),
      dataKey(vault, tenant()),
      { ...row, version: 2 },
      { ...row, wrapped: box }
    ]
    for (const other of rows) {
      const error = yield* Effect.flip(vault.open(home, other, box))
      assert.strictEqual(error._tag, "KeyUnavailable")
      assert.strictEqual(error.message, `data wrapped under key "k1" can not be opened with this key file`)
    }
    const unknown = yield* Effect.flip(stranger.open(home, { ...row, kekId: "k2" }, box))
    assert.strictEqual(unknown.message, `data wrapped under key "k2" can not be opened with this key file`)
  })
)

it.effect("a data key is unwrapped once, and never served for a row that says something else", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const home = place(tenant())
    const row = dataKey(vault, home.tenant)
    const box = yield* vault.seal(home, row, secret)
    for (let i = 0; i < 1_000; i++) yield* vault.open(home, row, box)
    assert.strictEqual(vault.unwrapped.length, 1)

    const wrapped = Buffer.from(row.wrapped)
    wrapped[20] = (wrapped[20] ?? 0) ^ 1
    assert.strictEqual((yield* Effect.flip(vault.open(home, { ...row, wrapped }, box)))._tag, "KeyUnavailable")
    // A data key of the same tenant and version that is no less ours.
    assert.strictEqual((yield* Effect.flip(vault.open(home, dataKey(vault, home.tenant), box)))._tag, "BoxUnreadable")
    assert.strictEqual(Redacted.value(yield* vault.open(home, row, box)), Redacted.value(secret))
  })
)

it.effect("the cache of data keys is bounded, and the oldest leaves first", () =>
  Effect.gen(function* () {
    const vault = yield* makeVault
    const homes = Array.from({ length: 10_000 }, () => place(tenant()))
    const rows = homes.map((home) => dataKey(vault, home.tenant))
    const seal = (n: number) => {
      const [home, row] = [homes[n], rows[n]]
      return home === undefined || row === undefined ? Effect.die("no such tenant") : vault.seal(home, row, secret)
    }
    for (let n = 0; n < homes.length; n++) yield* seal(n)
    yield* seal(0)
    assert.strictEqual(vault.unwrapped.length, 10_000)
    const late = place(tenant())
    yield* vault.seal(late, dataKey(vault, late.tenant), secret)
    yield* seal(1)
    assert.strictEqual(vault.unwrapped.length, 10_001)
    yield* seal(0)
    assert.strictEqual(vault.unwrapped.length, 10_002)
    assert.strictEqual(vault.unwrapped.at(-1), homes[0]?.tenant)
  })
)
