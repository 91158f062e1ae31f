import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const testing = { file: "packages/sdk-python/src/vendo/testing.py", test }
const service = { file: "packages/sdk-python/src/vendo/_mock_service.py", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...testing,
    control: "a made-up client has the key of nobody",
    find: `_KEY = "vendo_sk_mock"`,
    replace: `_KEY = ""`,
    name: "test_of_the_environment_it_takes_the_override_alone"
  },
  {
    ...testing,
    control: "a made-up client is in no sandbox",
    find: `sandbox=False`,
    replace: `sandbox=None`,
    name: "test_of_the_environment_it_takes_the_override_alone"
  },
  {
    ...testing,
    control: "a made-up client sends nothing",
    find: ` Memory(self._service)`,
    replace: ` __import__("vendo._blocking")._blocking.Sockets()`,
    name: "test_it_needs_neither_the_network"
  },
  {
    ...testing,
    control: "a made-up client of an event loop sends nothing",
    find: ` AsyncMemory(self._service)`,
    replace: ` __import__("vendo._aiohttp")._aiohttp.Aiohttp()`,
    name: "test_it_needs_neither_the_network"
  },
  {
    ...service,
    control: "a made-up service knows what is not in a catalog, in Python",
    find: `_NO_INTEGRATION if is_integration else _UNKNOWN`,
    replace: `_UNKNOWN`,
    name: "test_an_integration_that_the_made_up_service_has_not"
  },
  {
    ...service,
    control: "a made-up stream begins where it is told to, in Python",
    find: `self._events[after:]`,
    replace: `self._events`,
    name: "test_a_stream_begins_after_the_event"
  },
  {
    ...service,
    control: "a token that was replaced is forgotten",
    find: `        self._forget(connection.slug)
`,
    replace: ``,
    name: "test_a_token_that_was_replaced_is_forgotten"
  },
  {
    ...service,
    control: "a token that was taken away is forgotten",
    find: `        self._forget(slug)
`,
    replace: ``,
    name: "test_what_is_connected_or_disconnected_counts"
  },
  {
    ...service,
    control: "a connection vends by its status",
    find: `        if refusal is not None:
            return refusal`,
    replace: `        if refusal is None:
            return _UNBOUND`,
    name: "test_each_status_has_its_error"
  },
  {
    ...service,
    control: "a connection without a secret vends nothing",
    find: `        if token is None:
            return _UNBOUND`,
    replace: `        token = token or "made-up"`,
    name: "test_what_is_not_connected_or_has_no_secret"
  },
  {
    ...service,
    control: "what was never connected is not said to be disconnected",
    find: `if removed is not None:
            self._tell("connection.disconnected", removed)`,
    replace: `self._tell("connection.disconnected", removed or Connection(
            slug=slug, display_name="", category="", profile="", status=""))`,
    name: "test_what_is_connected_and_disconnected_is_said"
  },
  {
    ...service,
    control: "a stream that ended is let go of",
    find: `[stream for stream in self._streams if not stream.ended]`,
    replace: `self._streams`,
    name: "test_what_ended_is_sent_nothing"
  },
  {
    ...service,
    control: "who waits for an event is woken",
    find: `        self._blocks.append(block)
        self._wake()`,
    replace: `        self._blocks.append(block)`,
    name: "test_who_waits_for_an_event_is_woken_from_another_thread"
  },
  {
    ...service,
    control: "a quiet stream is not taken for gone",
    find: `            if not ready.wait(max(0.0, deadline - time.monotonic())):
                return _STILL_HERE`,
    replace: `            if not ready.wait(max(0.0, deadline - time.monotonic())):
                return b""`,
    name: "Events test_a_quiet_stream"
  },
  {
    ...service,
    control: "a quiet stream on an event loop is not taken for gone",
    find: `            except TimeoutError:
                return _STILL_HERE`,
    replace: `            except TimeoutError:
                return b""`,
    name: "MockingAsync test_a_quiet_stream"
  },
  {
    ...service,
    control: "a thread wakes a loop the way a loop is woken",
    find: `loop.call_soon_threadsafe(ready.set)`,
    replace: `loop.call_soon(ready.set)`,
    name: "test_who_waits_for_an_event_is_woken_from_another_thread"
  }
]
