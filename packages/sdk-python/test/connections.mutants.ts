import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/unittest.test.ts"
const source = (name: string) => ({ file: `packages/sdk-python/src/vendo/${name}.py`, test })

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...source("_http"),
    control: "a connection is used again",
    find: `self._pool.give_back(connection, _kept_for(self.headers.get("keep-alive", "")))`,
    replace: "connection.end()",
    name: "test_one_call_after_another_uses_one_connection"
  },
  {
    ...source("_connection"),
    control: "an interim answer is not taken for the answer",
    find: "if not 100 < status < 200:",
    replace: "if True:",
    name: "test_an_interim_answer_is_not_taken"
  },
  {
    ...source("_http"),
    control: "a body that may be there or not is not taken for the next answer",
    find: "is_bodiless = response.status in (204, 304)",
    replace: "is_bodiless = False",
    name: "test_after_an_answer_that_may_have_a_body"
  },
  {
    ...source("_connection"),
    control: "nobody switches protocols",
    find: "if status == 101:",
    replace: "if False:",
    name: "test_after_an_answer_that_may_have_a_body"
  },
  {
    ...source("_connection"),
    control: "a chunk of no size is none",
    find: "if size < 0:",
    replace: "if False:",
    name: "test_a_chunk_of_no_size"
  },
  {
    ...source("_connection"),
    control: "a name is looked up within the time-out",
    find: "return found.result(seconds)",
    replace: "return found.result()",
    name: "test_a_name_that_is_looked_up_for_too_long"
  },
  {
    ...source("_http"),
    control: "threads leave their connections to each other",
    find: "_MOST_IDLE = 32",
    replace: "_MOST_IDLE = 4",
    name: "test_eight_threads_use_eight_connections"
  },
  {
    ...source("_http"),
    control: "what the service closed is not used",
    find: "and not _is_readable(connection.sock)",
    replace: "",
    name: "test_one_that_the_service_closed_meanwhile"
  },
  {
    ...source("_http"),
    control: "an idle connection is kept shorter than the service keeps it",
    find: "float(value) - 1",
    replace: "float(value) + 1",
    name: "test_an_idle_one_is_kept_a_little_shorter"
  },
  {
    ...source("_http"),
    control: "a forked process opens connections of its own",
    find: `        # Closing takes nothing from the parent, which has descriptors of its own.
        self.close()
`,
    replace: "",
    name: "test_a_forked_process_opens_its_own"
  },
  {
    ...source("_vendo"),
    control: "a client for a user closes nothing",
    find: `        if self._bound.user is None:
            self._bound.core.end()
            self._bound.transport.close()`,
    replace: `        self._bound.core.end()
        self._bound.transport.close()`,
    name: "test_those_of_a_client_that_is_closed"
  },
  {
    ...source("_connection"),
    control: "the deadline counts whatever arrives",
    find: "self._sock.settimeout(self._connection.left())",
    replace: "self._sock.settimeout(5)",
    name: "test_a_service_that_sends_a_byte_now_and_then"
  },
  {
    ...source("_http"),
    control: "an answer without end is given up",
    find: "if len(body) > LONGEST_ANSWER:",
    replace: "if False:",
    name: "test_an_answer_without_end_is_given_up"
  },
  {
    ...source("_http"),
    control: "a reason says nothing of addresses",
    find: `return TransportFailed("the host is not known")`,
    replace: "return TransportFailed(str(error))",
    name: "test_a_host_that_is_none"
  },
  {
    ...source("_origins"),
    control: "a proxy of the environment is used",
    find: "if said is None or proxy_bypass(origin.host):",
    replace: "if True:",
    name: "test_a_proxy_of_the_environment_is_used"
  },
  {
    ...source("_origins"),
    control: "a host that no proxy is for is reached without one",
    find: "if said is None or proxy_bypass(origin.host):",
    replace: "if said is None:",
    name: "test_a_proxy_of_the_environment_is_used"
  },
  {
    ...source("_connection"),
    control: "what is sent to an https service goes through a tunnel",
    find: `if origin.scheme == "https":
            self.set_tunnel`,
    replace: `if False:
            self.set_tunnel`,
    name: "test_what_is_sent_to_an_https_service"
  },
  {
    ...source("_connection"),
    control: "a certificate that is not trusted is refused",
    find: "context = _tls_context()",
    replace: "context = ssl._create_unverified_context()",
    name: "test_a_service_is_asked_when_its_certificate"
  },
  {
    ...source("_http"),
    control: "idle connections are closed with the process",
    find: `        weakref.finalize(self, _end_all, self._idle)
`,
    replace: `        weakref.finalize(self, list, [])
`,
    name: "test_a_service_is_asked_when_its_certificate"
  }
]
