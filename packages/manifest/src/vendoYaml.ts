/** The keys of `vendo.yaml`, version 1: the one place that says what they take. */
import { Schema } from "effect"
import { integrations } from "@vendodev/catalog/Catalog"
import { EnvVarName } from "@vendodev/domain/Ids"
import { Runtime, ToolSlug } from "@vendodev/domain/Manifest"
import { runDeciding } from "@vendodev/domain/runDeciding"
import { choice, list, mapping, text, whole } from "./shape.ts"

/** A variable that whoever installs the tool gives a value: none of ours, and none that decides what is run. */
const UserVariable = EnvVarName.check(
  Schema.isPattern(/^(?!VENDO_)/, { expected: "a name that does not start with VENDO_, for the service sets those" }),
  Schema.isPattern(new RegExp(`^(?!${runDeciding})`), {
    expected: "none of the variables that decide what is run, such as PATH and LD_PRELOAD"
  })
)

/** One `/` and what a request line can hold, without the fragment that would never be sent. */
const HealthPath = Schema.String.check(
  Schema.isPattern(/^\/(?!\/)[!"$-[\]-~]{0,255}$/, {
    expected: "a path such as /healthz: one '/' and at most 255 visible ASCII characters, '#' and '\\' not among them"
  })
)

const slug = choice(
  integrations.map(({ slug }) => slug),
  "an integration of the catalog"
)

const variables = list(text(UserVariable))

export const vendoYaml = mapping({
  name: { shape: text(ToolSlug), description: "Names the tool. Installed copies are named after it." },
  version: { shape: whole(1, 1), description: "The version of this format." },
  runtime: {
    shape: choice(Runtime.literals, `one of ${Runtime.literals.join(", ")}`),
    description: "What the tool is written in. For people; nothing depends on it.",
    absent: null
  },
  integrations: {
    shape: list(slug),
    description: "What the tool asks tokens of. One connection of each is bound when it is installed.",
    absent: []
  },
  env: {
    shape: mapping({
      required: {
        shape: variables,
        description: "Variables that must be given a value when the tool is installed.",
        absent: []
      },
      optional: { shape: variables, description: "Variables that may be given a value.", absent: [] }
    }),
    description: "Variables of the tool's own, besides those that its integrations and the service set.",
    absent: { required: [], optional: [] }
  },
  health: {
    shape: mapping({
      path: {
        shape: text(HealthPath),
        description: "Asked with GET; any 2xx says that the tool is well.",
        absent: "/healthz"
      },
      port: { shape: whole(1, 65_535), description: "Where it is asked; $PORT when left out.", absent: null }
    }),
    description: "Where the running tool says that it is well. Without it nobody asks.",
    absent: null
  },
  restart_on: {
    shape: list(slug),
    description: "Integrations of this tool whose connections, when they change, restart it without anybody asking.",
    absent: []
  }
})
