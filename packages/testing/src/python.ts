/** The Python that tests run: `VENDO_PYTHON`, or what the machine has. */
import { spawnSync } from "node:child_process"
import { bareEnvironment } from "./bareEnvironment.ts"

export interface Python {
  /** Its own path, whatever name it was found by. */
  readonly command: string
  readonly version: string
  /** Those of the modules asked for that it has. */
  readonly modules: ReadonlySet<string>
}

/** The oldest that the SDK runs on. */
const oldest = 11

const probe = `
import importlib.util, json, sys
has = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]
print(json.dumps([sys.executable, *sys.version_info[:3], *has]))
`

/** Nothing where there is no such program, or one that is too old. */
const ask = (name: string, modules: ReadonlyArray<string>): Python | undefined => {
  const { status, stdout } = spawnSync(name, ["-c", probe, ...modules], { encoding: "utf8", env: bareEnvironment })
  if (status !== 0) return undefined
  const [command, major, minor, patch, ...has]: [string, number, number, number, ...ReadonlyArray<string>] =
    JSON.parse(stdout)
  if (major !== 3 || minor < oldest) return undefined
  return { command, version: `${major}.${minor}.${patch}`, modules: new Set(has) }
}

const names = () => {
  const said = process.env["VENDO_PYTHON"]
  return said === undefined || said === ""
    ? ["python3", "/usr/bin/python3", "python3.13", "python3.12", "python3.11"]
    : [said]
}

/** The first of some that has all of the modules, else the first that is new enough. */
export const findAmong = (names: ReadonlyArray<string>, modules: ReadonlyArray<string>): Python | undefined => {
  let first: Python | undefined
  for (const name of names) {
    const python = ask(name, modules)
    if (python !== undefined && python.modules.size === modules.length) return python
    first ??= python
  }
  return first
}

const found = new Map<string, Python | undefined>()

/** The Python for tests that can make use of these modules. Looked for once a process. */
export const findPython = (modules: ReadonlyArray<string> = []): Python | undefined => {
  const key = modules.toSorted().join(" ")
  if (!found.has(key)) found.set(key, findAmong(names(), [...new Set(modules)]))
  return found.get(key)
}

/** What a Python that a test starts has in its environment. It leaves no compiled files in the tree. */
export const pythonEnvironment = (path: string): Readonly<Record<string, string>> => ({
  ...bareEnvironment,
  PYTHONPATH: path,
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONUTF8: "1"
})
