import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, FileSystem, Path, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { inspect } from "node:util"
import * as KeyFile from "@vendodev/server/KeyFile"

const key = () => randomBytes(32).toString("base64")

interface Contents {
  readonly format: string
  readonly root: string
  readonly active: string
  readonly keks: ReadonlyArray<{ readonly id: string; readonly key: string }>
}

const good = (): Contents => ({ format: "vendo-keys/1", root: key(), active: "k1", keks: [{ id: "k1", key: key() }] })

const withKek = (encoded: string): Contents => ({ ...good(), keks: [{ id: "k1", key: encoded }] })

/** Writes the text as a key file of that mode, and answers its path. */
const written = Effect.fnUntraced(function* (text: string, mode = 0o400) {
  const fs = yield* FileSystem.FileSystem
  const path = (yield* Path.Path).join(yield* fs.makeTempDirectoryScoped(), "keys.json")
  yield* fs.writeFileString(path, text)
  yield* fs.chmod(path, mode)
  return path
})

/** Everything of a failure that could be printed. */
const shown = (failure: unknown, exit: unknown) =>
  [failure, exit, new Error("outer", { cause: failure })]
    .flatMap((value) => [String(value), inspect(value, { depth: Infinity, showHidden: true }), JSON.stringify(value)])
    .join("\n")

/** The lines a refused file is told about; fails when it is accepted, or when any of them shows a secret. */
const refused = Effect.fnUntraced(function* (text: string, secrets: ReadonlyArray<string>, mode?: number) {
  const path = yield* written(text, mode)
  const exit = yield* Effect.exit(KeyFile.read(path))
  if (Exit.isSuccess(exit)) return assert.fail(`accepted: ${text}`)
  const failure = Cause.squash(exit.cause)
  if (!(failure instanceof KeyFile.KeyFileInvalid)) return assert.fail(Cause.pretty(exit.cause))
  for (const secret of secrets.filter((secret) => secret.length > 8)) {
    assert.notInclude(shown(failure, exit) + Cause.pretty(exit.cause), secret)
  }
  const lines = failure.message.split("\n")
  const prefix = `key file ${path}: `
  for (const line of lines) assert.isTrue(line.startsWith(prefix), line)
  return lines.map((line) => line.slice(prefix.length).replaceAll(path, "<path>"))
})

const secretsOf = ({ keks, root }: Contents) => [root, ...keks.map(({ key }) => key)]

const refusedContents = (contents: Contents, mode?: number) =>
  refused(JSON.stringify(contents), secretsOf(contents), mode)

const anew = "`pnpm vendo-server keys create` makes a new one; data sealed under another can then not be opened"
const restore = "restore the file from where you keep it"
const notAKeyFile = [`is not a vendo-keys/1 file; ${restore}, or ${anew}`]
const notBytes = (name: string) => [`"${name}" is not 32 bytes in base64; ${restore}`]

