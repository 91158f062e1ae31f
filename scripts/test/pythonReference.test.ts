import { assert, describe, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { sectionsOf } from "./python/referencePage.ts"
import { blocking, type Declared, declarationsIn, exportsOf } from "./python/surface.ts"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "packages/sdk-python/src/vendo")
const read = (file: string) => readFileSync(join(folder, file), "utf8")
const files = globSync("*.py", { cwd: folder })
const isPrivate = (file: string) => file.startsWith("_")

const fileOf = (module: string) => (module === "vendo" ? "__init__.py" : `${module.slice("vendo.".length)}.py`)

/** Those that the package exports, as a reader imports them. */
const modules = ["vendo", ...exportsOf(read("__init__.py")).map((name) => `vendo.${name}`)].filter((module) =>
  existsSync(join(folder, fileOf(module)))
)

const declared = new Map(files.map((file) => [file, new Map(declarationsIn(read(file)).map((of) => [of.name, of]))]))

/** Where a module that offers a name has it from: itself, or what is private. What another public one has is there. */
const findFor = (module: string, name: string): Declared | undefined => {
  const own = declared.get(fileOf(module))?.get(name)
  return own ?? files.filter(isPrivate).flatMap((file) => declared.get(file)?.get(name) ?? [])[0]
}

/** A class is known by its name alone: a public module's before a private one's. */
const classOf = (name: string): Declared | undefined =>
  [...files.filter((file) => !isPrivate(file)), ...files.filter(isPrivate)]
    .flatMap((file) => declared.get(file)?.get(name) ?? [])
    .find(({ members }) => members !== undefined && members.length > 0)

/** What stands in the table of a module. A name that no source declares, such as that of a module, has no row. */
const rowsOf = (module: string) =>
  exportsOf(read(fileOf(module))).flatMap((name) => {
    const found = findFor(module, name)
    return found === undefined || (found.members?.length ?? 0) > 0 ? [] : [found.shown]
  })

/** The classes that are exported, and those that what is public of them leads to. */
const classes = new Map<string, ReadonlyArray<string>>()
const visit = (text: string): void => {
  for (const [word] of text.matchAll(/\b[A-Z]\w+\b/g)) {
    const found = classOf(word)
    if (found?.members === undefined || classes.has(word)) continue
    classes.set(word, found.members)
    for (const member of found.members) visit(member)
  }
}
for (const module of modules) visit([...exportsOf(read(fileOf(module))), ...rowsOf(module)].join(" "))

const sections = sectionsOf(readFileSync(join(root, "docs/reference/sdk-python.md"), "utf8"))

/** The rows of a name, and for an asynchronous class that shares them its members as its namesake has them. */
const shown = (name: string, members: ReadonlyArray<string>) => {
  const section = sections.find(({ names }) => names.includes(name))
  const [first = name] = section?.names ?? []
  return {
    page: section?.rows.map(({ code }) => code).toSorted(),
    sources: (first === name ? members : members.map((member) => blocking(member, name, first))).toSorted()
  }
}

describe("The reference of the Python SDK", () => {
  it("has a table for each module, with every function and value in it, and none besides", () => {
    assert.includeMembers(modules, ["vendo", "vendo.aio", "vendo.errors", "vendo.types"])
    for (const module of modules) {
      const { page, sources } = shown(module, rowsOf(module))
      assert.deepStrictEqual(page, sources, module)
    }
  })

  it("has every public class, with its fields and its methods as they are declared, and none besides", () => {
    assert.includeMembers([...classes.keys()], ["Vendo", "AsyncVendo", "ConnectionsAPI", "Subscription", "VendoError"])
    for (const [name, members] of classes) {
      const { page, sources } = shown(name, members)
      assert.deepStrictEqual(page, sources, name)
    }
  })

  it("has tables of nothing else, and a word about everything in them", () => {
    for (const { names, rows } of sections.filter(({ rows }) => rows.length > 0)) {
      assert.deepStrictEqual(
        names.filter((name) => !classes.has(name) && !modules.includes(name)),
        []
      )
      for (const { code, meaning } of rows) assert.notStrictEqual(meaning, "", `${names.join(", ")}: ${code}`)
    }
  })

  it("is read from sources as they are written", () => {
    const source = [
      "_LONGEST = 2.0",
      '__all__ = ["Box", "opened"]',
      "class Box(Thing):",
      '    """What holds."""',
      "",
      "    size: int | None = None",
      "    _hidden: int = 0",
      "",
      '    def __init__(self, of: str = "a", wait: float = _LONGEST) -> None:',
      "        pass",
      "",
      "    async def take(",
      "        self,",
      "        *,",
      "        count: int = 1,",
      '    ) -> "Box":',
      "        def inner() -> None:",
      "            pass",
      "",
      "    def _put(self) -> None:",
      "        pass",
      "",
      "boxes = BoxAPI(_bound)",
      "def opened(box: Box) -> bool:",
      "    return True",
      ""
    ].join("\n")
    assert.deepStrictEqual(exportsOf(source), ["Box", "opened"])
    assert.deepStrictEqual(declarationsIn(source), [
      { name: "opened", shown: "opened(box: Box) -> bool", members: undefined },
      {
        name: "Box",
        shown: "Box",
        members: ["size: int | None", 'Box(of: str = "a", wait: float = 2.0)', "async take(*, count: int = 1) -> Box"]
      },
      { name: "boxes", shown: "boxes: BoxAPI", members: undefined }
    ])
  })
})
