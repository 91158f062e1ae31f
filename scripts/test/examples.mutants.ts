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
  forgets("worker.ts", "forUser(userToken)", "of a worker does"),
  forgets("python/flask_app.py", "for_request(request.headers)", "for Flask gives"),
  forgets("python/django_app.py", "for_request(request.headers)", "for Django gives"),
  forgets("python/fastapi_app.py", "for_request(request.headers)", "for FastAPI gives"),
  forgets("python/worker.py", 'for_user(job["userToken"])', "of a worker in Python"),
  {
    control: "fastapi_app.py acts on the loop for the user who asked, and not for the tool",
    file: "docs/examples/python/fastapi_app.py",
    find: "await async_vendo.for_request(request.headers)",
    replace: "await async_vendo",
    test,
    name: "for FastAPI on the loop gives"
  },
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
  },
  {
    control: "flask_app.py says when to come back",
    file: "docs/examples/python/flask_app.py",
    find: ', 503, {"Retry-After": str(error.retry_after or 5)}',
    replace: ", 503, {}",
    test,
    name: "for Flask says when"
  },
  {
    control: "fastapi_app.py says when to come back",
    file: "docs/examples/python/fastapi_app.py",
    find: ', 503, {"Retry-After": str(error.retry_after or 5)}',
    replace: ", 503",
    test,
    name: "for FastAPI says when"
  },
  {
    control: "django_app.py says when to come back",
    file: "docs/examples/python/django_app.py",
    find: 'response["Retry-After"] = str(error.retry_after or 5)',
    replace: "",
    test,
    name: "for Django says when"
  },
  {
    control: "django_app.py shows where an account is connected",
    file: "docs/examples/python/django_app.py",
    find: '"connectUrl": error.connect_url',
    replace: '"connectUrl": None',
    test,
    name: "for Django gives"
  }
]
