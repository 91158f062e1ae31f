"""Many threads at once."""

import signal
import threading
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from unittest import mock

from service import KEY, Asked, Reply, Service, refusal, token

from vendo import NeedsReauth, Vendo, VendoError, _token


class Threads(unittest.TestCase):
    def test_64_of_them_that_ask_for_a_token_share_one_request(self) -> None:
        released = threading.Event()

        def late(_: Asked) -> Reply:
            released.wait(20)
            return token("tok_shared")

        with Service(late) as service, Vendo(KEY, service.url) as vendo:
            started = threading.Barrier(65)

            def ask() -> str:
                started.wait(20)
                return vendo.token("notion")

            with ThreadPoolExecutor(64) as threads:
                asked = [threads.submit(ask) for _ in range(64)]
                started.wait(20)
                service.wait_for(1)
                released.set()
                answers = [one.result(20) for one in asked]
            self.assertEqual(answers, ["tok_shared"] * 64)
            self.assertEqual([one.path for one in service.ledger], ["/credentials/notion"])

    def test_those_that_ask_for_different_tokens_wait_for_each_other_in_nothing(self) -> None:
        both = threading.Barrier(8)

        def together(asked: Asked) -> Reply:
            both.wait(20)
            return token(f"tok_{asked.path[-1]}")

        with Service(together) as service, Vendo(KEY, service.url) as vendo:
            with ThreadPoolExecutor(8) as threads:
                answers = list(threads.map(lambda n: vendo.token(f"tool-{n}"), range(8)))
            self.assertEqual(answers, [f"tok_{n}" for n in range(8)])

    def test_a_refusal_is_told_to_each_as_an_error_of_its_own(self) -> None:
        released = threading.Event()

        def late(_: Asked) -> Reply:
            released.wait(20)
            return refusal(401, "connection_needs_reauth")

        with Service(late) as service, Vendo(KEY, service.url) as vendo:

            def ask() -> VendoError:
                try:
                    raise AssertionError(vendo.token("notion"))
                except NeedsReauth as error:
                    return error

            with ThreadPoolExecutor(16) as threads:
                asked = [threads.submit(ask) for _ in range(16)]
                service.wait_for(1)
                released.set()
                errors = [one.result(20) for one in asked]
            self.assertEqual(len({id(error) for error in errors}), 16)
            self.assertEqual({error.message for error in errors}, {"it is refused"})

    def test_who_asks_after_a_token_was_dropped_takes_no_answer_from_before(self) -> None:
        first, released = threading.Event(), threading.Event()

        def one_after_another(_: Asked) -> Reply:
            if not first.is_set():
                first.set()
                released.wait(20)
                return token("tok_old")
            return token("tok_new")

        with Service(one_after_another) as service, Vendo(KEY, service.url) as vendo:
            with ThreadPoolExecutor(1) as threads:
                old = threads.submit(vendo.token, "notion")
                service.wait_for(1)
                vendo.invalidate("notion")
                self.assertEqual(vendo.token("notion"), "tok_new")
                released.set()
                self.assertEqual(old.result(20), "tok_old")
            # What came late was not kept over what is newer.
            self.assertEqual(vendo.token("notion"), "tok_new")
            self.assertEqual(len(service.ledger), 2)

    def test_what_several_bring_is_not_kept_when_one_was_dropped_meanwhile(self) -> None:
        asked, released = threading.Event(), threading.Event()

        def answer(what: Asked) -> Reply:
            if "_bulk" in what.path:
                asked.set()
                released.wait(20)
                old = {"access_token": "tok_old", "expires_at": None}
                return Reply(json={"tokens": {"notion": old}, "errors": {}})
            return token("tok_new")

        with Service(answer) as service, Vendo(KEY, service.url) as vendo:
            with ThreadPoolExecutor(1) as threads:
                several = threads.submit(vendo.tokens, ["notion"])
                self.assertTrue(asked.wait(20))
                vendo.invalidate("notion")
                self.assertEqual(vendo.token("notion"), "tok_new")
                released.set()
                self.assertEqual(several.result(20), {"notion": "tok_old"})
            self.assertEqual(vendo.token("notion"), "tok_new")

    def test_a_token_that_ended_while_the_machine_slept_is_not_used_again(self) -> None:
        vended = iter(("tok_one", "tok_two"))
        end = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")

        def answer(_: Asked) -> Reply:
            return token(next(vended), end)

        with Service(answer) as service, Vendo(KEY, service.url) as vendo:
            self.assertEqual([vendo.token("notion"), vendo.token("notion")], ["tok_one"] * 2)
            # The clock that counts a minute stood still.
            with mock.patch.object(_token, "datetime") as clock:
                clock.now.return_value = datetime.now(UTC) + timedelta(hours=2)
                self.assertEqual(vendo.token("notion"), "tok_two")


class Signals(unittest.TestCase):
    """What comes in the middle of a call of the main thread."""

    def interrupted(self, handler: Callable[[Vendo], None]) -> tuple[BaseException | str, Vendo]:
        asked, released = threading.Event(), threading.Event()

        def answer(_: Asked) -> Reply:
            first = not asked.is_set()
            asked.set()
            if first:
                released.wait(20)
            return token("tok_first" if first else "tok_next")

        service = self.enterContext(Service(answer))
        vendo = self.enterContext(Vendo(KEY, service.url))
        before = signal.signal(signal.SIGUSR1, lambda *_: (handler(vendo), released.set()))
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        self.addCleanup(released.set)
        main = threading.get_ident()

        def interrupt() -> None:
            asked.wait(20)
            signal.pthread_kill(main, signal.SIGUSR1)

        threading.Thread(target=interrupt).start()
        try:
            return vendo.token("notion"), vendo
        except KeyboardInterrupt as error:
            return error, vendo

    def test_what_ends_a_call_leaves_nobody_waiting_for_it(self) -> None:
        def end(_: Vendo) -> None:
            raise KeyboardInterrupt

        error, vendo = self.interrupted(end)
        # The error is kept, and with it the frames of the call that was ended.
        self.assertIsInstance(error, KeyboardInterrupt)
        with ThreadPoolExecutor(1) as threads:
            self.assertEqual(threads.submit(vendo.token, "notion").result(10), "tok_next")

    def test_who_asks_in_between_waits_not_for_oneself(self) -> None:
        heard: list[str] = []
        answer, _ = self.interrupted(lambda vendo: heard.append(vendo.token("notion")))
        self.assertEqual((answer, heard), ("tok_first", ["tok_next"]))


if __name__ == "__main__":
    unittest.main()
