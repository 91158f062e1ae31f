/** A guide walked as a reader would: its server in one terminal, its commands in another, in their order. */
import { Context, Effect, FileSystem, Layer, Schedule, Schema } from "effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import * as ProvidersControl from "@vendodev/simulator/ProvidersControl"
import type { ProvidersControls } from "@vendodev/simulator/ProvidersControls"
import { temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { spawnProgram } from "../../../packages/server/test/secrets/program.ts"
import { codeBlocks } from "../consumer/codeBlocks.ts"
import { bareEnvironment } from "@vendodev/testing/bareEnvironment"

const root = new URL("../../../", import.meta.url).pathname

const DevFile = Schema.fromJsonString(
  Schema.Struct({ baseUrl: Schema.String, providersUrl: Schema.String, adminToken: Schema.String })
)

export interface Said {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** What happens in its own time in other processes: looked at until it is so, and not for ever. */
export const eventually = <A, E, R>(look: Effect.Effect<A, E, R>) =>
  Effect.retry(look, { times: 900, schedule: Schedule.spaced("100 millis") })

/** Without `pnpm` in front, whose work is to install what is installed. */
const prelude = `vendo() { "$NODE" packages/cli/src/main.ts "$@"; }\n`

const run = (script: string, environment: Readonly<Record<string, string>>): Effect.Effect<Said> =>
  Effect.callback((resume) => {
    const shell = spawn("bash", ["--norc", "-c", prelude + script], { cwd: root, env: environment })
    const said = { stdout: "", stderr: "" }
    for (const name of ["stdout", "stderr"] as const) shell[name].on("data", (chunk) => (said[name] += String(chunk)))
    shell.once("close", (code) => resume(Effect.succeed({ exit: code ?? -1, ...said })))
    return Effect.sync(() => shell.kill("SIGKILL"))
  })

export class Walk extends Context.Service<
  Walk,
  {
    readonly baseUrl: string
    readonly providers: ProvidersControls
    /** Runs the next block of the guide, and says which it was. */
    readonly next: Effect.Effect<Said & { readonly script: string }>
    /** Runs lines that are not in the guide, to look at what came of it. */
    readonly look: (script: string) => Effect.Effect<Said>
    /** What a deployment printed. */
    readonly output: (slug: string) => Effect.Effect<string>
    /** How many blocks are left. */
    readonly left: () => number
  }
>()("scripts/test/guide/Walk") {
  /** The first two blocks start the server and name things: that is done here. */
  static readonly layerOf = (guide: string) =>
    Layer.effect(
      Walk,
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const dataDir = yield* temporaryDirectory
        const server = yield* spawnProgram({ VENDO_DATA_DIR: dataDir }, [], `${root}scripts/start.ts`)
        yield* server.until(/vendo connection --help/)
        const { baseUrl, providersUrl } = yield* Schema.decodeUnknownEffect(DevFile)(
          yield* files.readFileString(`${dataDir}/dev.json`)
        )
        const environment = {
          ...bareEnvironment,
          NODE: process.execPath,
          VENDO_DATA_DIR: dataDir,
          PROVIDERS: providersUrl
        }
        const blocks = codeBlocks(readFileSync(root + guide, "utf8"), "sh").slice(2)
        return Walk.of({
          baseUrl,
          providers: ProvidersControl.make(providersUrl),
          next: Effect.suspend(() => {
            const script = blocks.shift() ?? "false"
            return Effect.map(run(script, environment), (said) => ({ ...said, script }))
          }),
          look: (script) => run(script, environment),
          output: (slug) =>
            Effect.gen(function* () {
              const directory = `${dataDir}/deployments`
              const all = yield* files.readDirectory(directory)
              const name = all.find((file) => file.endsWith(`-${slug}.log`))
              return name === undefined ? "" : yield* files.readFileString(`${directory}/${name}`)
            }).pipe(Effect.orDie),
          left: () => blocks.length
        })
      })
    ).pipe(Layer.provide(NodeServices.layer), Layer.orDie)
}
