import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { type Manifest, ToolSlug } from "@vendodev/domain/Manifest"
import { parse } from "@vendodev/manifest/parse"
import { told, withKeys } from "./fixtures/told.ts"

const least: Manifest = {
  name: ToolSlug.make("echo"),
  version: 1,
  runtime: null,
  integrations: [],
  env: { required: [], optional: [] },
  health: null,
  restart_on: []
}

const text = "must be 3 to 64 lower-case letters, digits and inner '-', starting with a letter"
const variable = "must be an environment variable name such as OPENAI_API_KEY"
const truth = "must be text; without quotes many readers take this word for true or false: put it in quotes"
const number = "must be text; without quotes it is a number: put it in quotes"
const port = "must be a whole number from 1 to 65535"
const path =
  "must be a path such as /healthz: one '/' and at most 255 visible ASCII characters, '#' and '\\' not among them"
const root = "must be a mapping with keys of name, version, runtime, integrations, env, health, restart_on"
const known = "; the keys here are name, version, runtime, integrations, env, health, restart_on"
const missing = "something is missing here: the ':' after a key, a ',', or a closing quote or bracket"

type Case = readonly [text: string, ...lines: ReadonlyArray<string>]

const refuses = (promise: string, cases: ReadonlyArray<Case>) => {
  it.effect(promise, () =>
    Effect.gen(function* () {
      for (const [text, ...lines] of cases) {
        assert.deepStrictEqual(
          yield* told(text),
          lines.map((line) => `at:${line}`),
          JSON.stringify(text)
        )
      }
    })
  )
}

