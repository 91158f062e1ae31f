import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_flights"),
    control: "threads that ask at once share one request",
    find: `self._under_way.get(key)
                leads`,
    replace: `None
                leads`,
    name: "test_64_of_them"
  },
  {
    ...source("_flights"),
    control: "each that was refused has an error of its own",
    find: "raise copy.copy(outcome)",
    replace: "raise outcome",
    name: "test_a_refusal_is_told"
  },
  {
    ...source("_flights"),
    control: "an answer from before a token was dropped is not kept",
    find: "is_current = self._under_way.get(key) is flight",
    replace: "is_current = True",
    name: "test_who_asks_after_a_token_was_dropped"
  },
  {
    ...source("_memory"),
    control: "a token that is dropped is dropped from what is under way, too",
    find: `        self._flights.forget(owner)
`,
    replace: "",
    name: "test_who_asks_after_a_token_was_dropped"
  },
  {
    ...source("_flights"),
    control: "one that is cancelled leaves the question to another",
    find: `if not isinstance(outcome, _Abandoned):
                return outcome`,
    replace: "return outcome  # type: ignore",
    name: "test_when_the_task_that_asks_for_all_is_cancelled"
  },
  {
    ...source("_flights"),
    control: "one that stops waiting cancels nothing",
    find: `                    flight.set_running_or_notify_cancel()
`,
    replace: "",
    name: "test_a_task_that_is_cancelled_while_it_waits"
  },
  {
    ...source("_blocking"),
    control: "a blocking call on a loop waits for no task of it",
    find: "return NotHere() if _is_on_event_loop() else future.result()",
    replace: "return future.result(5)",
    name: "test_a_blocking_call_on_the_loop"
  },
  {
    ...source("_aiohttp"),
    control: "a session of one loop is not used on another",
    find: "or self._loop is not loop:",
    replace: ":",
    name: "test_a_client_that_was_not_closed_serves"
  },
  {
    ...source("_aiohttp"),
    control: "no redirect is followed over aiohttp",
    find: "allow_redirects=False",
    replace: "allow_redirects=True",
    name: "test_an_address_is_sent_as_it_is"
  },
  {
    ...source("_aiohttp"),
    control: "an answer without end is given up over aiohttp",
    find: "if len(body) > _LONGEST_ANSWER:",
    replace: "if False:",
    name: "test_an_answer_without_end_is_given_up"
  },
  {
    ...source("_async_vendo"),
    control: "there is no asynchronous client without a key",
    find: "if not core.is_vendo_mode:",
    replace: "if False:",
    name: "test_without_a_key_there_is_no_client"
  }
]
