import type { Mutant } from "@vendodev/testing/Mutant"

const docker = { file: "packages/server/src/launch/docker.ts", test: "packages/server/test/launch/docker.test.ts" }
const engine = { ...docker, file: "packages/server/src/launch/engine.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...docker,
    control: "a container of somebody else is neither removed nor taken for ours when its name is wanted",
    find: "if (!isOf(launching)(there)) {",
    replace: "if (there === null) {"
  },
  {
    ...docker,
    control: "a container of somebody else is not removed with a deployment",
    find: "if (!isOf(target)(there)) return",
    replace: ""
  },
  {
    ...docker,
    control: "a container is of a deployment and of its tenant",
    find: `"vendo.deployment": deployment.id, "vendo.tenant": tenant`,
    replace: `"vendo.tenant": tenant`
  },
  {
    ...docker,
    control: "a container that runs is left alone",
    find: "if (there.State.Running) return Option.none()",
    replace: ""
  },
  {
    ...docker,
    control: "an image is fetched with one tag",
    find: `{ fromImage: name, tag: "latest" }`,
    replace: `{ fromImage: name, tag: "" }`
  },
  {
    ...docker,
    control: "the port of a registry is no tag",
    find: `colon > name.lastIndexOf("/")`,
    replace: "colon > 0"
  },
  {
    ...docker,
    control: "what an engine repeats of the key is not told",
    find: `words.replaceAll(Redacted.value(key), "…").replaceAll`,
    replace: "words.replaceAll"
  },
  {
    ...docker,
    control: "what an engine says is cut",
    find: ".slice(0, mostWords)",
    replace: ""
  },
  {
    ...docker,
    control: "the key of a container stands in no address",
    find: "const query = { name: containerOf(target) }",
    replace: "const query = { name: containerOf(target), key: Redacted.value(key) }"
  },
  {
    ...docker,
    control: "a container that can not be removed fails nothing",
    find: `Effect.catchTag("EngineFault", ({ words }) =>
          Effect.logWarning`,
    replace: `Effect.catchTag("EngineFault", ({ words }) =>
          Effect.die`
  },
  {
    ...engine,
    control: "an engine is asked in no newer API than it speaks",
    find: "isOlder ? `${major}.${minor}` : newest",
    replace: 'isOlder ? newest.join(".") : newest'
  },
  {
    ...engine,
    control: "an engine is asked in no newer API than is known here",
    find: 'newest.join("."))',
    replace: "`${major}.${minor}`)"
  },
  {
    ...engine,
    control: "an error in the midst of a success is one",
    find: `textIn(body, "error")`,
    replace: `textIn(body, "none")`
  },
  {
    ...engine,
    control: "an engine that does not answer is not waited for",
    find: `within = "10 seconds"`,
    replace: `within = "10 minutes"`
  },
  {
    ...engine,
    control: "what an engine refuses has failed",
    find: "response.status >= 400 ? refused(response)",
    replace: "response.status >= 600 ? refused(response)"
  }
]
