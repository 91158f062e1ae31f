import { assert, layer } from "@effect/vitest"
import { Array, Effect, Random } from "effect"
import { HandOvers } from "@vendodev/broker/install/HandOvers"
import { Lifecycle } from "@vendodev/broker/install/Lifecycle"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import type { HandOverId } from "@vendodev/domain/HandOver"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { seeded } from "../access/fixtures/seeded.ts"
import { administer, broker, connect, install } from "./fixtures/running.ts"
import { type Fate, Runner } from "./fixtures/runner.ts"

const telegram = IntegrationSlug.make("telegram")
let bots = 2000

type Installed = Effect.Success<ReturnType<typeof install>>

/** A deployment with the run it has. One that ends is followed by another. */
interface Deployed extends Installed {
  runner: Runner
}

const world = Effect.gen(function* () {
  const { tenant, within } = yield* Fixture.makeTenant()
  const credential = `${++bots}:bot_unsaid`
  const apps = yield* within(
    Effect.gen(function* () {
      const bindings = yield* Bindings
      const one = yield* install({ slug: "one" })
      const all = [one, yield* install({ slug: "two" }), yield* install({ slug: "three", restartOn: ["telegram"] })]
      yield* bindings.set(one.id, telegram, (yield* connect("telegram", credential)).id)
      return all
    })
  )
  const deployed = apps.map((app): Deployed => ({ ...app, runner: new Runner(app.key) }))
  return { tenant, within, deployed: Array.isArrayNonEmpty(deployed) ? deployed : assert.fail("nothing is installed") }
})
type World = Effect.Success<typeof world>

const below = (n: number) => Random.nextIntBetween(0, n)

const fates: ReadonlyArray<readonly [fate: Fate, in10: number]> = [
  ["answered", 7],
  ["lost", 1],
  ["unanswered", 1],
  ["late", 1]
]

const anyFate = Effect.map(below(10), (rolled) => {
  let left = rolled
  return fates.find(([, weight]) => (left -= weight) < 0)?.[0] ?? "answered"
})

/** Who is killed says nothing any more; that is noticed after a while. */
const kill = (one: Deployed) =>
  Effect.suspend(() => {
    const { id } = one.runner
    one.runner = new Runner(one.key)
    return administer(`
      WITH superseded AS (UPDATE broker.superseded_runs SET seen_at = seen_at - interval '61 seconds' WHERE run_id = '${id}')
      UPDATE broker.deployments SET run_seen_at = run_seen_at - interval '61 seconds' WHERE run_id = '${id}'`)
  })

const drainingIn = ({ tenant }: World) =>
  administer<{ readonly id: HandOverId }>(
    `SELECT id FROM broker.hand_overs WHERE tenant_id = '${tenant.id}' AND state = 'draining'`
  )

/** Something that a person does, or that goes wrong. */
const meddle = Effect.fnUntraced(function* (all: World) {
  const { deployed, within } = all
  const handOvers = yield* HandOvers
  const lifecycle = yield* Lifecycle
  const one = yield* Random.choice(deployed)
  const another = yield* Random.choice(deployed)
  const rolled = yield* below(20)
  const what = (done: string) => `${done} ${one.slug} ${another.slug}`
  if (rolled < 8) {
    if (one === another) return what("nothing")
    yield* Effect.ignore(within(handOvers.move(telegram, { to: one.id })))
    return what("move to")
  }
  if (rolled < 11) {
    for (const { id } of yield* drainingIn(all)) yield* within(handOvers.cancel(id))
    return "cancel"
  }
  if (rolled < 13) {
    for (const { id } of yield* drainingIn(all)) yield* within(handOvers.get(id))
    return "look"
  }
  if (rolled < 16) {
    yield* Effect.ignore(within(lifecycle.restart(one.id)))
    return what("restart")
  }
  if (rolled < 17) {
    yield* Effect.ignore(within(lifecycle.stop(one.id)))
    return what("stop")
  }
  if (rolled < 18) {
    yield* within(lifecycle.start(one.id))
    return what("start")
  }
  if (rolled < 19) {
    yield* one.runner.end(yield* Random.choice([0, 1]))
    return what("end")
  }
  yield* kill(one)
  return what("kill")
})

/** Something a run does, or the network. */
const proceed = Effect.fnUntraced(function* ({ deployed }: World) {
  const one = yield* Random.choice(deployed)
  if (one.runner.isOver) {
    one.runner = new Runner(one.key)
    return `another run of ${one.slug}`
  }
  const rolled = yield* below(10)
  if (rolled < 5) return yield* Effect.as(one.runner.act, `act ${one.slug}`)
  if (rolled < 6) return yield* Effect.as(one.runner.arrive, `arrive ${one.slug}`)
  const fate = yield* anyFate
  return yield* Effect.as(one.runner.report(fate), `${fate} ${one.slug}`)
})

/** Nobody meddles, everything arrives. */
const calm = Effect.fnUntraced(function* ({ deployed, within }: World) {
  const lifecycle = yield* Lifecycle
  for (const { id } of deployed) yield* within(lifecycle.start(id))
  for (let round = 0; round < 20; round++) {
    for (const one of deployed) {
      if (one.runner.isOver) one.runner = new Runner(one.key)
      yield* one.runner.act
      yield* one.runner.report("answered")
    }
  }
})

const consumersOf = ({ deployed }: World) => deployed.filter(({ runner }) => runner.uses).map(({ slug }) => slug)

layer(broker, { excludeTestServices: true })("A bot", (it) => {
  it.effect(
    "has never two consumers, whatever is moved, restarted, killed, lost or late; and one, when all is calm again",
    () =>
      seeded(
        Effect.gen(function* () {
          for (let life = 0; life < 10; life++) {
            const all = yield* world
            const story: Array<string> = []
            for (let n = 0; n < 150; n++) {
              story.push((yield* below(6)) === 0 ? yield* meddle(all) : yield* proceed(all))
              const consumers = consumersOf(all)
              story.push(`  used by ${consumers.join(" and ")}`)
              assert.isAtMost(consumers.length, 1, `\n${story.slice(-60).join("\n")}`)
            }
            yield* calm(all)
            const draining = yield* drainingIn(all)
            assert.deepStrictEqual(draining, [], `\n${story.slice(-60).join("\n")}`)
            const [bound] = yield* administer<{ readonly app: string }>(
              `SELECT app_id AS app FROM broker.app_connection_bindings WHERE tenant_id = '${all.tenant.id}'`
            )
            const holder = all.deployed.filter(({ id }) => id === bound?.app).map(({ slug }) => slug)
            const consumers = consumersOf(all)
            assert.isAbove(consumers.length, 0, `\n${story.slice(-60).join("\n")}`)
            assert.deepStrictEqual<ReadonlyArray<string>>(consumers, holder, `\n${story.slice(-60).join("\n")}`)
          }
        })
      ),
    120_000
  )
})
