// Of the shape of `Mutant` in `testing`, a room that stands on this one and can not be entered from here.
const engine = { test: "packages/simulator/test/FakeDocker.test.ts" }
const routes = { ...engine, file: "packages/simulator/src/docker/routes.ts" }

export const mutants = [
  {
    ...engine,
    control: "a simulated engine refuses an API it does not speak",
    file: "packages/simulator/src/FakeDocker.ts",
    find: "if (refusal !== undefined) return refusal",
    replace: "if (refusal === null) return refusal"
  },
  {
    ...routes,
    control: "a simulated container needs an image that is there",
    find: "if (!world.images.has(image)) return",
    replace: "if (image === null) return"
  },
  {
    ...routes,
    control: "of two simulated containers one has the name",
    find: "if (Option.isSome(there)) {",
    replace: "if (Option.isSome(there) && spec === null) {"
  },
  {
    ...routes,
    control: "a simulated container that runs is not removed, unless by force",
    find: `if (status === "running" && query.get("force") !== "true") {`,
    replace: `if (status === "created" && query.get("force") !== "true") {`
  },
  {
    ...routes,
    control: "a simulated image that failed on its way is not there",
    find: "if (fault === null) world.images.add(image)",
    replace: "world.images.add(image)"
  }
] as const
