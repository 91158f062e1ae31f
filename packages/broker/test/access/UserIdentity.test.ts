import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Random } from "effect"
import { TestClock } from "effect/testing"
import type { IssuerKey } from "@vendodev/broker/access/IssuerKey"
import { Unavailable } from "@vendodev/domain/BrokerError"
import { attacks } from "@vendodev/testing/badUserTokens"
import {
  claimsOf,
  documentOf,
  ecPair,
  encode,
  headerOf,
  type Issuer,
  jwkOf,
  rsaPair,
  tokenOf
} from "@vendodev/testing/userTokens"
import { files, keyFile } from "./fixtures/files.ts"
import { seeded } from "./fixtures/seeded.ts"
import {
  app,
  atStart,
  externalEc,
  externalRsa,
  identity,
  own,
  ownKey,
  refusal,
  start,
  tenant,
  verify
} from "./fixtures/userTokens.ts"

const issuers: ReadonlyArray<Issuer> = [own, externalEc, externalRsa]
const ownKeys = Effect.map(ownKey(own), (key) => [key])
const out = Effect.fail(new Unavailable({ detail: "out of reach" }))

/** Trusts the keys of all issuers above, as far as the document holds them. */
const trusting = (document: string, keys: Effect.Effect<ReadonlyArray<IssuerKey>, Unavailable> = ownKeys) =>
  Layer.unwrap(
    Effect.map(keyFile, ({ path, write }) => {
      write(document)
      return identity(keys, { file: path })
    })
  ).pipe(Layer.provide(files))

layer(trusting(documentOf(jwkOf(externalEc), jwkOf(externalRsa))))("A user token", (it) => {
  for (const issuer of issuers) {
    const name = `of the ${issuer.name} issuer with ${issuer.alg}`
    it.effect(`${name} says who the user is`, () =>
      Effect.gen(function* () {
        yield* atStart
        const user = yield* verify(tokenOf(issuer))
        assert.deepStrictEqual(
          { ...user, app: Option.getOrNull(user.app), issuedAt: Option.getOrNull(user.issuedAt) },
          { subject: "user-17", tenant, app, issuedAt: start }
        )
        const less = yield* verify(
          tokenOf(issuer, { app_id: undefined, iat: undefined, nbf: undefined, jti: undefined })
        )
        assert.deepStrictEqual([less.app, less.issuedAt], [Option.none(), Option.none()])
      })
    )

    it.effect.each(attacks(issuer))(`${name} is refused when $what`, ({ because, token }) =>
      Effect.gen(function* () {
        yield* atStart
        assert.include(yield* refusal(token), because)
      })
    )

    it.effect(`${name} is taken up to the very edge of what is allowed`, () =>
      Effect.gen(function* () {
        yield* atStart
        const day = 24 * 3600
        const claims = [
          { exp: start + 1 },
          { exp: start + day },
          { exp: start + day, iat: undefined },
          // The issuer's clock is ahead, by no more than it may be.
          { exp: start + day + 60, iat: start + 60 },
          { iat: start + 60 },
          { nbf: start + 60 },
          { iat: 0, nbf: 0 },
          { sub: "s".repeat(255) },
          { sub: "!" },
          { aud: [issuer.aud] },
          { aud: [issuer.aud, issuer.aud] },
          { aud: ["o", issuer.aud], azp: issuer.aud },
          { typ: "Bearer" },
          { a: JSON.parse(`${"[".repeat(15)}${"]".repeat(15)}`) },
          { a: 'x\\"{[:\u0000', "b:": { a: 1, b: [{ a: 1 }, { a: 1 }] } }
        ]
        for (const changes of claims) yield* verify(tokenOf(issuer, changes))
        yield* verify(tokenOf(issuer, {}, { typ: `application/${issuer.typ}`, extra: "x" }))
        yield* verify(tokenOf(issuer, {}, { typ: issuer.typ.toUpperCase() }))
        // The one second in which it ends, to the millisecond.
        const last = tokenOf(issuer, { exp: start + 100 })
        yield* TestClock.adjust("99999 millis")
        yield* verify(last)
        yield* TestClock.adjust("1 millis")
        assert.include(yield* refusal(last), "has expired")
      })
    )

    it.effect(`${name} is refused whatever is changed of it`, () =>
      seeded(
        Effect.gen(function* () {
          yield* atStart
          const good = tokenOf(issuer)
          yield* verify(good)
          const [header = "", , signature = ""] = good.split(".")
          const names = [...Object.keys(claimsOf(issuer)), "azp", "admin"]
          const alphabet = "ABCXYZabcxyz0189-_.=+/ \u0435"
          for (let round = 0; round < 300; round++) {
            const at = yield* Random.nextIntBetween(0, good.length - 1)
            const letter = alphabet.charAt(yield* Random.nextIntBetween(0, alphabet.length - 1))
            const texts = [good.slice(0, at) + letter + good.slice(at + 1), good.slice(0, at), good.slice(at + 1)]
            const name = names[yield* Random.nextIntBetween(0, names.length - 1)] ?? ""
            const value = [yield* Random.nextInt, crypto.randomUUID(), null, [], start + 60, undefined][round % 6]
            const claims = { ...claimsOf(issuer), [name]: value }
            const forged = `${header}.${encode(claims)}.${signature}`
            for (const token of [...texts, forged]) if (token !== good) yield* refusal(token)
          }
        })
      )
    )
  }

  it.effect("of another issuer may call itself what such tokens are called, or nothing", () =>
    Effect.gen(function* () {
      yield* atStart
      for (const typ of ["JWT", "jwt", "application/JWT", "at+jwt", "vendo-user+jwt", undefined]) {
        yield* verify(tokenOf(externalEc, {}, { typ }))
      }
    })
  )

  it.effect("of one issuer is not taken for one of another, whoever's key signed it", () =>
    Effect.gen(function* () {
      yield* atStart
      for (const issuer of issuers) {
        for (const { alg, kid, name, pair } of issuers.filter(({ name }) => name !== issuer.name)) {
          yield* refusal(tokenOf({ ...issuer, alg, pair }))
          yield* refusal(tokenOf({ ...issuer, name, alg, pair, kid }))
        }
      }
    })
  )

  it.effect("that is refused is repeated nowhere: not in the answer, not in the log", () =>
    Effect.gen(function* () {
      yield* atStart
      const said: Array<string> = []
      const listening = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
      const bad = issuers.flatMap((issuer) => {
        const known = ["user-17", tenant, app, issuer.kid, issuer.iss, issuer.aud, "token-23", String(start), "evil"]
        return attacks(issuer).map(({ token }) => ({ token, known: [...known, ...token.split(".")] }))
      })
      for (const { known, token } of bad) {
        const detail = yield* Effect.provide(refusal(token), listening)
        for (const value of known) if (value.length > 3) assert.notInclude(`${detail} ${said.join(" ")}`, value)
      }
      assert.isAbove(bad.length, 500)
    })
  )
})

