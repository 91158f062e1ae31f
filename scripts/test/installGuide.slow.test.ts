/** The guide to installing a tool, command by command: what it says happens, happens. */
import { assert, layer } from "@effect/vitest"
import { Data, Effect } from "effect"
import { eventually, Walk } from "./guide/Walk.ts"

class NotYet extends Data.TaggedError("NotYet")<{ readonly saw: string }> {}

const until = <E, R>(look: Effect.Effect<string, E, R>, pattern: RegExp) =>
  eventually(
    Effect.filterOrFail(
      look,
      (text) => pattern.test(text),
      (saw) => new NotYet({ saw })
    )
  ).pipe(Effect.orDie)

layer(Walk.layerOf("docs/guides/install-a-tool.md"), { excludeTestServices: true, timeout: "3 minutes" })(
  "Installing a tool, as the guide has it",
  (it) => {
    it.effect(
      "connects, installs, refuses a second consumer, replaces, removes and hands over",
      () =>
        Effect.gen(function* () {
          const { baseUrl, left, look, next, output, providers } = yield* Walk
          const done = Effect.tap(next, ({ exit, script, stderr }) =>
            Effect.sync(() => assert.strictEqual(exit, 0, `${script}${stderr}`))
          )
          const consumers = Effect.fnUntraced(function* (...bots: ReadonlyArray<string>) {
            for (const bot of bots) {
              assert.deepInclude(yield* providers.pollers(bot), { most: 1, conflicts: 0 }, bot)
            }
          })

          // Connect
          assert.match((yield* done).stdout, /telegram\/second .* active/)

          // Install
          const installed = yield* done
          assert.match(installed.stdout, /^vendo_sk_\w{42}\n$/)
          assert.match(installed.stderr, /The service has started it \(process\)/)
          const key = installed.stdout.trim()
          yield* until(output("echo"), /echo of @simulated_1001_bot has started/)
          const talk = yield* done
          yield* until(
            Effect.map(providers.sent("1001"), (sent) => JSON.stringify(sent)),
            /"you said: hello"/
          )
          assert.match(talk.script, /_control\/deliver/)

          yield* until(
            Effect.map(look("vendo deployment show echo"), ({ stdout }) => stdout),
            /^run +running, healthy$/m
          )

          // Install it again
          const refused = yield* next
          assert.strictEqual(refused.exit, 1, refused.stdout)
          assert.match(refused.stderr, /this credential is in use by echo\b/)
          assert.match(refused.stderr, /bound_to: echo /)
          assert.match(refused.stderr, /^run: vendo binding remove telegram --app echo$/m)
          yield* done
          yield* until(output("echo-2"), /echo of @simulated_1002_bot has started/)
          const list = Effect.map(look("vendo deployment list"), ({ stdout }) => stdout)
          yield* until(list, /echo +telegram-echo +production +running[^]*echo-2 +telegram-echo +production +running/)
          yield* consumers("1001", "1002")

          // Replace what is bound
          assert.match((yield* done).stdout, /status +running; restart to apply what changed/)
          yield* done
          yield* until(output("echo"), /echo of @simulated_1003_bot has started/)
          const show = Effect.map(look("vendo deployment show echo"), ({ stdout }) => stdout)
          yield* until(show, /^status +running$[^]*^run +running, healthy$/m)
          yield* consumers("1001", "1002", "1003")

          // Take it away
          const removed = yield* done
          assert.match(removed.stdout, /would remove +telegram\/third[^]*echo +running +TELEGRAM_BOT_TOKEN/)
          const answer = yield* Effect.promise(() =>
            fetch(`${baseUrl}/credentials/telegram`, { headers: { authorization: `Bearer ${key}` } })
          )
          assert.deepStrictEqual([answer.status, answer.headers.get("vendo-error-code")], [403, "binding_missing"])

          // Hand a bot over
          assert.match((yield* done).stdout, /moved/)
          yield* until(output("echo"), /echo of @simulated_1002_bot has started/)
          yield* consumers("1001", "1002", "1003")

          // Clean up
          yield* done
          yield* until(list, /No deployments yet/)
          yield* until(output("echo"), /echo has stopped[^]*echo has stopped[^]*echo has stopped/)
          assert.notMatch(yield* output("echo"), /PORT is not set/)
          assert.strictEqual(left(), 0)
        }),
      300_000
    )
  }
)
