import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_session"),
    control: "a provider that refuses is asked once more",
    find: "answer.status_code == 401 and",
    replace: "answer.status_code == 400 and",
    name: "test_a_401_of_the_provider"
  },
  {
    ...source("_session"),
    control: "what carries another token, or none, is not sent again",
    find: `return request.headers.get("Authorization") == f"Bearer {token.token.reveal()}"`,
    replace: "return True",
    name: "test_a_redirect_to_another_host"
  },
  {
    ...source("_session"),
    control: "a body is sent again from where it began",
    find: "            self._body.seek(self._began)",
    replace: "            pass",
    name: "test_a_body_is_sent_again"
  },
  {
    ...source("_session"),
    control: "a body that can be read once is not sent again",
    find: "if not body.can_be_sent_again:",
    replace: "if False:",
    name: "test_a_body_that_can_be_read_once"
  },
  {
    ...source("_session"),
    control: "a redirect goes on with the new token",
    find: `        _authorize(answer.request, token)
        repeated:`,
    replace: `        again = answer.request.copy()
        _authorize(again, token)
        answer.request = again
        repeated:`,
    name: "test_a_redirect_on_the_same_host"
  },
  {
    ...source("_session"),
    control: "without requests it says what to install",
    find: `pip install "vendo-sdk[http]"`,
    replace: "pip install requests",
    name: "test_without_requests"
  }
]
