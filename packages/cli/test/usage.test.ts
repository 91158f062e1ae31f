import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { vendo } from "./fixtures/inProcess.ts"

const secret = "10:AAEhunter2hunter2"

/** Each puts the secret where no secret belongs. */
const misplaced = [
  ["connection", "create", "telegram", secret],
  ["connection", "create", "telegram", "--credential", secret],
  ["connection", "create", "telegram", `--credential=${secret}`],
  ["connection", "create", secret],
  ["connection", "create", "telegram", "--from-env", secret],
  ["connection", "create", "telegram", "--profile", secret],
  ["connection", "create", "telegram", "--name", `${secret}\n`],
  ["app", "create", "bot", "--kind", secret],
  ["app", "create", "Bot", secret],
  ["tenant", "create", secret],
  ["connection", "create", "google", "--account", secret],
  ["connection", "create", "google", "--account", "ca_1", "--user", `${secret} `],
  ["connection", "reconnect", secret, "--account", "ca_1"],
  ["connection", "reconnect", "google", "--account", secret],
  ["connection", "list", "--user", `${secret} `],
  ["binding", "remove", "google", "--app", "bot", "--user", `${secret} `],
  ["user", "remove", `${secret} `],
  ["user", "remove", "alice", secret],
  ["credit", "add", "--amount", secret],
  ["credit", "add", "--amount", "5", "--reference", `${secret} `],
  ["credit", "add", "--amount", "5", secret],
  ["app", "caps", "bot", "--daily", secret, "--monthly", "none"],
  ["app", "caps", secret, "--daily", "5", "--monthly", "none"],
  ["fuse", "release", secret],
  ["token", "telegram", secret],
  ["token", "telegram", "--from-env", secret],
  ["integration", "show", secret],
  ["validate", secret],
  ["validate", "vendo.yaml", secret],
  [secret],
  [`--${secret}`],
  ["--url", `http://${secret}@127.0.0.1:1`, "status"]
]

it.effect("a secret on the command line is refused and never repeated", () =>
  Effect.gen(function* () {
    for (const args of misplaced) {
      const { exit, stderr, stdout } = yield* vendo([...args, "--json"], {
        env: { VENDO_URL: "http://127.0.0.1:1", VENDO_ADMIN_TOKEN: "x", VENDO_API_KEY: "x" }
      })
      assert.notStrictEqual(exit, 0, args.join(" "))
      assert.notInclude(stderr + stdout, "hunter2", args.join(" "))
    }
  })
)

it.effect("a whole key is refused where its hint is asked for, and the hint is told", () =>
  Effect.gen(function* () {
    const key = `vendo_sk_AbCd${"e".repeat(38)}`
    const { exit, stderr } = yield* vendo(["key", "revoke", key], {
      env: { VENDO_URL: "http://127.0.0.1:1", VENDO_ADMIN_TOKEN: "x" }
    })
    assert.strictEqual(exit, 2)
    assert.include(stderr, "`vendo key revoke vendo_sk_AbCd`")
    assert.notInclude(stderr, "vendo_sk_AbCde")
  })
)

it.effect("bad flags end with 2, a sentence and the help to read", () =>
  Effect.gen(function* () {
    const lines = [
      [["app", "create"], "<slug> is missing"],
      [["app", "create", "bot", "--kind", "x"], `--kind takes "production" | "sandbox"`],
      [["app", "creat"], `unknown command "creat"; did you mean create?`],
      [["app", "create", "bot", "--kidn", "x"], `unknown flag "--kidn"; did you mean --kind?`],
      [["binding", "list"], "--app is missing"],
      [["credit", "add"], "--amount is missing"],
      [["credit", "add", "--amount", "0"], "--amount takes US dollars other than 0"],
      [["app", "caps", "bot", "--daily", "5"], "--monthly is missing"],
      [["app", "caps", "bot", "--daily=-5", "--monthly", "none"], "--daily takes US dollars"],
      [["key", "mint"], "a key opens either one app or one connection"]
    ] as const
    for (const [args, sentence] of lines) {
      const { exit, stderr, stdout } = yield* vendo(args, {
        env: { VENDO_URL: "http://127.0.0.1:1", VENDO_ADMIN_TOKEN: "x" }
      })
      assert.strictEqual(exit, 2)
      assert.match(stderr, new RegExp(`^error: ${sentence.replaceAll(/[|?<>]/g, "\\$&")}`))
      assert.include(stderr, "\nfix: ")
      assert.strictEqual(stdout, "")
    }
  })
)

it.effect("with --json a failure is one JSON document on stdout, bad flags included", () =>
  Effect.gen(function* () {
    const { stdout } = yield* vendo(["app", "create", "--json"])
    assert.deepStrictEqual(JSON.parse(stdout), {
      error: { code: "usage", detail: "<slug> is missing", fix: "see `vendo app create --help`" }
    })
  })
)

it.effect("a noun alone shows its verbs, with no server known", () =>
  Effect.gen(function* () {
    for (const noun of ["tenant", "app", "connection", "binding", "key", "credit", "integration"]) {
      const { exit, stderr, stdout } = yield* vendo([noun])
      assert.deepStrictEqual([exit, stderr], [0, ""])
      assert.match(stdout, /^ {2}list /m)
    }
  })
)

it.effect("every command has help with an example, and no help names a command that is not there", () =>
  Effect.gen(function* () {
    const nouns = [
      "tenant",
      "app",
      "connection",
      "binding",
      "key",
      "credit",
      "integration",
      "install",
      "run",
      "token",
      "status",
      "validate"
    ]
    const examples = new Set<string>()
    const read = Effect.fnUntraced(function* (path: ReadonlyArray<string>) {
      const { exit, stdout } = yield* vendo([...path, "--help"])
      assert.strictEqual(exit, 0)
      assert.include(stdout, "EXAMPLES", path.join(" "))
      for (const [, words = ""] of stdout.matchAll(/\bvendo ((?:[a-z]+ ?){1,2})/g)) examples.add(words.trim())
      return [...stdout.matchAll(/^ {2}(list|show|create|revoke|set|remove|mint|add|caps)\b/gm)].map(
        ([, verb = ""]) => verb
      )
    })
    yield* read([])
    const verbs = new Map<string, ReadonlyArray<string>>()
    for (const noun of nouns) verbs.set(noun, yield* read([noun]))
    for (const [noun, of] of verbs) for (const verb of of) yield* read([noun, verb])
    for (const example of examples) {
      const [noun = "", verb = ""] = example.split(" ")
      const known = verbs.get(noun)
      assert.isDefined(known, example)
      if (known !== undefined && known.length > 0 && verb !== "") assert.include(known, verb, example)
    }
  })
)
