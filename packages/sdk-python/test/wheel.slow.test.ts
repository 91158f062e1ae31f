/** The wheel as it would be published: built, looked at, and installed where there is nothing else. No network. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { bareEnvironment } from "@vendodev/testing/bareEnvironment"
import { findPython } from "@vendodev/testing/python"

const packageFolder = join(import.meta.dirname, "..")
const needed = ["ensurepip", "hatchling", "pip"]
const python = findPython(needed)
const missing = needed.filter((name) => python?.modules.has(name) !== true)

/** Prints the names of its files, and its METADATA. */
const look = `
import json, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
names = wheel.namelist()
metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
licence = next(name for name in names if name.endswith("/LICENSE"))
print(json.dumps([names, wheel.read(metadata).decode(), wheel.read(licence).decode()]))
`

/** Of the seconds that each program takes to start and end, the median: they take turns, so that each meets the same machine. */
const startUp = `
import json, statistics, subprocess, sys, time
programs = ["pass", "import urllib.request", "import vendo", "import vendo; vendo.Vendo()"]
took = {program: [] for program in programs}
for turn in range(16):
    for program in programs:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        took[program].append(time.perf_counter() - started)
print(json.dumps([statistics.median(took[program][1:]) * 1000 for program in programs]))
`

const inOssMode = `
import vendo
print(vendo.token("openai"), vendo.is_vendo_mode(), vendo.__file__)
`

describe.skipIf(missing.length > 0)("The wheel", () => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-wheel-"))
  const at = (...path: ReadonlyArray<string>) => join(folder, ...path)
  const run = (command: string, args: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
    execFileSync(command, args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...bareEnvironment, PIP_CONFIG_FILE: "/dev/null", PIP_NO_INDEX: "1", ...environment }
    })
  const built = () => join(at("wheels"), readdirSync(at("wheels"))[0] ?? "")
  const inVenv = (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>) =>
    run(at("venv/bin/python"), args, environment)

  beforeAll(() => {
    const command = python?.command ?? ""
    // Whatever a build leaves beside its sources is left beside a copy.
    cpSync(packageFolder, at("package"), { recursive: true })
    const alone = ["--no-deps", "--disable-pip-version-check", "-q"]
    run(command, ["-m", "pip", "wheel", "--no-build-isolation", ...alone, "-w", at("wheels"), at("package")])
    run(command, ["-m", "venv", at("venv")])
    inVenv(["-m", "pip", "install", ...alone, built()])
  }, 180_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("holds the sources, the mark that they are typed and the licence, and nothing else", () => {
    const [names, , licence]: [ReadonlyArray<string>, string, string] = JSON.parse(
      run(python?.command ?? "", ["-c", look, built()])
    )
    assert.include(names, "vendo/py.typed")
    assert.strictEqual(licence, readFileSync(join(packageFolder, "../../LICENSE"), "utf8"))
    const sources = readdirSync(join(packageFolder, "src/vendo"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.py$|^py\.typed$/.test(name))
      .map((name) => `vendo/${name}`)
    assert.deepStrictEqual(names.filter((name) => !name.includes(".dist-info/")).toSorted(), sources.toSorted())
  })

  it("needs Python 3.11 and nothing else, but for what is asked for by name", () => {
    const [, metadata]: [unknown, string] = JSON.parse(run(python?.command ?? "", ["-c", look, built()]))
    const [head = ""] = metadata.split("\n\n")
    const fields = (name: string) =>
      [...head.matchAll(new RegExp(`^${name}: (.*)$`, "gm"))].map(([, value = ""]) => value)
    assert.deepStrictEqual(fields("Name"), ["vendo-sdk"])
    assert.deepStrictEqual(fields("Requires-Python"), [">=3.11"])
    assert.deepStrictEqual(
      fields("Requires-Dist").map((requirement) => requirement.replaceAll(/["']/g, "'")),
      ["aiohttp>=3.8; extra == 'async'", "requests>=2.28; extra == 'http'"]
    )
  })

  it("is whole where nothing else is installed", () => {
    assert.match(inVenv(["-m", "pip", "check"]), /^No broken requirements found/)
    const [token, mode, file] = inVenv(["-c", inOssMode], { OPENAI_API_KEY: "sk_env" }).trim().split(" ")
    assert.deepStrictEqual([token, mode], ["sk_env", "False"])
    assert.isTrue(file?.startsWith(at("venv")), file)
  })

  it("is imported in no more time than `urllib.request`, and ready in no more than four times that", () => {
    const [bare, urllib, vendo, client]: [number, number, number, number] = JSON.parse(inVenv(["-c", startUp]))
    const cost = (took: number) => (took - bare) / (urllib - bare)
    for (const [what, took] of Object.entries({ "import vendo": vendo, "and Vendo()": client })) {
      const ratio = cost(took).toFixed(2)
      process.stdout.write(`${what}: ${(took - bare).toFixed(1)} ms, ${ratio} times import urllib.request\n`)
    }
    assert.isBelow(cost(vendo), 1)
    assert.isBelow(cost(client), 4)
  })
})
