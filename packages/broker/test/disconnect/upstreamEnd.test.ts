import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import { type Ending, foresee, type Means } from "@vendodev/broker/disconnect/upstreamEnd"
import type { Profile } from "@vendodev/domain/Profile"

const integration = (slug: string) => Option.getOrThrow(Catalog.find(slug))

const ending = (slug: string, profile: Profile, more: Partial<Ending> = {}): Ending => ({
  integration: integration(slug),
  profile,
  hasAccount: profile === "composio_managed",
  credential: profile === "composio_managed" ? "absent" : "open",
  inUse: false,
  before: Option.none(),
  ...more
})

const all: Means = { composio: true, oauthClientOf: () => true }
const nothing: Means = { composio: false, oauthClientOf: () => false }

const outcomeOf = (one: Ending, means = all) => {
  const { outcome, way } = foresee(one, means)
  return [outcome, Option.getOrUndefined(way)]
}

it("what ends upstream depends on how the credential is held, and on what there is to tell it with", () => {
  const revoked = ["revoked", "credential"]
  const notPossible = ["not_possible", undefined]
  const nothingToDo = ["nothing_to_revoke", undefined]
  for (const [one, means, expected] of [
    [ending("telegram", "byok_static"), all, revoked],
    [ending("telegram", "byok_static"), nothing, revoked],
    [ending("telegram", "byok_static", { credential: "absent" }), all, notPossible],
    [ending("telegram", "byok_static", { credential: "unreadable" }), all, notPossible],
    [ending("stripe", "byok_static"), all, notPossible],
    [ending("notion", "oauth_app_install"), all, revoked],
    [ending("notion", "oauth_app_install"), nothing, notPossible],
    [ending("notion", "oauth_app_install", { credential: "absent" }), all, notPossible],
    // Pasted, and so of no app of ours.
    [ending("notion", "byok_static"), all, notPossible],
    [ending("google", "composio_managed"), all, ["revoked", "account"]],
    [ending("google", "composio_managed"), nothing, notPossible],
    [ending("google", "composio_managed", { hasAccount: false }), all, nothingToDo],
    [ending("openai", "vendo_managed_pool"), all, nothingToDo],
    [ending("google", "user_oauth"), all, nothingToDo],
    // Its secret is no bot's token, and must not be sent as one.
    [ending("telegram", "webhook_inbound"), all, notPossible]
  ] as const) {
    assert.deepStrictEqual(outcomeOf(one, means), expected, `${one.integration.slug} ${one.profile}`)
  }
})

it("what somebody else uses is left alone, but stays to be told, for that may end before its turn", () => {
  const shared = { inUse: true }
  assert.deepStrictEqual(outcomeOf(ending("telegram", "byok_static", shared)), ["nothing_to_revoke", "credential"])
  assert.deepStrictEqual(outcomeOf(ending("google", "composio_managed", shared)), ["nothing_to_revoke", "account"])
  assert.deepStrictEqual(outcomeOf(ending("stripe", "byok_static", shared)), ["not_possible", undefined])
})

it("an upstream is told of one end once", () => {
  for (const [before, outcome] of [
    ["queued", "nothing_to_revoke"],
    ["done", "nothing_to_revoke"],
    ["given_up", "not_possible"]
  ] as const) {
    const one = ending("google", "composio_managed", { before: Option.some(before) })
    assert.deepStrictEqual(outcomeOf(one), [outcome, undefined])
  }
})

it("every profile has a sentence for people, which names who is told", () => {
  for (const one of Catalog.integrations) {
    for (const profile of one.profiles) {
      const { detail } = foresee(ending(one.slug, profile), all)
      assert.match(detail, /^[A-Za-z].{20,}[a-z0-9]$/)
      if (profile !== "vendo_managed_pool") {
        assert.include(detail, profile === "composio_managed" ? "Composio" : one.name)
      }
    }
  }
})
