import { assert, it, vi } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { inspect } from "node:util"
import { UserMemory } from "@vendodev/broker/access/UserMemory"
import { TenantId, UserSubject } from "@vendodev/domain/Ids"
import { tokenOf } from "@vendodev/testing/userTokens"
import { externalEc, start, tenant } from "./fixtures/userTokens.ts"

const now = start * 1000
const entry = (expiry = now + 1000) => ({
  user: {
    subject: UserSubject.make("user-17"),
    tenant: TenantId.make(tenant),
    app: Option.none(),
    issuedAt: Option.none()
  },
  expiry,
  issuer: "i",
  key: "k"
})
const jwt = (text: string) => Redacted.make(text)

it.effect("a verified token is remembered until it ends, and not a moment longer", () =>
  Effect.sync(() => {
    const memory = new UserMemory()
    memory.set(jwt("a"), entry())
    assert.isDefined(memory.get(jwt("a"), now + 999))
    assert.isUndefined(memory.get(jwt("b"), now))
    assert.isUndefined(memory.get(jwt("a"), now + 1000))
    // Forgotten, and not only hidden.
    assert.isUndefined(memory.get(jwt("a"), now))
  })
)

it.effect("so many are remembered and no more, the oldest out first", () =>
  Effect.sync(() => {
    const memory = new UserMemory(3)
    for (const text of ["a", "b", "c", "a", "d", "e"]) memory.set(jwt(text), entry())
    const known = ["a", "b", "c", "d", "e"].filter((text) => memory.get(jwt(text), now) !== undefined)
    assert.deepStrictEqual(known, ["a", "d", "e"])
    const usual = new UserMemory()
    for (let i = 0; i <= 10_000; i++) usual.set(jwt(String(i)), entry())
    assert.isUndefined(usual.get(jwt("0"), now))
    assert.isDefined(usual.get(jwt("1"), now))
  })
)

it.effect("what is remembered holds nothing of the token", () =>
  Effect.sync(() => {
    const memory = new UserMemory()
    const token = tokenOf(externalEc)
    const set = vi.spyOn(Map.prototype, "set")
    memory.set(jwt(token), entry())
    const kept = inspect(set.mock.calls, { depth: null, showHidden: true })
    set.mockRestore()
    assert.include(kept, "user-17")
    for (const part of token.split(".")) assert.notInclude(kept, part)
  })
)
