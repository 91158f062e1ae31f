import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_headers"),
    control: "what a client sends under the name of WSGI itself is not taken",
    find: "is_environ = isinstance(headers, dict)",
    replace: "is_environ = True",
    name: "test_what_a_client_sends_under_the_name_of_wsgi"
  },
  {
    ...source("_headers"),
    control: "a header with underscores is another",
    find: "_text(key).lower() == name",
    replace: `_text(key).lower().replace("_", "-") == name`,
    name: "test_without_one_there_is_no_client"
  },
  {
    ...source("_headers"),
    control: "what WSGI calls the header is found",
    find: "or (is_environ and key == in_wsgi)",
    replace: "",
    name: "test_the_token_is_found_in_whatever"
  },
  {
    ...source("_headers"),
    control: "two values are none",
    find: `return ", ".join(values) if values else None`,
    replace: "return values[0] if values else None",
    name: "test_what_can_be_no_token_is_refused"
  },
  {
    ...source("_users"),
    control: "a blank user token is none",
    find: `    if jwt is None:
        raise`,
    replace: `    if jwt is None:
        return Secret("nobody")
        raise`,
    name: "test_without_one_there_is_no_client"
  },
  {
    ...source("_memory"),
    control: "what is kept for one user is given to no other",
    find: `        with self._lock:
            kept = self._kept.get(owner)`,
    replace: `        owner = Owner(None, owner.slug)
        with self._lock:
            kept = self._kept.get(owner)`,
    name: "test_what_is_kept_for_one_is_given_to_no_other"
  },
  {
    ...source("_vendo"),
    control: "a client for a user needs a key",
    find: `        self._bound.core.need_vendo_mode("for_user")
`,
    replace: "",
    name: "test_it_needs_a_key"
  },
  {
    ...source("_shorthands"),
    control: "the shorthands follow the environment",
    find: `if made is None or made[0] != made_of:
            with`,
    replace: `if made is None:
            with`,
    name: "test_they_follow_the_environment"
  },
  {
    ...source("_tokens"),
    control: "a text is no list of slugs",
    find: "if isinstance(slugs, (str, bytes)) or not isinstance(slugs, Iterable):",
    replace: "if False:",
    name: "test_a_list_of_slugs_that_is_a_text"
  },
  {
    ...source("_lists"),
    control: "a period that is none is not sent",
    find: `if period not in ("day", "month"):`,
    replace: "if False:",
    name: "test_a_period_that_is_none"
  },
  {
    ...source("_webhooks"),
    control: "bytes are no body",
    find: "if not isinstance(body, str):",
    replace: "if False:",
    name: "test_bytes_are_no_body"
  }
]
