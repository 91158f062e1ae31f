import { assert, it } from "@effect/vitest"
import { build } from "esbuild"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Sources from "../../packages/sdk/src/VendoError.ts"

const root = join(import.meta.dirname, "../..")

it("an error is shown by the name of its class, however the SDK was minified", async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: ["packages/sdk/src/VendoError.ts"],
    format: "esm",
    minify: true,
    write: false
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")
  const bundled: typeof Sources = await import(`data:text/javascript;base64,${code}`)
  const names = Object.entries(bundled).flatMap(([name, value]) =>
    typeof value === "function" && (name === "VendoError" || Object.getPrototypeOf(value) === bundled.VendoError)
      ? [name]
      : []
  )
  assert.strictEqual(names.length, new Set(Object.values(Sources.classes)).size)
  for (const [code, { name }] of Object.entries(Sources.classes)) {
    const Bundled = Object.entries(bundled.classes).find(([other]) => other === code)?.[1] ?? bundled.VendoError
    assert.strictEqual(Bundled.name, name)
    assert.match(inspect(new Bundled(code, "what is wrong", {})), new RegExp(`^${name}: what is wrong`))
  }
})