layer(trusting(documentOf(jwkOf(externalEc), jwkOf({ ...externalRsa, kid: externalEc.kid }))))(
  "A key is chosen by its algorithm as well as its name, so that a user token",
  (it) => {
    it.effect("is verified with the one of two keys of a name that it can mean", () =>
      Effect.gen(function* () {
        yield* atStart
        yield* verify(tokenOf(externalEc))
        yield* verify(tokenOf({ ...externalRsa, kid: externalEc.kid }))
        // Named by nothing, and there is one of each kind.
        yield* verify(tokenOf(externalEc, {}, { kid: undefined }))
        yield* verify(tokenOf(externalRsa, {}, { kid: undefined }))
      })
    )
  }
)

const [one, other] = [ecPair(), ecPair()]
layer(trusting(documentOf(jwkOf({ ...externalEc, pair: one }), jwkOf({ ...externalEc, pair: other }))))(
  "An issuer with two keys of one name",
  (it) => {
    it.effect("has signed nothing that could be either's", () =>
      Effect.gen(function* () {
        yield* atStart
        for (const pair of [one, other]) {
          assert.include(yield* refusal(tokenOf({ ...externalEc, pair })), "which key")
          assert.include(yield* refusal(tokenOf({ ...externalEc, pair }, {}, { kid: undefined })), "which key")
        }
      })
    )
  }
)

const weak = { ...externalRsa, kid: "weak", pair: rsaPair(1024) }
const notTaken = [
  { ...jwkOf(externalEc), use: "enc" },
  { ...jwkOf(externalEc), alg: "ES384" },
  { ...jwkOf(externalEc), key_ops: ["encrypt"] },
  { ...jwkOf(externalEc), crv: "P-384" },
  { ...jwkOf(externalEc), kid: 7 },
  { ...jwkOf(externalEc), kty: "toString" },
  { ...jwkOf(externalEc), x: "AAAA" },
  externalEc.pair.privateKey.export({ format: "jwk" }),
  { ...externalRsa.pair.privateKey.export({ format: "jwk" }), kid: externalRsa.kid },
  { ...jwkOf(externalRsa), alg: "RS512" },
  { ...jwkOf(externalRsa), e: "Aw" },
  { kty: "oct", k: encode("secret"), kid: externalEc.kid, alg: "HS256" },
  jwkOf(weak)
]
layer(trusting(documentOf(...notTaken)))("A key of an issuer", (it) => {
  it.effect("is not taken when it is weak, private, symmetric or for something else", () =>
    Effect.gen(function* () {
      yield* atStart
      for (const issuer of [externalEc, externalRsa, weak]) {
        assert.include(yield* refusal(tokenOf(issuer)), "no key")
        assert.include(yield* refusal(tokenOf(issuer, {}, { kid: undefined })), "no key")
      }
    })
  )
})

for (const key of notTaken) {
  it.effect(`a key set with ${JSON.stringify(key).slice(0, 60)}… still gives its other keys`, () =>
    Effect.gen(function* () {
      yield* atStart
      yield* verify(tokenOf({ ...externalEc, kid: "good" }))
    }).pipe(Effect.provide(trusting(documentOf(key, { ...jwkOf(externalEc), kid: "good" }))))
  )
}

layer(trusting("no key set", out))("While keys can not be had, a user token", (it) => {
  it.effect("is not said to be bad when it may be good", () =>
    Effect.gen(function* () {
      yield* atStart
      for (const issuer of issuers) {
        const error = yield* Effect.flip(verify(tokenOf(issuer)))
        assert.strictEqual(error._tag, "unavailable")
      }
    })
  )

  it.effect("is refused all the same when it can not be good under any key", () =>
    Effect.gen(function* () {
      yield* atStart
      for (const issuer of issuers) {
        assert.include(yield* refusal(tokenOf(issuer, { exp: start })), "expired")
        assert.include(yield* refusal(tokenOf(issuer, {}, { ...headerOf(issuer), alg: "none" })), "not signed")
      }
    })
  )
})
