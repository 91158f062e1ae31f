import { Console, Effect, Option, Path, Redacted, Schema, Stdio } from "effect"
import { Argument, Command, Flag, TerminalCapabilities } from "effect/cli"
import { Slug } from "@vendodev/domain/Ids"
import { IdempotencyKey, Launch, type Launched } from "@vendodev/domain/Installation"
import { onInstall } from "./advice.ts"
import { answer } from "./answer.ts"
import { repeated, variablesSaid } from "./assignments.ts"
import { atLength } from "./atLength.ts"
import { askFor, said } from "./choosing.ts"
import { described } from "./deployment.ts"
import { Failure } from "./Failure.ts"
import { Json, nameFlag, Tenant } from "./flags.ts"
import { Deployments, Management, Tools } from "./Management.ts"
import { sourceOf } from "./manifestSource.ts"
import * as resolve from "./resolve.ts"
import { plain } from "./table.ts"

const slug = Schema.decodeUnknownOption(Slug)

/** Whether somebody sits there who can be asked. */
const isAttended = Effect.gen(function* () {
  if (yield* Json) return false
  const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
  return canPrompt && (yield* (yield* Stdio.Stdio).stdinIsTerminal)
})

const isLaunch = Schema.is(Launch)

const usage = (detail: string, fix: string) => new Failure({ code: "usage", detail, fix })

/** How it is to be started: what stands behind `--`, here. What could not be sent is the line's fault. */
const launchOf = Effect.fn("install.launchOf")(function* (input: {
  readonly command: ReadonlyArray<string>
  readonly image: Option.Option<string>
}) {
  const [program, ...more] = input.command
  const image = Option.isSome(input.image) ? { image: input.image.value } : {}
  if (!isLaunch(image)) {
    return yield* usage("--image does not name an image", "write it like --image node:24-slim, or leave it out")
  }
  if (program === undefined) return image
  const { resolve } = yield* Path.Path
  const launch = { command: [program, ...more] as const, directory: resolve("."), ...image }
  if (isLaunch(launch)) return launch
  return yield* usage(
    "what stands behind -- can not be kept: a program and at most 63 arguments, of at most 4096 characters each",
    "write it like: vendo install -- node bot.js; what is longer goes into a script"
  )
})

/** What becomes of it now, and whose turn it is. */
const told = ({ detail, launcher, run, state }: Launched): string => {
  const said = detail === null ? "" : `: ${detail}`
  return state === "launched"
    ? `The service has started it (${launcher})${said}\nThis key will not be shown again; it has it already.`
    : `${state === "failed" ? `The service could not start it (${launcher})${said}\n` : ""}` +
        `This key will not be shown again. Start the deployment with it:\n\n  ${run}`
}

export const install = Command.make(
  "install",
  {
    what: Argument.String("what").pipe(
      Argument.withDescription("A manifest's file (default: vendo.yaml), or a tool of the store: echo-bot, echo-bot@2"),
      Argument.withDefault("vendo.yaml")
    ),
    slug: Flag.String("slug").pipe(
      Flag.withMetavar("<slug>"),
      Flag.withDescription("What the deployment is called; the tool's name if left out"),
      Flag.filterMap(slug, () => "1 to 40 lower-case letters, digits and inner '-'"),
      Flag.optional
    ),
    name: nameFlag("the slug if left out"),
    sandbox: Flag.Boolean("sandbox").pipe(
      Flag.withDescription("Install it as a sandbox, which goes without exclusive credentials"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    use: repeated("use", "<integration=connection>", "Bind this connection; may be repeated"),
    pool: repeated("pool", "<integration>", "Draw from the managed pool; may be repeated"),
    credentialFromEnv: repeated(
      "credential-from-env",
      "<integration=NAME>",
      "Connect with the credential in this environment variable; may be repeated"
    ),
    set: repeated("set", "<NAME=value>", "A variable of the deployment that is no secret; may be repeated"),
    setFromEnv: repeated("set-from-env", "<NAME>", "A variable, with the value it has here; may be repeated"),
    unverified: Flag.Boolean("unverified").pipe(
      Flag.withDescription("Keep credentials though their providers do not answer"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    image: Flag.String("image").pipe(
      Flag.withMetavar("<image>"),
      Flag.withDescription("Where the service starts containers: the image"),
      Flag.optional
    ),
    command: Argument.String("command").pipe(
      Argument.withDescription(
        "Behind --: how it is started, from this directory, where the service starts what it installs"
      ),
      Argument.variadic()
    )
  },
  Effect.fn("install")(function* (input) {
    const { installDeployment } = yield* Deployments
    const { listConnections } = yield* Management
    const source = yield* sourceOf(input.what)
    const variables = yield* variablesSaid(input.set, input.setFromEnv)
    const { id: tenant } = yield* resolve.tenant
    const choices = yield* said(tenant, input)
    if (yield* isAttended) {
      const { connections } = yield* listConnections({ params: { tenant }, query: {} })
      yield* askFor({ manifest: source.manifest, isSandbox: input.sandbox, choices, variables, connections })
    }
    const launch = yield* launchOf(input)
    const called = Option.getOrElse(input.slug, () => source.manifest.name)
    // Under one name, so asking again where no answer came installs nothing twice.
    const key = IdempotencyKey.make(crypto.randomUUID())
    const [installed, response] = yield* installDeployment({
      headers: { "idempotency-key": key },
      payload: {
        tenant_id: tenant,
        ...source.sent,
        ...(Option.isSome(input.slug) ? { slug: input.slug.value } : {}),
        ...(Option.isSome(input.name) ? { name: input.name.value } : {}),
        ...(input.sandbox ? { kind: "sandbox" } : {}),
        choices: Object.fromEntries(choices),
        variables: Object.fromEntries(variables),
        launch,
        verify: input.unverified ? "try" : "live"
      },
      responseMode: "decoded-and-response"
    }).pipe(
      atLength({
        what: `the service to install ${plain(called)}`,
        perhaps: `${plain(called)} may be installed all the same`,
        look: `see with \`vendo deployment list\`; if it is there, \`vendo key mint --app ${plain(called)}\` makes it another key`
      }),
      Effect.mapError(onInstall(source.manifest))
    )
    // The key alone on stdout, as `vendo key mint` has it: a shell can take it from there.
    yield* answer(response, Effect.succeed(Redacted.value(installed.key)))
    const { connections } = yield* listConnections({ params: { tenant }, query: {} })
    yield* Console.error(described(installed.deployment, connections))
    yield* Console.error(`\n${told(installed.launch)}`)
  })
).pipe(
  Command.withDescription(
    "Install a tool: an app, its connections and bindings, its variables and its key, or an answer that says what is missing"
  ),
  Command.withExamples([
    { command: "vendo install", description: "What vendo.yaml here needs is asked for" },
    { command: "vendo install echo-bot --slug support-bot --use telegram=telegram/work --pool openai" },
    {
      command: "export VENDO_API_KEY=$(vendo install --credential-from-env telegram=TELEGRAM_BOT_TOKEN)",
      description: "Nothing is typed, and the key goes where it is needed"
    },
    { command: "vendo install --sandbox --set GREETING=hello --set-from-env ADMIN_PASSWORD" },
    {
      command: "vendo install -- node bot.js",
      description: "Started at once, where the service starts what it installs"
    }
  ]),
  Command.withGlobalFlags([Tenant]),
  Command.provide(Deployments.layer),
  Command.provide(Tools.layer),
  Command.provide(Management.layer)
)
