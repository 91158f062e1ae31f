import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_events"),
    control: "closing a subscription ends what is about to begin",
    find: `        self._stream = stream
        if self._closed:`,
    replace: `        if self._closed:`,
    name: "test_closing_it_while_it_opens"
  },
  {
    ...source("_http"),
    control: "a forked process ends no reading of its parent",
    find: " and self._process == os.getpid():",
    replace: ":",
    name: "test_a_forked_process_that_closes_its_copy"
  },
  {
    ...source("_sse"),
    control: "a line that ends in CR may go on with LF",
    find: `held = "\\r" if self._text.endswith("\\r") else ""`,
    replace: `held = ""`,
    name: "test_an_event_is_the_same_however"
  },
  {
    ...source("_sse"),
    control: "an id with NUL is none",
    find: `elif name == "id" and "\\0" not in value:`,
    replace: `elif name == "id":`,
    name: "test_an_event_is_the_same_however"
  },
  {
    ...source("_sse"),
    control: "an event that is too long is none",
    find: "if len(self._text) + self._size > _LONGEST:",
    replace: "if len(self._text) > _LONGEST:",
    name: "test_an_event_that_is_too_long"
  },
  {
    ...source("_events"),
    control: "a stream goes on after its last event",
    find: `return {"accept": "text/event-stream"} | after`,
    replace: `return {"accept": "text/event-stream"}`,
    name: "test_it_goes_on_after_the_last_event"
  },
  {
    ...source("_events"),
    control: "what will not pass is raised",
    find: "if _is_final(failed):",
    replace: "if False:",
    name: "test_it_begins_where_it_is_told"
  },
  {
    ...source("_events"),
    control: "attempts in a row are counted from the last event",
    find: `        self._attempt = 0
        if event`,
    replace: "        if event",
    name: "test_it_goes_on_after_the_last_event"
  },
  {
    ...source("_apis"),
    control: "closing a subscription ends its wait",
    find: "if self._closed.wait(seconds):",
    replace: `import time
        time.sleep(seconds)
        if self._closed.is_set():`,
    name: "test_closing_it_from_another_thread"
  },
  {
    ...source("_http"),
    control: "closing a subscription ends its reading",
    find: "socket.socket.shutdown(self._reached, socket.SHUT_RDWR)",
    replace: "pass",
    name: "test_closing_it_from_another_thread"
  },
  {
    ...source("_apis"),
    control: "without a key there are no events, and that is said at once",
    find: `        bound.core.need_vendo_mode("the event stream")
`,
    replace: "",
    name: "test_without_a_key_it_is_refused_when"
  }
]