describe("A manifest", () => {
  it.effect("is what it says, and what is understood where it says nothing", () =>
    Effect.gen(function* () {
      const telegram = IntegrationSlug.make("telegram")
      const cases: ReadonlyArray<readonly [text: string, manifest: Manifest]> = [
        [withKeys(), least],
        [withKeys("env: {}"), least],
        ['{"name":"echo","version":1}', least],
        ["--- # a comment\r\nname: 'echo'\r\nversion: 1\r\n...\r\n", least],
        ["# öäü 😀\n? name\n: >-\n  echo\nversion:\n  1", least],
        [withKeys("health: {}"), { ...least, health: { path: "/healthz", port: null } }],
        [withKeys("health:", "  port: 8080"), { ...least, health: { path: "/healthz", port: 8080 } }],
        [withKeys("health: {path: /, port: 65535}"), { ...least, health: { path: "/", port: 65_535 } }],
        [
          withKeys(
            "runtime: node",
            "integrations: [telegram, notion]",
            "env:",
            "  required:",
            "    - GREETING",
            '  optional: ["NO", LOG_LEVEL]',
            "health:",
            "  path: /ready?deep=1",
            "restart_on:",
            "- telegram"
          ),
          {
            ...least,
            runtime: "node",
            integrations: [telegram, IntegrationSlug.make("notion")],
            env: {
              required: [EnvVarName.make("GREETING")],
              optional: [EnvVarName.make("NO"), EnvVarName.make("LOG_LEVEL")]
            },
            health: { path: "/ready?deep=1", port: null },
            restart_on: [telegram]
          }
        ]
      ]
      for (const [text, manifest] of cases) assert.deepStrictEqual(yield* parse(text), manifest, text)
    })
  )

  refuses("has a name, version 1 and no key that is not known", [
    ["name: echo\n", "1:1: version: the key is missing"],
    ["# why\n\nruntime: go\n", "3:1: name: the key is missing", "3:1: version: the key is missing"],
    ["{}", "1:1: name: the key is missing", "1:1: version: the key is missing"],
    ["name: echo\nversion: 2\n", "2:10: version: must be the number 1"],
    [withKeys("integration: []"), '3:1: integration: unknown key; did you mean "integrations"?'],
    [withKeys("Runtime: go"), '3:1: Runtime: unknown key; did you mean "runtime"?'],
    [withKeys("restartOn: []"), '3:1: restartOn: unknown key; did you mean "restart_on"?'],
    [withKeys("health:", "  prot: 1"), '4:3: health.prot: unknown key; did you mean "port"?'],
    [withKeys("env: {needed: []}"), "3:7: env.needed: unknown key; the keys here are required, optional"],
    [withKeys("license: MIT"), `3:1: license: unknown key${known}`],
    [withKeys("constructor: 1", "__proto__: 1"), `3:1: constructor: unknown key${known}`, `4:1: unknown key${known}`],
    [
      withKeys("1: 1", "? []", ": 1", ": 2"),
      `3:1: unknown key${known}`,
      "4:3: a key is a word",
      `6:1: unknown key${known}`
    ]
  ])

  refuses("has each key and each item once; what is told is the second", [
    [withKeys("name: echo"), "3:1: name: the key is there already"],
    [withKeys("health: {port: 1, 'port': 2}"), "3:19: health.port: the key is there already"],
    [withKeys("x: 1", "x: 2"), `3:1: x: unknown key${known}`, "4:1: x: the key is there already"],
    [
      withKeys("integrations:", "  - notion", "  - slack", "  - 'notion'"),
      "6:5: integrations[2]: is in the list already, as integrations[0]"
    ],
    [
      withKeys("env:", "  required: [A, A, B, A]"),
      "4:17: env.required[1]: is in the list already, as env.required[0]",
      "4:23: env.required[3]: is in the list already, as env.required[0]"
    ]
  ])

  refuses("has a value of the right kind at each key", [
    ["name: Echo\nversion: 1", `1:7: name: ${text}`],
    [`name: ${"e".repeat(65)}\nversion: 1`, `1:7: name: ${text}`],
    ["name:\nversion: 1", `1:6: name: ${text}; it is empty`],
    [
      "name: []\nversion: {}",
      `1:7: name: ${text}; it is a list`,
      "2:10: version: must be the number 1; it is a mapping"
    ],
    ["{name, version}", "1:2: name: " + text + "; it is empty", "1:8: version: must be the number 1; it is empty"],
    [
      withKeys("runtime: pyhton"),
      '3:10: runtime: must be one of python, node, go, rust, ruby, java, other, and "pyhton" is not; did you mean "python"?'
    ],
    [withKeys("integrations:"), "3:14: integrations: must be a list; it is empty"],
    [withKeys("integrations: notion"), "3:15: integrations: must be a list; it is text"],
    [withKeys("integrations: {notion: x}"), "3:15: integrations: must be a list; it is a mapping"],
    [withKeys("env: [A]"), "3:6: env: must be a mapping with keys of required, optional; it is a list"],
    [withKeys("health: 8080"), "3:9: health: must be a mapping with keys of path, port; it is a number"],
    [
      withKeys("health: true"),
      "3:9: health: must be a mapping with keys of path, port; without quotes it is true or false"
    ],
    [withKeys("health: {path: healthz}"), `3:16: health.path: ${path}`],
    [withKeys("health: {path: //evil.example}"), `3:16: health.path: ${path}`],
    [withKeys('health: {path: "/a b"}'), `3:16: health.path: ${path}`],
    [withKeys("health: {port: 0}"), `3:16: health.port: ${port}`],
    [withKeys("health: {port: 65536}"), `3:16: health.port: ${port}`],
    [withKeys("health: {port: -1}"), `3:16: health.port: ${port}`],
    ["", "1:1: the file is empty; a manifest has a name and a version"],
    ["# nothing\n", "1:1: the file is empty; a manifest has a name and a version"],
    ["---\n", `1:4: ${root}; it is empty`],
    ["- name", `1:1: ${root}; it is a list`],
    ["name", `1:1: ${root}; it is text`]
  ])

  refuses("surprises nobody: what readers of YAML take differently is told", [
    ['name: echo\nversion: "1"', "2:10: version: must be the number 1; in quotes it is text: leave them out"],
    ["name: echo\nversion: 1.0", "2:10: version: must be the number 1; write it without point or exponent"],
    ["name: echo\nversion: 1e0", "2:10: version: must be the number 1; write it without point or exponent"],
    [
      "name: echo\nversion: 01",
      "2:10: version: must be the number 1; a leading 0 makes it octal to some readers: leave it out"
    ],
    ["name: yes\nversion: 1", `1:7: name: ${truth}`],
    ["name: off\nversion: 1", `1:7: name: ${truth}`],
    ["name: true\nversion: 1", `1:7: name: ${truth}`],
    ["name: 123\nversion: 1", `1:7: name: ${number}`],
    ["name: null\nversion: 1", `1:7: name: ${text}; it is null`],
    ["name: ~\nversion: 1", `1:7: name: ${text}; it is null`],
    [
      withKeys("health: {port: 080}"),
      `3:16: health.port: ${port}; a leading 0 makes it octal to some readers: leave it out`
    ],
    [withKeys("health: {port: 0x1F90}"), `3:16: health.port: ${port}; write it in decimal digits`],
    [withKeys("health: {port: 8_080}"), `3:16: health.port: ${port}; write it in digits alone`],
    [withKeys("health: {port: +80}"), `3:16: health.port: ${port}; write it in digits alone`],
    [withKeys("health: {port: '80'}"), `3:16: health.port: ${port}; in quotes it is text: leave them out`],
    [withKeys("health: {port: .inf}"), `3:16: health.port: ${port}; it is a number`],
    [withKeys("health: {port: http}"), `3:16: health.port: ${port}; it is text`],
    [withKeys("integrations: [no]"), `3:16: integrations[0]: ${truth}`],
    [
      withKeys("env:", "  required: [NO, Y, 1e3, 2026-01-01, 0o17]"),
      `4:14: env.required[0]: ${truth}`,
      `4:18: env.required[1]: ${truth}`,
      `4:21: env.required[2]: ${number}`,
      `4:26: env.required[3]: ${variable}`,
      `4:38: env.required[4]: ${number}`
    ]
  ])

  refuses("names integrations of the catalog, and restarts on its own", [
    [
      withKeys("integrations: [notoin, telegrm, trello]"),
      '3:16: integrations[0]: must be an integration of the catalog, and "notoin" is not; did you mean "notion"?',
      '3:24: integrations[1]: must be an integration of the catalog, and "telegrm" is not; did you mean "telegram"?',
      '3:33: integrations[2]: must be an integration of the catalog, and "trello" is not'
    ],
    [withKeys("restart_on: [notion]"), "3:14: restart_on[0]: must be one of this manifest's integrations"],
    [
      withKeys("restart_on: [gmail]", "integrations: [gemini, gmail]").replace("[gmail]", "[google]"),
      "3:14: restart_on[0]: must be one of this manifest's integrations"
    ],
    [withKeys("integrations: notion", "restart_on: [notion]"), "3:15: integrations: must be a list; it is text"]
  ])

  refuses("asks for variables that are the tenant's to give, each either required or not", [
    [withKeys("env: {required: [lower]}"), `3:18: env.required[0]: ${variable}`],
    [
      withKeys("env: {required: [VENDO_API_KEY]}"),
      "3:18: env.required[0]: must be a name that does not start with VENDO_, for the service sets those"
    ],
    [
      withKeys("env: {optional: [PATH, LD_PRELOAD, PATHS]}"),
      "3:18: env.optional[0]: must be none of the variables that decide what is run, such as PATH and LD_PRELOAD",
      "3:24: env.optional[1]: must be none of the variables that decide what is run, such as PATH and LD_PRELOAD"
    ],
    [
      withKeys("env:", "  optional: [B, A]", "  required: [A]"),
      "4:17: env.optional[1]: is required already, as env.required[0]"
    ],
    [
      withKeys(
        "integrations: [telegram, openai]",
        "env: {required: [OPENAI_BASE_URL], optional: [TELEGRAM_BOT_TOKEN]}"
      ),
      "4:18: env.required[0]: is set from the connection of openai: leave it out",
      "4:47: env.optional[0]: is set from the connection of telegram: leave it out"
    ],
    // Only an integration of this manifest sets anything, and a token that expires is never set.
    [withKeys("integrations: [gmail]", "env: {required: [OPENAI_API_KEY, GMAIL_ACCESS_TOKEN]}")]
  ])
})

