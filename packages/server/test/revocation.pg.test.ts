import { layer } from "@effect/vitest"
import * as Service from "./fixtures/service.ts"
import { holds, kinds } from "./revocation/holds.ts"

const revocations = 40

layer(Service.layer(), { excludeTestServices: true })("Revocation on two nodes", (it) => {
  it.effect.each(kinds)(
    `of $what holds for every vend that starts after it was answered, ${revocations} of ${revocations}`,
    (kind) => holds(kind, revocations),
    3 * 60_000
  )
})
