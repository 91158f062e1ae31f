import { assert, describe, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "../..")
const read = (file: string) => readFileSync(join(root, file), "utf8")
const lines = (text: string) => text.split("\n")

const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).toSorted()]

/** Blanks for what is shown and not said: fenced blocks, so that no link or heading is seen in them. */
const prose = (text: string) => text.replaceAll(/^ *```[^]*?^ *```/gm, "")

/** How GitHub names the headings of a page. */
const anchors = (text: string) =>
  new Set(
    [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-")
    )
  )

const links = (text: string) =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

/** Why a link of a page leads nowhere, if it does not. */
const broken = (page: string, link: string): string | undefined => {
  const [path = "", anchor] = link.split("#")
  const file = path === "" ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return `${page}: ${link} is not there`
  if (anchor === undefined || statSync(join(root, file)).isDirectory()) return undefined
  return anchors(read(file)).has(anchor) ? undefined : `${page}: ${link} has no such heading`
}

/** The text of a section, up to the next heading of its level. */
const section = (text: string, heading: string) => {
  const from = text.indexOf(`\n## ${heading}\n`)
  assert.notStrictEqual(from, -1, `there is no section "${heading}"`)
  const to = text.indexOf("\n## ", from + 1)
  return text.slice(from, to === -1 ? undefined : to)
}

/** The rows of the tables in a text, without headings, as their cells. */
const rows = (text: string) =>
  lines(text)
    .filter((line) => line.startsWith("|") && !/^\|[\s|-]+\|$/.test(line))
    .map((line) => line.split("|").slice(1, -1))

/** What a page shows as code: its blocks, and its spans. */
const said = (text: string) => [
  ...[...text.matchAll(/^ *```\w*\n([^]*?)^ *```/gm)].map(([, block = ""]) => block),
  ...prose(text).split("\n").flatMap(inCode)
]

/** The commands a program is made of. */
const commandsIn = (sources: string) =>
  new Set(
    globSync(sources, { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/Command\.make\(\s*"([a-z-]+)"/g)].map(([, name = ""]) => name)
    )
  )

const inCode = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code)

/** The names in whatever asks for a setting: `Config.Port("PORT")`, `Config.Literals(["a"], "VENDO_ENV")`. */
const variablesIn = (source: string) =>
  [...source.matchAll(/\b(?:Config\.\w+|fromVariable)\(/g)].flatMap(({ 0: call, index }) => {
    let depth = 1
    let end = index + call.length
    while (depth > 0 && end < source.length) {
      if (source[end] === "(") depth++
      else if (source[end] === ")") depth--
      end++
    }
    return [...source.slice(index, end).matchAll(/"([A-Z][A-Z0-9_]*)"/g)].map(([, name = ""]) => name)
  })

const variablesRead = new Set([
  ...globSync("packages/{server,cli}/src/**/*.ts", { cwd: root }).flatMap((file) => variablesIn(read(file))),
  // Put together from the slug of each integration that has an OAuth app.
  "NOTION_OAUTH_CLIENT_ID",
  "NOTION_OAUTH_CLIENT_SECRET"
])

/** What the SDKs read of the environment of whoever uses them. */
const variablesOfSdks = new Set(
  globSync("packages/{client,sdk,sdk-effect}/src/**/*.ts", { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/"(VENDO_[A-Z_]+)"/g)].map(([, name = ""]) => name)
  )
)

