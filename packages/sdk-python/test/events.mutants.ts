import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_events"),
    control: "closing a subscription ends what is about to begin",
    find: `        self._stream = stream
        if self.has_ended:`,
    replace: "        if self.has_ended:",
    name: "test_closing_it_while_it_opens"
  },
  {
    ...source("_connection"),
    control: "a forked process ends no reading of its parent",
    find: " and self._process == os.getpid():",
    replace: ":",
    name: "test_a_forked_process_that_closes_its_copy"
  },
  {
    ...source("_sse"),
    control: "a line that ends in CR may go on with LF",
    find: `held = "\\r" if self._holds_back else ""`,
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
    find: `        self._size += len(text)
`,
    replace: `        self._size = len(self._pieces[0])
`,
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
    ...source("_events"),
    control: "a subscription that was closed hands out nothing",
    find: `        if self.has_ended:
            raise Ended
`,
    replace: "",
    name: "test_closing_the_client_ends_the_loops_over_its_events"
  },
  {
    ...source("_events"),
    control: "a subscription that was closed is opened by nobody",
    find: "while not self.has_ended and not self._events:",
    replace: "while not self._events:",
    name: "test_closing_it_ends_the_loop_that_waits"
  },
  {
    ...source("_events"),
    control: "what falls silent is opened anew",
    find: "time.monotonic() + _SILENCE",
    replace: "time.monotonic() + 25",
    name: "test_a_stream_that_falls_silent"
  },
  {
    ...source("_events"),
    control: "nobody asks without a pause",
    find: "_SHORTEST_WAIT = 0.1",
    replace: "_SHORTEST_WAIT = 0.0",
    name: "test_it_waits_neither_for_nothing"
  },
  {
    ...source("_events"),
    control: "nobody waits for years",
    find: "_LONGEST_WAIT = 3600.0",
    replace: "_LONGEST_WAIT = 1e12",
    name: "test_it_waits_neither_for_nothing"
  },
  {
    ...source("_events"),
    control: "an id that is none is refused",
    find: "if last_event_id is not None and re.search",
    replace: "if False and re.search",
    name: "test_an_id_may_be_of_any_letters"
  },
  {
    ...source("_connection"),
    control: "an id may be of any letters",
    find: `return text.encode().decode("latin-1")`,
    replace: "return text",
    name: "test_an_id_may_be_of_any_letters"
  },
  {
    ...source("_calls"),
    control: "what is no event stream is not read as one",
    find: `if kind.partition(";")[0].strip().lower() == "text/event-stream":`,
    replace: "if True:",
    name: "test_what_is_no_event_stream"
  },
  {
    ...source("_apis"),
    control: "what a signal handler raises is raised",
    find: `        except BaseException:
            self.close()
            raise`,
    replace: `        except BaseException:
            self.close()`,
    name: "test_what_a_signal_handler_raises"
  },
  {
    ...source("_apis"),
    control: "closing a subscription ends its wait",
    find: `        listening.wake = lambda: self._woken.put(None)
`,
    replace: "",
    name: "test_closing_it_from_another_thread"
  },
  {
    ...source("_connection"),
    control: "closing a subscription ends its reading",
    find: "socket.socket.shutdown(self._reached, socket.SHUT_RDWR)",
    replace: "pass",
    name: "test_closing_it_from_another_thread"
  },
  {
    ...source("_awaiting"),
    control: "one that is cancelled loses no event",
    find: `            self._reading[stream] = reading
`,
    replace: `            stream.abort()
`,
    name: "test_one_that_is_cancelled_while_it_waits_loses_no_event"
  },
  {
    ...source("_core"),
    control: "closing a client ends the loops over its events",
    find: "            listening.close()",
    replace: "            pass",
    name: "test_closing_the_client_ends_the_loops_over_its_events"
  },
  {
    ...source("_core"),
    control: "without a key there are no events, and that is said at once",
    find: `        self.need_vendo_mode("the event stream")
`,
    replace: "",
    name: "test_without_a_key_it_is_refused_when"
  }
]
