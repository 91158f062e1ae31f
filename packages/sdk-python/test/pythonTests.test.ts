import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findPython } from "@vendodev/testing/python"
import { listTests, PythonTests } from "./pythonTests.ts"

const python = findPython()

const sample = `
import os, socket, unittest, warnings

class Each(unittest.TestCase):
    def test_fails(self):
        self.assertEqual(1, 2)
    def test_holds(self):
        print("what a test prints is no outcome")
    def test_is_skipped(self):
        self.skipTest("there is no reason")
    def test_leaves_a_socket_open(self):
        socket.socket()
    def test_part_fails(self):
        for part in range(3):
            with self.subTest(part=part):
                self.assertLess(part, 2)
    def test_warns(self):
        warnings.warn("old", DeprecationWarning)

class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("not to be set up")
    def test_is_never_begun(self):
        pass

class Left(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        raise RuntimeError("not to be torn down")
    def test_holds(self):
        pass

@unittest.skip("not today")
class Never(unittest.TestCase):
    def test_is_not_run(self):
        pass

class Final(unittest.TestCase):
    def test_ends_the_process(self):
        os._exit(7)
`

/** What is wrong with each, or that nothing is. */
const expected: ReadonlyArray<readonly [id: string, outcome: string, text: RegExp]> = [
  ["Each.test_fails", "failed", /AssertionError: 1 != 2/],
  ["Each.test_holds", "passed", /^$/],
  ["Each.test_is_skipped", "skipped", /^there is no reason$/],
  ["Each.test_leaves_a_socket_open", "failed", /unclosed <socket/],
  ["Each.test_part_fails", "failed", /part=2[^]*AssertionError: 2 not less than 2/],
  ["Each.test_warns", "failed", /DeprecationWarning: old/],
  ["Broken.test_is_never_begun", "failed", /not to be set up/],
  ["Never.test_is_not_run", "skipped", /^not today$/]
]

describe.skipIf(python === undefined)("A test in Python", () => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-unittest-"))
  const run = (ids: ReadonlyArray<string>) =>
    new PythonTests(
      python ?? assert.fail("there is no Python"),
      folder,
      ids.map((id) => `test_sample.${id}`)
    )
  let all: PythonTests

  beforeAll(() => {
    copyFileSync(join(import.meta.dirname, "list_and_run.py"), join(folder, "list_and_run.py"))
    writeFileSync(join(folder, "test_sample.py"), sample)
    all = run([...expected.map(([id]) => id), "Left.test_holds"])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("is listed whatever becomes of it", () => {
    assert.deepStrictEqual(
      listTests(python ?? assert.fail("there is no Python"), folder).toSorted(),
      [...expected.map(([id]) => id), "Left.test_holds", "Final.test_ends_the_process"]
        .map((id) => `test_sample.${id}`)
        .toSorted()
    )
  })

  for (const [id, outcome, text] of expected) {
    it(`${outcome === "passed" ? "that holds passes" : `is ${outcome}`}: ${id}`, async () => {
      const found = await all.outcome(`test_sample.${id}`)
      assert.strictEqual(found.outcome, outcome, found.text)
      assert.match(found.text, text)
    })
  }

  it("does not hide what fails after it", async () => {
    assert.deepStrictEqual(
      (await all.around()).map(({ id, outcome }) => [id, outcome]),
      [
        ["test_sample.Broken", "failed"],
        ["test_sample.Left", "failed"]
      ]
    )
  })

  it("fails when its process ends", async () => {
    const { outcome, text } = await run(["Final.test_ends_the_process"]).outcome(
      "test_sample.Final.test_ends_the_process"
    )
    assert.deepStrictEqual([outcome, /ended with 7/.test(text)], ["failed", true])
  })
})
