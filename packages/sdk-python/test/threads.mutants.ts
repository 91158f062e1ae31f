import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_flights"),
    control: "threads that ask at once share one request",
    find: "if found is None or found.future.done():",
    replace: "if True:",
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
    find: `            if self._under_way.get(key) is flight:
                del self._under_way[key]
                if not`,
    replace: `            if True:
                self._under_way.pop(key, None)
                if not`,
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
    ...source("_memory"),
    control: "what several bring is not kept when one was dropped meanwhile",
    find: "if since is not None and since != self._drops:",
    replace: "if False:",
    name: "test_what_several_bring_is_not_kept"
  },
  {
    ...source("_memory"),
    control: "a token that ended by the clock of the wall is not used",
    find: "or has_expired(kept.token)",
    replace: "",
    name: "test_a_token_that_ended_while_the_machine_slept"
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
    find: `        self.future.set_running_or_notify_cancel()
`,
    replace: "",
    name: "test_a_task_that_is_cancelled_while_it_waits"
  },
  {
    ...source("_blocking"),
    control: "a blocking call on a loop waits for no task of it",
    find: "if thread == threading.get_ident() and not future.done():",
    replace: "if False:",
    name: "test_a_blocking_call_on_the_loop"
  },
  {
    ...source("_blocking"),
    control: "what a signal interrupted is not waited for by its handler",
    find: "if thread == threading.get_ident() and not future.done():",
    replace: "if False:",
    name: "test_who_asks_in_between"
  },
  {
    ...source("_blocking"),
    control: "nobody waits for another longer than a call may take",
    find: "future.result(max(0.0, deadline - time.monotonic()))",
    replace: "future.result()",
    name: "test_nobody_waits_for_a_loop_that_stands_still"
  },
  {
    ...source("_flights"),
    control: "what was waited for long enough is waited for by nobody else",
    find: `                self._leave(key, found)
`,
    replace: "",
    name: "test_nobody_waits_for_a_loop_that_stands_still"
  },
  {
    ...source("_awaiting"),
    control: "each request has a thread",
    find: `threading.Thread(target=perform, name="vendo", daemon=True).start()`,
    replace: "loop.run_in_executor(None, perform)",
    name: "test_as_many_requests_are_under_way"
  },
  {
    ...source("_aiohttp"),
    control: "aiohttp bounds not how much is asked at once",
    find: "connector=_AIOHTTP.TCPConnector(limit=0)",
    replace: "connector=_AIOHTTP.TCPConnector(limit=20)",
    name: "test_as_many_requests_are_under_way"
  },
  {
    ...source("_aiohttp"),
    control: "aiohttp goes through the proxy of the environment",
    find: "proxy=None if proxy is None else proxy.url",
    replace: "proxy=None",
    name: "test_a_proxy_of_the_environment_is_used"
  },
  {
    ...source("_aiohttp"),
    control: "a session of one loop is not used on another",
    find: "session = self._sessions.get(loop)",
    replace: "session = next(iter(self._sessions.values()), None)",
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
    find: "if len(body) > LONGEST_ANSWER:",
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