describe("The YAML of a manifest", () => {
  refuses("holds nothing that stands for something else, and the rest is read on", [
    [
      "name: &n echo\nversion: !!int 1\nruntime: *n\nintegrations: !!js/function 'x'\nhealt: 1",
      "1:7: an anchor (&) is not read: remove it",
      "2:10: a tag (!) is not read: remove it",
      "3:10: an alias (*) is not read: write the value out",
      "4:15: a tag (!) is not read: remove it",
      "4:29: integrations: must be a list; it is text",
      '5:1: healt: unknown key; did you mean "health"?'
    ],
    [withKeys("<<: {runtime: go}"), "3:1: a merge key (<<) is not read: write the keys out"],
    [
      withKeys("health:", "  <<: *h"),
      "4:3: health: a merge key (<<) is not read: write the keys out",
      "4:7: an alias (*) is not read: write the value out"
    ],
    [withKeys("*a : 1"), "3:1: an alias (*) is not read: write the value out"],
    ["%YAML 1.1\n---\nname: echo\nversion: 1", "1:1: a directive (%) is not read: remove it"],
    ["name: '*a &b !c'\nversion: 1", `1:7: name: ${text}`],
    ["--- |\n*a &b !c\n", `1:5: ${root}; it is text`]
  ])

  refuses("is one document", [
    ["name: echo\nversion: 1\n---\nname: other\nx: 1", "3:1: a second document begins here: a manifest is one"],
    ["name: echo\nversion: 1\n...\nname: other", "4:1: a second document begins here: a manifest is one"]
  ])

  refuses("is told where it breaks, and nothing that only follows from it", [
    ["name: echo\nruntime: 'node\nversion: 1\n", `3:11: ${missing}`],
    [
      "name: echo\nintegrations: [notion\nversion: 1\n",
      "3:1: the indentation does not fit: what belongs together begins in the same column, further in than its key; or a bracket above is not closed"
    ],
    ["name echo\nversion: 1\n", "1:1: a key stands on one line with its ':'; the ':' may be missing"],
    ["name: echo\nversion 1\n", `2:1: ${missing}`],
    [
      "name: a: b\n",
      "1:7: a second ':' or '-' within one value: a line is indented too far, or the value needs quotes"
    ],
    ["name: @echo\n", "1:7: no value begins with this character: put the value in quotes"],
    ['name: "\\q"\n', '1:8: this escape is not known in "…": write \\\\ for a backslash'],
    [
      "name: echo\n  version: 1\n",
      "1:7: a second ':' or '-' within one value: a line is indented too far, or the value needs quotes"
    ],
    ["a: ]", "1:4: this does not belong here: if it is text, put it in quotes"]
  ])

  refuses("is written in characters that every editor shows", [
    [
      "name:\techo\nversion: 1 #\t",
      "1:6: a tab: indent and separate with spaces",
      "2:13: a tab: indent and separate with spaces"
    ],
    ["\ufeffname: echo\nversion: 1", "1:1: a byte order mark: save the file as UTF-8 without one"],
    ["name: ec\0ho", "1:9: a NUL character: this is no text file, or one in UTF-16; save it as UTF-8"],
    [
      "# \ud800 😀 \udc00 \ufffd",
      ...[3, 8, 10].map(
        (column) => `1:${column}: half a character, or one that could not be read: save the file as UTF-8`
      )
    ],
    ["name: echo\rversion: 1", "1:11: a carriage return alone: end lines with a line feed"],
    ["# \u202e", "1:3: a character that turns the direction of the text around: remove it"],
    ["# \u0085\u001b", "1:3: a control character: remove it", "1:4: a control character: remove it"]
  ])

  it.effect("is 64 kB at most, counted in bytes, and nothing else is said of a longer one", () =>
    Effect.gen(function* () {
      const tooLong = ["at:1:1: the file is longer than 64 kB, which no manifest needs"]
      const filled = (length: number, filler: string) => withKeys() + `#${filler.repeat(length)}`
      const room = 65_536 - withKeys().length - 1
      assert.deepStrictEqual(yield* told(filled(room, "x")), [])
      assert.deepStrictEqual(yield* told(filled(room + 1, "x")), tooLong)
      assert.deepStrictEqual(yield* told(filled(room / 2 + 1, "é")), tooLong)
      assert.deepStrictEqual(yield* told("\t".repeat(65_537)), tooLong)
    })
  )

  it.effect("is nested 8 levels deep at most, in brackets and in lines", () =>
    Effect.gen(function* () {
      const within = (depth: number) => `x: ${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`
      assert.deepStrictEqual(yield* told(withKeys(within(8))), [`at:3:1: x: unknown key${known}`])
      const tooDeep = "this is nested more than 8 levels deep"
      assert.deepStrictEqual(yield* told(withKeys(within(9))), [`at:3:11: ${tooDeep}`])
      assert.deepStrictEqual(yield* told(`x:\n${"- ".repeat(8)}y`), [`at:2:15: ${tooDeep}`])
      assert.deepStrictEqual(yield* told("? ".repeat(60)), [`at:1:17: ${tooDeep}`])
    })
  )

  it.effect("has 5,000 words and marks at most", () =>
    Effect.gen(function* () {
      const found = yield* told(withKeys(`x: [${"1,".repeat(2_000)}]`))
      assert.deepStrictEqual(found, ["at:3:3325: more than 5000 words and marks, which no manifest needs"])
      assert.deepStrictEqual(yield* told(withKeys(`x: [${"1,".repeat(1_500)}]`)), [`at:3:1: x: unknown key${known}`])
    })
  )
})

