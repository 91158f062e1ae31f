import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Random, Redacted } from "effect"
import { inspect } from "node:util"
import type { BoxPlace, DataKeyRow } from "@vendodev/broker/vault/Vault"
import { seeded } from "./fixtures/seeded.ts"
import { flipped, resized } from "./fixtures/tampered.ts"
import { dataKey, makeVault, makeVaultOfOneKey, place, tenant, type TestVault } from "./fixtures/vaults.ts"

/** `header 4 | version 4 | commitment 16 | nonce 12 | ciphertext | tag 16` */
const at = { version: 4, commitment: 8, nonce: 24, ciphertext: 36 }
const tagLength = 16

const secret = Redacted.make("a-credential-nobody-may-see")

/** Every way found to hand the vault something else than what it sealed for that place. */
interface Attempt {
  readonly what: string
  readonly place: BoxPlace
  readonly row: DataKeyRow
  readonly box: Uint8Array
}

const shortTags = (box: Uint8Array) =>
  [0, 1, 4, 8, 12, 13, 14, 15].map((n) => ({
    what: `tag of ${n}`,
    box: box.subarray(0, box.length - tagLength + n)
  }))

const spliced = (box: Uint8Array, other: Uint8Array) =>
  Array.from({ length: Math.min(box.length, other.length) - 1 }, (_, n) => ({
    what: `spliced at ${n + 1}`,
    box: Buffer.concat([box.subarray(0, n + 1), other.subarray(n + 1)])
  }))

const headers = (box: Uint8Array) =>
  Array.from({ length: at.version }, (_, byte) => byte).flatMap((byte) =>
    Array.from({ length: 256 }, (_, value) => value)
      .filter((value) => value !== box[byte])
      .map((value) => {
        const changed = Buffer.from(box)
        changed[byte] = value
        return { what: `header byte ${byte} is ${value}`, box: changed }
      })
  )

const attemptsOn = Effect.fnUntraced(function* (vault: TestVault, text: string) {
  const stranger = yield* makeVault
  const [a, b] = [tenant(), tenant()]
  const home = place(a)
  const neighbour = { ...home, tenant: b }
  const [row, second, foreign] = [dataKey(vault, a), dataKey(vault, a, 2), dataKey(vault, b)]
  const box = Buffer.from(yield* vault.seal(home, row, Redacted.make(text)))
  const sealed = (where: BoxPlace, with_: DataKeyRow) => vault.seal(where, with_, Redacted.make(text))
  // At the same place under the same key: only a mixture of the two is at fault.
  const twin = Buffer.from(yield* sealed(home, row))
  const sibling = { ...home, connection: place(a).connection }
  const later = { ...home, secretVersion: "2" }
  const inPlace = [
    ...flipped(box),
    ...resized(box),
    ...shortTags(box),
    ...headers(box),
    ...spliced(box, twin),
    ...spliced(twin, box),
    ...spliced(box, yield* sealed(sibling, row)),
    ...spliced(yield* sealed(sibling, row), box),
    ...spliced(box, yield* sealed(neighbour, foreign)),
    ...spliced(box, yield* sealed(home, second)),
    { what: "of another row", box: yield* sealed(sibling, row) },
    { what: "of another tenant", box: yield* sealed(neighbour, foreign) },
    { what: "of the next secret", box: yield* sealed(later, row) },
    { what: "under another data key", box: yield* sealed(home, second) },
    { what: "of another installation", box: yield* stranger.seal(home, dataKey(stranger, a), Redacted.make(text)) },
    { what: "zeroes", box: new Uint8Array(box.length) }
  ]
    .filter((attempt) => !box.equals(attempt.box) && !twin.equals(attempt.box))
    .map((attempt) => ({ ...attempt, place: home, row }))
  const elsewhere: ReadonlyArray<Attempt> = [
    { what: "moved to another row", place: sibling, row, box },
    { what: "moved to another tenant", place: neighbour, row: foreign, box },
    { what: "put back after a change", place: later, row, box },
    { what: "secret version with a zero", place: { ...home, secretVersion: "01" }, row, box },
    { what: "data key version changed", place: home, row: second, box }
  ]
  assert.strictEqual(Redacted.value(yield* vault.open(home, row, box)), text)
  return [...inPlace, ...elsewhere]
})

const refusesAll = (make: typeof makeVault) =>
  seeded(
    Effect.gen(function* () {
      const vault = yield* make
      let tried = 0
      for (let i = 0; i < 8; i++) {
        const length = yield* Random.nextIntBetween(1, 120)
        for (const attempt of yield* attemptsOn(vault, "s".repeat(length))) {
          tried++
          const exit = yield* Effect.exit(vault.open(attempt.place, attempt.row, attempt.box))
          if (Exit.isSuccess(exit)) assert.fail(`opened: ${attempt.what}, secret of ${length}`)
          const [reason, ...more] = exit.cause.reasons
          assert.deepStrictEqual(more, [])
          if (reason === undefined || !Cause.isFailReason(reason))
            assert.fail(`${attempt.what}: ${Cause.pretty(exit.cause)}`)
          assert.strictEqual(reason.error._tag, "BoxUnreadable", attempt.what)
          assert.deepStrictEqual(Object.keys(reason.error).toSorted(), ["_tag", "connection"])
          assert.strictEqual(
            reason.error.message,
            `the sealed credential of connection ${attempt.place.connection} does not open`
          )
        }
      }
      assert.isAbove(tried, 10_000)
    })
  )

it.effect("no tampered box opens, and every one fails alike", () => refusesAll(makeVault))

it.effect("nor does one that says it is of another place, were all data keys the same", () =>
  refusesAll(makeVaultOfOneKey)
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
