import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/examples.slow.test.ts"

const forgets = (file: string, scope: string, name: string): Mutant => ({
  control: `${file} acts for the user who asked, and not for the tool`,
  file: `docs/examples/${file}`,
  find: `vendo.${scope}.session`,
  replace: "vendo.session",
  test,
  name
})

export const mutants: ReadonlyArray<Mutant> = [
  forgets("express.ts", "forRequest(request.headers)", "for Express gives"),
  forgets("fastify.ts", "forRequest(request.headers)", "for Fastify gives"),
  forgets("hono.ts", "forRequest(context.req.raw.headers)", "for Hono gives"),
  forgets("next/app/me/route.ts", "forRequest(request.headers)", "for the Next.js route handler gives"),
  forgets("worker.ts", "forUser(userToken)", "of a worker"),
  {
    control: "effect.ts acts for the user it is given",
    file: "docs/examples/effect.ts",
    find: "forUser(token)(me)",
    replace: "me",
    test,
    name: "of an Effect program"
  },
  {
    control: "express.ts says when to come back",
    file: "docs/examples/express.ts",
    find: `response.set("Retry-After", String(error.retryAfter ?? 5))`,
    replace: "",
    test,
    name: "for Express says when"
  },
  {
    control: "hono.ts shows where an account is connected",
    file: "docs/examples/hono.ts",
    find: "connectUrl: error.connectUrl",
    replace: "connectUrl: undefined",
    test,
    name: "for Hono gives"
  }
]
