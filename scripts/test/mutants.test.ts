import { assert, describe, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Mutant } from "@vendodev/testing/Mutant"

const root = join(import.meta.dirname, "../..")
const lists = globSync("{packages/*,scripts}/test/**/*.mutants.ts", { cwd: root }).toSorted()

/** What keeps a mutant from being applied. */
const faultOf = ({ control, file, find, test }: Mutant): ReadonlyArray<string> => {
  const gone = [file, test].filter((path) => !existsSync(join(root, path)))
  if (gone.length > 0) return gone.map((path) => `${control}: there is no ${path}`)
  const places = readFileSync(join(root, file), "utf8").split(find).length - 1
  return places === 1 ? [] : [`${control}: its text is found ${places} times in ${file}`]
}

describe("The mutants", () => {
  it("are edits that can be made to the code as it is, and each in one place", async () => {
    const faults: Array<string> = []
    let count = 0
    for (const list of lists) {
      const { mutants }: { readonly mutants: ReadonlyArray<Mutant> } = await import(join(root, list))
      assert.isNotEmpty(mutants, list)
      count += mutants.length
      faults.push(...mutants.flatMap(faultOf))
    }
    assert.deepStrictEqual(faults, [])
    assert.isAbove(count, 1000)
  })
})