layer(NodeServices.layer)("KeyFile", (it) => {
  it.effect("a created file is read back as it was, by its owner alone", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { join } = yield* Path.Path
      const path = join(yield* fs.makeTempDirectoryScoped(), "not", "there", "keys.json")
      const made = yield* KeyFile.create(path)
      assert.strictEqual((yield* fs.stat(path)).mode & 0o777, 0o400)
      const found = yield* KeyFile.read(path)
      const plain = ({ active, keks, root }: typeof made) => ({
        active,
        root: [...Redacted.value(root)],
        keks: keks.map(({ id, key }) => [id, ...Redacted.value(key)])
      })
      assert.deepStrictEqual(plain(found), plain(made))
      assert.strictEqual(found.keks.length, 1)
      assert.notDeepEqual(plain(made).root, plain(yield* KeyFile.create(`${path}.other`)).root)
    })
  )

  it.effect("a key file is never made over what is there, whatever it is", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      for (const text of ["", "precious", JSON.stringify(good())]) {
        const path = yield* written(text, 0o600)
        const error = yield* Effect.flip(KeyFile.create(path))
        assert.include(error.message, `key file ${path}: can not be created; there is one already`)
        assert.strictEqual(yield* fs.readFileString(path), text)
      }
    })
  )

  it.effect("of many that would create it at once, one does, and its keys are the ones in the file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = (yield* Path.Path).join(yield* fs.makeTempDirectoryScoped(), "keys.json")
      const made = yield* Effect.forEach(Array.from({ length: 8 }), () => Effect.option(KeyFile.create(path)), {
        concurrency: "unbounded"
      })
      const won = made.flatMap((one) => (one._tag === "Some" ? [one.value] : []))
      assert.strictEqual(won.length, 1)
      const found = yield* KeyFile.read(path)
      assert.deepStrictEqual(
        won.map(({ root }) => [...Redacted.value(root)]),
        [[...Redacted.value(found.root)]]
      )
    })
  )

  it.effect("a file that is not there or is a directory, is refused with what to set", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const missing = yield* Effect.flip(KeyFile.read(`${directory}/keys.json`))
      assert.strictEqual(
        missing.message,
        `key file ${directory}/keys.json: can not be found; set VENDO_KEK_FILE to it, or ${anew}`
      )
      const error = yield* Effect.flip(KeyFile.read(directory))
      assert.include(error.message, "can not be read; run the server as the user who owns it")
    })
  )

  it.effect("a file open to others is refused, whichever of them may do what", () =>
    Effect.gen(function* () {
      for (const mode of [0o404, 0o440, 0o402, 0o420, 0o401, 0o410, 0o444, 0o644, 0o777]) {
        assert.deepStrictEqual(yield* refusedContents(good(), mode), ["is open to other users; run chmod 400 <path>"])
      }
      for (const mode of [0o400, 0o600]) yield* KeyFile.read(yield* written(`${JSON.stringify(good())}\n`, mode))
    })
  )

  it.effect("a key that is not exactly 32 bytes in base64, or all zero, is refused, and not shown", () =>
    Effect.gen(function* () {
      const bytes = randomBytes(32)
      const encoded = bytes.toString("base64")
      for (const wrong of [
        "",
        randomBytes(31).toString("base64"),
        randomBytes(33).toString("base64"),
        randomBytes(16).toString("base64"),
        bytes.toString("hex"),
        bytes.toString("base64url"),
        `${encoded}\n`,
        ` ${encoded}`,
        encoded.replace("=", ""),
        `${encoded}${encoded}`,
        `${encoded.slice(0, 20)}\n${encoded.slice(20)}`,
        `${encoded.slice(0, -2)}${encoded.endsWith("A=") ? "B=" : "/="}`
      ].filter((wrong) => wrong !== encoded)) {
        assert.deepStrictEqual(yield* refusedContents(withKek(wrong)), notBytes("k1"), wrong.replaceAll(/\w/g, "x"))
        assert.deepStrictEqual(yield* refusedContents({ ...good(), root: wrong }), notBytes("root"))
      }
      const zero = Buffer.alloc(32).toString("base64")
      assert.deepStrictEqual(yield* refusedContents(withKek(zero)), [`"k1" is all zero; ${restore}`])
      assert.deepStrictEqual(yield* refusedContents({ ...good(), root: zero }), [`"root" is all zero; ${restore}`])
    })
  )

  it.effect("ids that can not be told apart, and an active key that is none of them, are refused", () =>
    Effect.gen(function* () {
      const twice = { ...good(), keks: [...good().keks, ...good().keks] }
      assert.deepStrictEqual(yield* refusedContents(twice), ["two keys have the same id; give each its own"])
      assert.deepStrictEqual(yield* refusedContents({ ...good(), active: "k9" }), [
        `"active" names k9, which is not among the keys; name one of k1`
      ])
      // The sealed check of the root is stored under that id.
      assert.deepStrictEqual(
        yield* refusedContents({ ...good(), active: "root", keks: [{ id: "root", key: key() }] }),
        [`no key may have the id "root", which is taken; ${restore}`]
      )
    })
  )

  it.effect("a key in the place of an id is not shown", () =>
    Effect.gen(function* () {
      const swapped = { ...good(), keks: [{ id: key(), key: "k1" }] }
      assert.deepStrictEqual(
        yield* refused(
          JSON.stringify(swapped),
          swapped.keks.map(({ id }) => id)
        ),
        notAKeyFile
      )
      const active = { ...good(), active: key() }
      assert.deepStrictEqual(yield* refused(JSON.stringify(active), [active.active]), notAKeyFile)
    })
  )

  it.effect("anything else than a file of this format is refused, and not shown", () =>
    Effect.gen(function* () {
      const { active, format, keks, root } = good()
      const secrets = secretsOf({ active, format, keks, root })
      for (const other of [
        { active, format: "vendo-keys/2", keks, root },
        { active, keks, root },
        { active, format, keks },
        { format, keks, root },
        { active, format, root },
        { active, format, keks: [], root },
        { active, format, keks: [{ id: "k1" }], root },
        { active, format, keks: [{ id: "", key: root }], root },
        { active, format, keks: { k1: root }, root },
        { active, format, keks, root: [...randomBytes(32)] },
        [root],
        root,
        null
      ]) {
        assert.deepStrictEqual(yield* refused(JSON.stringify(other), secrets), notAKeyFile)
      }
      const text = JSON.stringify(good())
      for (const other of ["", "\n", root, text.slice(0, -1), `${text}}`, "-----BEGIN PRIVATE KEY-----"]) {
        assert.deepStrictEqual(yield* refused(other, secrets), notAKeyFile)
      }
    })
  )

  it.effect("all that is wrong is told at once", () =>
    Effect.gen(function* () {
      const zero = Buffer.alloc(32).toString("base64")
      const contents: Contents = {
        format: "vendo-keys/1",
        root: randomBytes(31).toString("base64"),
        active: "k9",
        keks: [
          { id: "k1", key: zero },
          { id: "k1", key: randomBytes(32).toString("hex") }
        ]
      }
      const lines = yield* refusedContents(contents, 0o644)
      assert.strictEqual(lines.length, 6)
      for (const part of [
        "chmod 400",
        `"root" is not`,
        `"k1" is all zero`,
        `"k1" is not`,
        "same id",
        `"active" names`
      ]) {
        assert.isTrue(
          lines.some((line) => line.includes(part)),
          part
        )
      }
      assert.deepStrictEqual(yield* refused("not JSON", [], 0o644), [
        "is open to other users; run chmod 400 <path>",
        ...notAKeyFile
      ])
    })
  )
})
