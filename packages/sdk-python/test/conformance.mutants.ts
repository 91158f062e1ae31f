import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/conformance.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })
const driver = { file: "packages/sdk-python/test/conformance_driver.py", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_tokens"),
    control: "in Python an override comes first",
    find: "override is not None",
    replace: "False",
    name: "Vendo: the override wins over the service, which is not asked"
  },
  {
    ...source("_tokens"),
    control: "in Python with a key no conventional variable counts",
    find: `        if self._settings.api_key is not None:
            return None
`,
    replace: "",
    name: "Vendo: with a key the service is asked and the conventional variable is not"
  },
  {
    ...source("_tokens"),
    control: "in Python fifty slugs are asked for at once",
    find: "_MOST_SLUGS = 50",
    replace: "_MOST_SLUGS = 51",
    name: "Vendo: fifty-one slugs are two requests"
  },
  {
    ...source("_tokens"),
    control: "in Python a token is kept for its user alone",
    find: "self._memory.get(Owner(user, slug))",
    replace: "self._memory.get(Owner(None, slug))",
    name: "Vendo: no token is shared between users, nor with the deployment"
  },
  {
    ...source("_tokens"),
    control: "in Python a refused token is reported",
    find: "yield from self._report(owner, refused)",
    replace: "pass",
    name: "Vendo: a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...source("_flights"),
    control: "in Python who asks at the same time shares an answer",
    find: "if found is None or found.future.done():",
    replace: "if True:",
    name: "Vendo: who asks at the same time shares a refusal, which is not kept"
  },
  {
    ...source("_settings"),
    control: "in Python a call is made again once",
    find: "times: int = 1",
    replace: "times: int = 2",
    name: "Vendo: a passing failure after another is not asked a third time"
  },
  {
    ...source("errors"),
    control: "in Python nothing bound is NotConnected",
    find: `"binding_missing": NotConnected`,
    replace: `"binding_missing": AuthError`,
    name: "Vendo: binding_missing is thrown as NotConnected, and not asked again"
  },
  {
    ...source("_users"),
    control: "in Python nobody acts as the deployment where a user was meant",
    find: "if jwt is None:",
    replace: "if False:",
    name: "Vendo: a request with an empty list names nobody, and nothing is sent"
  },
  {
    ...source("_error"),
    control: "in Python an error repeats no secret",
    find: "super().__init__(message)",
    replace: `super().__init__(message + repr(dict(__import__("os").environ)))`,
    name: "Vendo: an error does not repeat the key, the user or a token"
  },
  {
    ...source("_secret"),
    control: "in Python a variable of a frame shows no secret",
    find: `return "<secret>"`,
    replace: "return self._value",
    name: "Vendo: an error does not repeat the key, the user or a token"
  },
  {
    ...source("_aiohttp"),
    control: "over aiohttp a redirect is not followed",
    find: "allow_redirects=False",
    replace: "allow_redirects=True",
    name: "AsyncVendo over aiohttp: a redirect of status 301 is not followed"
  },
  {
    ...driver,
    control: "what a client leaves open is a failure",
    find: "await self._clients.made.aclose()",
    replace: "pass",
    name: "AsyncVendo over aiohttp: with a key the service is asked and the conventional variable is not"
  },
  {
    ...driver,
    control: "what is to be awaited is looked at",
    find: `    "token",
    "tokens",`,
    replace: `    "tokens",`,
    name: "AsyncVendo: with a key the service is asked and the conventional variable is not"
  },
  {
    control: "no vector is lost to AsyncVendo",
    file: test,
    find: `!calls(vector).has("session")`,
    replace: `!calls(vector).has("token")`,
    test,
    name: "AsyncVendo is asked for every vector"
  }
]
