"""Many threads at once."""

import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from service import KEY, Asked, Reply, Service, refusal, token

from vendo import NeedsReauth, Vendo, VendoError


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


if __name__ == "__main__":
    unittest.main()
