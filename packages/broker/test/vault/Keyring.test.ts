import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { createHash, type KeyObject } from "node:crypto"
import { additionalData } from "@vendodev/broker/vault/additionalData"
import { generate, type KeyMaterial, Keyring, type KeyUnavailable } from "@vendodev/broker/vault/Keyring"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { makeSigningKey, privateKeyBytes, privateKeyOf } from "@vendodev/broker/vault/tokenSignature"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import { tenant } from "./fixtures/vaults.ts"

const keyringOf = (material: KeyMaterial) =>
  Effect.map(Layer.build(Keyring.layerOf(material)), (context) => Context.get(context, Keyring))

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

it.effect("what is stored of a key depends on keys the database does not have", () =>
  Effect.gen(function* () {
    const [one, other] = [yield* keyringOf(generate("k1")), yield* keyringOf(generate("k1"))]
    const key = mint("vendo_sk_")
    const stored = hex(one.hash(key))
    assert.strictEqual(stored, hex(one.hash(Redacted.make(Redacted.value(key)))))
    assert.notStrictEqual(stored, hex(other.hash(key)))
    assert.notStrictEqual(stored, createHash("sha256").update(Redacted.value(key)).digest("hex"))
    assert.strictEqual(stored.length, 64)
  })
)

it.effect("the root outlives its KEKs, so that rotating them loses no key", () =>
  Effect.gen(function* () {
    const material = generate("k1")
    const rotated = { ...generate("k2"), root: material.root }
    const key = mint("vendo_sk_")
    const [before, after] = [yield* keyringOf(material), yield* keyringOf(rotated)]
    assert.strictEqual(hex(before.hash(key)), hex(after.hash(key)))
  })
)

it.effect("no derived key serves two purposes", () =>
  Effect.gen(function* () {
    const keyring = yield* keyringOf(generate("k1"))
    const text = Redacted.make("same")
    const slug = IntegrationSlug.make("same")
    const data = Redacted.make(additionalData("same", "same").toString("latin1"))
    assert.notStrictEqual(hex(keyring.hash(text)), hex(keyring.fingerprint(slug, text)))
    assert.notStrictEqual(hex(keyring.hash(data)), hex(keyring.fingerprint(slug, text)))
  })
)

it.effect("what the installation owns opens for what it was sealed for, with the key file it was sealed with", () =>
  Effect.gen(function* () {
    const [one, other] = [yield* keyringOf(generate("k1")), yield* keyringOf(generate("k1"))]
    const plain = () => Redacted.make<Uint8Array>(Buffer.from("sk-of-the-installation"))
    const a = { kind: "pool", of: "a" } as const
    const [wiped, box, again] = [plain(), one.seal(a, plain()), one.seal(a, plain())]
    assert.strictEqual(hex(Redacted.value(yield* one.open(a, box))), hex(Redacted.value(wiped)))
    one.seal(a, wiped)
    assert.match(hex(Redacted.value(wiped)), /^(?:00)+$/)
    assert.notStrictEqual(hex(box.sealed), hex(again.sealed))
    const wrapped = one.generateDataKey(tenant(), 1)
    const closed: ReadonlyArray<Effect.Effect<KeyObject | Redacted.Redacted<Uint8Array>, KeyUnavailable>> = [
      one.open({ ...a, of: "b" }, box),
      one.open({ ...a, kind: "user-token-key" }, box),
      other.open(a, box),
      one.open(a, { ...box, kekId: "k2" }),
      one.open(a, { kekId: "k1", sealed: box.sealed.subarray(1) }),
      one.open(a, { kekId: wrapped.kekId, sealed: wrapped.wrapped }),
      one.unwrap(tenant(), 1, { kekId: "k1", wrapped: box.sealed })
    ]
    for (const opening of closed) {
      assert.strictEqual((yield* Effect.flip(opening))._tag, "KeyUnavailable")
    }
  })
)

it.effect("a private key is the same when it was sealed and opened", () =>
  Effect.gen(function* () {
    const keyring = yield* keyringOf(generate("k1"))
    const place = { kind: "user-token-key", of: "a" } as const
    const key = makeSigningKey()
    const box = keyring.seal(place, privateKeyBytes(key))
    assert.isTrue(privateKeyOf(yield* keyring.open(place, box)).equals(key))
  })
)

it.effect("a fingerprint tells integrations and identities apart, and is the same for the same", () =>
  Effect.gen(function* () {
    const keyring = yield* keyringOf(generate("k1"))
    const of = (slug: string, identity: string) =>
      hex(keyring.fingerprint(IntegrationSlug.make(slug), Redacted.make(identity)))
    const all = [
      of("telegram", "12"),
      of("telegram", "1"),
      of("telegram", "2"),
      of("telegram1", "2"),
      of("slack", "12")
    ]
    assert.strictEqual(new Set(all).size, all.length)
    assert.strictEqual(of("telegram", "12"), all[0])
  })
)

it.effect("a check opens under its own key and under no other", () =>
  Effect.gen(function* () {
    const material = generate("k1")
    const keyring = yield* keyringOf(material)
    const again = yield* keyringOf(material)
    const otherKek = yield* keyringOf({ ...generate("k1"), root: material.root })
    const otherRoot = yield* keyringOf({ ...material, root: generate("k1").root })
    assert.sameMembers([...keyring.checkedIds], ["k1", "root"])
    const [kek, root] = [yield* keyring.sealCheck("k1"), yield* keyring.sealCheck("root")]
    yield* again.openCheck("k1", kek)
    yield* again.openCheck("root", root)
    yield* otherKek.openCheck("root", root)
    yield* otherRoot.openCheck("k1", kek)
    for (const failing of [
      otherKek.openCheck("k1", kek),
      otherRoot.openCheck("root", root),
      keyring.openCheck("root", kek),
      keyring.openCheck("k1", root),
      keyring.openCheck("k1", kek.subarray(1)),
      keyring.openCheck("k2", kek)
    ]) {
      assert.strictEqual((yield* Effect.flip(failing))._tag, "KeyUnavailable")
    }
  })
)

it.effect("new data keys are wrapped under the active KEK, and older ones still unwrap", () =>
  Effect.gen(function* () {
    const [old, fresh] = [generate("k1"), generate("k2")]
    const before = yield* keyringOf(old)
    const after = yield* keyringOf({ root: old.root, keks: [...fresh.keks, ...old.keks], active: "k2" })
    const of = tenant()
    const row = before.generateDataKey(of, 1)
    assert.isTrue((yield* before.unwrap(of, 1, row)).equals(yield* after.unwrap(of, 1, row)))
    const next = after.generateDataKey(of, 2)
    assert.strictEqual(next.kekId, "k2")
    yield* after.unwrap(of, 2, next)
    assert.strictEqual((yield* Effect.flip(before.unwrap(of, 2, next))).kekId, "k2")
  })
)

it("no two lists of parts are authenticated alike", () => {
  const lists = [
    [],
    [""],
    ["", ""],
    ["a"],
    ["a", ""],
    ["", "a"],
    ["ab"],
    ["a", "b"],
    ["a", "b", ""],
    ["a|b"],
    ["é"],
    ["e\u0301"]
  ]
  assert.strictEqual(new Set(lists.map((parts) => hex(additionalData(...parts)))).size, lists.length)
  assert.strictEqual(hex(additionalData("é", "b")), "00000002c3a90000000162")
})
