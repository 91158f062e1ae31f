import { it } from "@effect/vitest"
import { refusesAll } from "./fixtures/refusesAll.ts"
import { makeVault, makeVaultOfOneKey } from "./fixtures/vaults.ts"

it.effect("of a million tampered boxes none opens", () => refusesAll(makeVault, 1_000_000), 600_000)

it.effect(
  "nor of as many that say they are of another place, were all data keys the same",
  () => refusesAll(makeVaultOfOneKey, 1_000_000),
  600_000
)