describe("What is told", () => {
  it.effect("is all there is, in the order of the file, 50 at most and how many more", () =>
    Effect.gen(function* () {
      const lines = yield* told(
        withKeys(...Array.from({ length: 60 }, (_, index) => `x${index}: 1`), "restart_on: [x]")
      )
      assert.lengthOf(lines, 51)
      assert.strictEqual(lines[0], `at:3:1: x0: unknown key${known}`)
      assert.strictEqual(lines[49], `at:52:1: x49: unknown key${known}`)
      assert.strictEqual(lines[50], "and 11 more")
    })
  )

  it.effect("never repeats what may be a secret, nor anything long", () =>
    Effect.gen(function* () {
      const secrets = [
        `vendo_${"sk"}_YEvL5AnuJCqwjc2tvCSRRFUPCmJ1AOeYEN`,
        "vendo_sk_YEvL",
        "ghp_abcdefghijklm",
        "sk-proj-abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "123456789:AAEhBOweik9ai2o01",
        "correct horse battery staple",
        "e".repeat(41)
      ]
      const places = [
        (secret: string) => `name: ${secret}\nversion: ${secret}`,
        (secret: string) => withKeys(`${secret}: 1`, `health: {${secret}: 1}`),
        (secret: string) =>
          withKeys(`runtime: ${secret}`, `integrations: [${secret}, "${secret}"]`, `restart_on: [${secret}]`),
        (secret: string) => withKeys(`env: {required: [${secret}], optional: [${secret}, ${secret}]}`),
        (secret: string) => withKeys(`health: {path: ${secret}, port: ${secret}}`),
        (secret: string) => withKeys(`runtime: &${secret} !${secret} *${secret}`),
        (secret: string) => `%${secret}\n---\n${secret}`,
        (secret: string) => `name: |${secret}\n  x`,
        (secret: string) => `"${secret}\\q" "${secret}`,
        (secret: string) => `${secret}]\n${secret} x\n - ${secret}: ${secret}: @${secret}`
      ]
      for (const place of places) {
        for (const secret of secrets) {
          const lines = yield* told(place(secret))
          assert.isNotEmpty(lines, place(secret))
          assert.notInclude(lines.join("\n"), secret)
        }
      }
    })
  )
})