/** What the examples and the consumers of the quickstarts are given. */
const variablesOfExamples = new Set(
  globSync("docs/examples/**/*.ts", { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"/g)].map(([, name = ""]) => name)
  )
)

describe("The documentation", () => {
  it("has no relative link that leads nowhere", () => {
    const found = pages.flatMap((page) => links(read(page)).map((link) => broken(page, link)))
    assert.isAbove(found.length, 30)
    assert.deepStrictEqual(
      found.filter((fault) => fault !== undefined),
      []
    )
  })

  it("is reached from the README, every page of it", () => {
    const seen = new Set<string>()
    const visit = (page: string): void => {
      if (seen.has(page) || !page.endsWith(".md") || !existsSync(join(root, page))) return
      seen.add(page)
      for (const link of links(read(page))) visit(join(dirname(page), link.split("#")[0] ?? ""))
    }
    visit("README.md")
    assert.deepStrictEqual(
      pages.filter((page) => !seen.has(page)),
      []
    )
  })

  it("names every environment variable the server and the command line read, and none besides", () => {
    const page = read("docs/operate.md")
    const documented = rows(section(page, "Environment"))
      .flatMap(([name = ""]) => inCode(name))
      .toSorted()
    assert.deepStrictEqual(documented, [...variablesRead].toSorted())
  })

  it("mentions no environment variable that nothing reads", () => {
    const known = new Set([
      ...variablesRead,
      ...variablesOfSdks,
      ...variablesOfExamples,
      "TEST_DATABASE_URL",
      "VENDO_PYTHON"
    ])
    // Names of the catalog, the placeholder in a path, what is put together from a slug, what tools read, and a header.
    const others =
      /^(?:NOTION_TOKEN|FASTMAIL_API_TOKEN|VARIABLE|OPENAI_API_KEY|VENDO_TOKEN|VENDO_TOKEN_MY_TOOL|ADMIN_PASSWORD|TELEGRAM_BOT_TOKEN|TELEGRAM_API_URL|LOG_LEVEL|LC_ALL|HTTP_X_VENDO_USER_JWT)$/
    for (const page of pages.filter((page) => !page.startsWith("docs/reference/"))) {
      const mentioned = [...read(page).matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name)
      assert.deepStrictEqual(
        mentioned.filter((name) => !known.has(name) && !others.test(name)),
        [],
        page
      )
    }
  })

  it("proves its promises with tests and mutants that are there", () => {
    const table = rows(section(read("docs/security.md"), "How each is proven"))
    const files = table.flatMap((cells) => cells.flatMap(inCode)).filter((code) => code.includes("/"))
    assert.isAbove(files.length, 10)
    assert.deepStrictEqual(
      files.filter((file) => !existsSync(join(root, file))),
      []
    )
  })

  it("starts and tests with the commands that the build runs", () => {
    const [, pnpm = ""] = /npx -y (pnpm@\d+\.\d+\.\d+) /.exec(read(".ci/run")) ?? []
    const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(read("package.json"))
    const commands = lines(read("README.md")).filter((line) => line.startsWith("npx "))
    assert.deepStrictEqual(commands, [`npx -y ${pnpm} start`, `npx -y ${pnpm} test`])
    assert.containsAllKeys(scripts, ["start", "test"])
    for (const page of pages) {
      const versions = [...read(page).matchAll(/npx -y (pnpm(?:@\d+(?:\.\d+)*)?)/g)].map(([, version]) => version)
      assert.deepStrictEqual(
        versions.filter((version) => version !== pnpm),
        [],
        page
      )
    }
  })

  it("names no script that package.json does not have", () => {
    const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(read("package.json"))
    for (const page of pages) {
      const named = said(read(page)).flatMap((code) =>
        [...code.matchAll(/\bpnpm(?:@[\d.]+)? ([a-z][a-z:-]*)/g)].map(([, name = ""]) => name)
      )
      assert.deepStrictEqual(
        named.filter((name) => !(name in scripts) && name !== "install"),
        [],
        page
      )
    }
  })

  it("names no command that the programs do not have", () => {
    const commands = new Map([
      ["vendo", commandsIn("packages/cli/src/*.ts")],
      ["vendo-server", commandsIn("packages/server/src/commands.ts")]
    ])
    let seen = 0
    for (const page of pages) {
      for (const code of said(read(page))) {
        for (const [all, program = "", ...words] of code.matchAll(
          /(?<![\w/.@-]|from )(vendo(?:-server)?)((?: [a-z-]+){1,2})/g
        )) {
          const known = commands.get(program)
          // The second word of `token notion` is an argument, and what follows `run` or `validate` is no verb either.
          const [noun = "", verb] = (words[0] ?? "").trim().split(" ")
          assert.isTrue(known?.has(noun), `${page}: ${all}`)
          if (verb !== undefined && !["token", "run", "validate", "install", "connect"].includes(noun))
            assert.isTrue(known?.has(verb), `${page}: ${all}`)
          seen++
        }
      }
    }
    assert.isAbove(seen, 20)
  })
})
