import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_aiohttp"),
    control: "who is cancelled has no frames of aiohttp",
    find: "    raise without_frames(failed)",
    replace: "    raise failed",
    name: "test_who_is_cancelled_has_none"
  },
  {
    ...source("_secret"),
    control: "a secret is not printed",
    find: `return "<secret>"`,
    replace: "return self._value",
    name: "test_a_secret_is_neither_printed"
  },
  {
    ...source("_secret"),
    control: "a secret is not pickled",
    find: `raise TypeError("a secret is not pickled")`,
    replace: "return (Secret, (self._value,))",
    name: "test_a_secret_is_neither_printed"
  },
  {
    ...source("types"),
    control: "a credential is printed without its token",
    find: "access_token: str = field(repr=False)",
    replace: "access_token: str",
    name: "test_what_is_handed_out_shows_its_secrets"
  },
  {
    ...source("types"),
    control: "a connection is printed without its secrets",
    find: "credential: Mapping[str, str] | None = field(default=None, repr=False)",
    replace: "credential: Mapping[str, str] | None = None",
    name: "test_what_is_handed_out_shows_its_secrets"
  },
  {
    ...source("types"),
    control: "a connection is printed without its key",
    find: "api_key: str | None = field(default=None, repr=False)",
    replace: "api_key: str | None = None",
    name: "test_what_is_handed_out_shows_its_secrets"
  },
  {
    ...source("_blocking"),
    control: "an error is raised without the frames behind it",
    find: `        failed = error
    raise without_frames(failed)`,
    replace: "        raise",
    name: "test_an_error_of_what_can_not"
  },
  {
    ...source("_vendo"),
    control: "a key is taken out of the frame that got it",
    find: "key, api_key = present(api_key), None",
    replace: "key = present(api_key)",
    name: "test_an_error_of_what_can_not"
  },
  {
    ...source("_vendo"),
    control: "a user token is taken out of the frame that got it",
    find: `secret, jwt = present(jwt), ""`,
    replace: "secret = present(jwt)",
    name: "test_an_error_of_what_can_not"
  },
  {
    ...source("_async_vendo"),
    control: "a key is taken out of the frame of the asynchronous client",
    find: "key, api_key = present(api_key), None",
    replace: "key = present(api_key)",
    name: "test_an_error_of_what_can_not"
  },
  {
    ...source("_async_vendo"),
    control: "a user token is taken out of the frame of the asynchronous client",
    find: `secret, jwt = present(jwt), ""`,
    replace: "secret = present(jwt)",
    name: "test_an_error_of_what_can_not"
  },
  {
    ...source("_connection"),
    control: "http.client prints nothing of ours",
    find: `    debuglevel = 0
`,
    replace: "",
    name: "test_who_has_http_client_print_all"
  },
  {
    ...source("_shorthands"),
    control: "what the shared client was made of is a secret",
    find: "made_of = Secret(repr([os.environ.get(name) for name in _NAMES]))",
    replace: "made_of = repr([os.environ.get(name) for name in _NAMES])",
    name: "test_what_is_kept_for_the_module"
  },
  {
    ...source("_error"),
    control: "an error is the same after it was pickled",
    find: "return _again, (type(self), self.code, self.message, details)",
    replace: "return _again, (type(self), self.code, self.message, {})",
    name: "test_an_error_is_the_same_after"
  },
  {
    ...source("_error"),
    control: "a traceback says what to do",
    find: `("what to do", suggested_fix),`,
    replace: `("what to do", None),`,
    name: "test_a_traceback_ends_with_what_to_do"
  }
]
