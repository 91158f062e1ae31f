"""The client on an event loop, with and without aiohttp."""

import asyncio
import os
import subprocess
import sys
import threading
import unittest
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from unittest import mock

from service import KEY, Asked, Pouring, Reply, Service, token

import vendo
from vendo import AsyncVendo, AuthError, UpstreamError, Vendo, VendoError, _shorthands
from vendo._aiohttp import is_installed

WAYS = (False, True) if is_installed() else (False,)


class Awaiting(unittest.TestCase):
    def on_each(
        self,
        answer: Callable[[Asked], Reply],
        work: Callable[[AsyncVendo, Service], Awaitable[None]],
    ) -> None:
        for use_aiohttp in WAYS:
            with self.subTest(use_aiohttp=use_aiohttp), Service(answer) as service:

                async def main(service: Service = service, use_aiohttp: bool = use_aiohttp) -> None:
                    async with AsyncVendo(KEY, service.url, use_aiohttp=use_aiohttp) as client:
                        await work(client, service)

                asyncio.run(main())

    def test_without_a_key_there_is_no_client(self) -> None:
        with mock.patch.dict(os.environ):
            os.environ.pop("VENDO_API_KEY", None)
            with self.assertRaisesRegex(AuthError, "set VENDO_API_KEY, or use vendo.token"):
                AsyncVendo()

    def test_64_tasks_that_ask_for_a_token_share_one_request(self) -> None:
        async def work(client: AsyncVendo, service: Service) -> None:
            answers = await asyncio.gather(*(client.token("notion") for _ in range(64)))
            self.assertEqual(answers, ["tok_one"] * 64)
            self.assertEqual(len(service.ledger), 1)

        self.on_each(lambda _: token(), work)

    def test_when_the_task_that_asks_for_all_is_cancelled_another_asks(self) -> None:
        released = threading.Event()

        def answer(_: Asked) -> Reply:
            released.wait(20)
            return token()

        async def work(client: AsyncVendo, service: Service) -> None:
            released.clear()
            first = asyncio.ensure_future(client.token("notion"))
            await asyncio.to_thread(service.wait_for, 1)
            others = [asyncio.ensure_future(client.token("notion")) for _ in range(5)]
            # Each of them waits for the first by now.
            await asyncio.sleep(0)
            first.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await first
            await asyncio.to_thread(service.wait_for, 2)
            released.set()
            self.assertEqual(await asyncio.gather(*others), ["tok_one"] * 5)
            self.assertEqual(len(service.ledger), 2)

        self.on_each(answer, work)

    def test_a_task_that_is_cancelled_while_it_waits_for_another_ends_nothing(self) -> None:
        released = threading.Event()

        def answer(_: Asked) -> Reply:
            released.wait(20)
            return token()

        async def work(client: AsyncVendo, service: Service) -> None:
            released.clear()
            first = asyncio.ensure_future(client.token("notion"))
            await asyncio.to_thread(service.wait_for, 1)
            second, third = (asyncio.ensure_future(client.token("notion")) for _ in range(2))
            await asyncio.sleep(0)
            second.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await second
            released.set()
            self.assertEqual(await asyncio.gather(first, third), ["tok_one"] * 2)
            self.assertEqual(len(service.ledger), 1)

        self.on_each(answer, work)

    def test_a_client_serves_one_loop_after_another(self) -> None:
        for use_aiohttp in WAYS:
            with Service() as service:
                client = AsyncVendo(KEY, service.url, use_aiohttp=use_aiohttp)

                async def ask(client: AsyncVendo = client) -> str:
                    client.invalidate("notion")
                    try:
                        return await client.token("notion")
                    finally:
                        await client.aclose()

                self.assertEqual([asyncio.run(ask()), asyncio.run(ask())], ["tok_one"] * 2)

    @unittest.skipUnless(is_installed(), "aiohttp is not installed")
    def test_a_client_that_was_not_closed_serves_the_next_loop_all_the_same(self) -> None:
        with Service() as service:
            program = f"""
import asyncio
from vendo import AsyncVendo
client = AsyncVendo({KEY!r}, {service.url!r}, use_aiohttp=True)
async def ask():
    client.invalidate("notion")
    print(await client.token("notion"))
asyncio.run(ask())
asyncio.run(ask())
"""
            # aiohttp complains of the session that nobody closed, as it should.
            ran = subprocess.run(
                [sys.executable, "-c", program],
                env=os.environ | {"PYTHONPATH": str(Path(vendo.__file__).parent.parent)},
                check=True,
                capture_output=True,
                text=True,
            )
            self.assertEqual(ran.stdout, "tok_one\n" * 2)

    def test_an_address_is_sent_as_it_is_and_a_redirect_is_not_followed(self) -> None:
        async def work(client: AsyncVendo, service: Service) -> None:
            with self.assertRaises(VendoError) as raised:
                await client.token("notion")
            self.assertEqual(raised.exception.status, 302)
            await client.tokens(["one", "two"])

        def answer(asked: Asked) -> Reply:
            if asked.path == "/credentials/_bulk?slugs=one,two":
                return Reply(json={"tokens": {"one": None, "two": None}, "errors": {}})
            return Reply(302, headers={"Location": "/elsewhere", "Set-Cookie": "a=1"})

        self.on_each(answer, work)

    def test_an_answer_without_end_is_given_up(self) -> None:
        pours: list[Pouring] = []

        def answer(_: Asked) -> Reply:
            pours.append(Pouring())
            return Reply(raw=pours[-1])

        async def work(client: AsyncVendo, _: Service) -> None:
            with self.assertRaises(VendoError):
                await client.token("notion")
            for pour in pours:
                self.assertFalse(await asyncio.to_thread(pour.finished))

        self.on_each(answer, work)

    def test_the_shorthands_share_what_was_vended_with_those_that_wait(self) -> None:
        with Service() as service:
            said = {"VENDO_API_KEY": KEY, "VENDO_BASE_URL": service.url}
            with mock.patch.dict(os.environ, said):

                async def main() -> None:
                    self.assertEqual(await vendo.aio.token("notion"), "tok_one")
                    self.assertEqual(await vendo.aio.tokens(["notion"]), {"notion": "tok_one"})

                asyncio.run(main())
                self.assertEqual(vendo.token("notion"), "tok_one")
                self.assertEqual(len(service.ledger), 1)
                _shorthands.shared().close()
        with mock.patch.dict(os.environ, {"OPENAI_API_KEY": "sk-one"}):
            os.environ.pop("VENDO_API_KEY", None)
            self.assertEqual(asyncio.run(vendo.aio.token("openai")), "sk-one")

    def test_a_blocking_call_on_the_loop_waits_for_no_task_of_it(self) -> None:
        released = threading.Event()
        asked = iter(("tok_of_the_task", "tok_of_the_call"))

        def answer(_: Asked) -> Reply:
            mine = next(asked)
            if mine == "tok_of_the_task":
                released.wait(20)
            return token(mine)

        with Service(answer) as service:
            said = {"VENDO_API_KEY": KEY, "VENDO_BASE_URL": service.url}
            with mock.patch.dict(os.environ, said):

                async def main() -> None:
                    task = asyncio.ensure_future(vendo.aio.token("notion"))
                    await asyncio.to_thread(service.wait_for, 1)
                    self.assertEqual(vendo.token("notion"), "tok_of_the_call")
                    released.set()
                    self.assertEqual(await task, "tok_of_the_task")

                asyncio.run(main())
                _shorthands.shared().close()

    def test_as_many_requests_are_under_way_as_are_asked_for(self) -> None:
        together = threading.Barrier(40)

        def answer(asked: Asked) -> Reply:
            together.wait(20)
            return token(f"tok_of_{asked.headers['x-vendo-user-jwt']}")

        async def work(client: AsyncVendo, _: Service) -> None:
            users = [client.for_user(f"user.{n}") for n in range(40)]
            found = await asyncio.gather(*(user.token("notion") for user in users))
            self.assertEqual(found, [f"tok_of_user.{n}" for n in range(40)])

        self.on_each(answer, work)

    def test_a_proxy_of_the_environment_is_used(self) -> None:
        with Service() as proxy:
            for use_aiohttp in WAYS:
                with mock.patch.dict(
                    os.environ, {"http_proxy": f"http://anna:hidden@{proxy.url[7:]}"}
                ):

                    async def main(use_aiohttp: bool = use_aiohttp) -> None:
                        address = "http://vendo.invalid:8080"
                        async with AsyncVendo(KEY, address, use_aiohttp=use_aiohttp) as client:
                            self.assertEqual(await client.token("notion"), "tok_one")

                    asyncio.run(main())
            for asked in proxy.ledger:
                self.assertEqual(asked.path, "http://vendo.invalid:8080/credentials/notion")
                self.assertEqual(asked.headers["proxy-authorization"], "Basic YW5uYTpoaWRkZW4=")
            self.assertEqual(len(proxy.ledger), len(WAYS))

    def test_nobody_waits_for_a_loop_that_stands_still(self) -> None:
        held = threading.Event()
        asked: list[Asked] = []

        def answer(what: Asked) -> Reply:
            asked.append(what)
            if len(asked) == 1:
                held.wait(20)
            return token()

        with Service(answer) as service:
            said = {"VENDO_API_KEY": KEY, "VENDO_BASE_URL": service.url, "VENDO_TIMEOUT_MS": "2000"}
            with mock.patch.dict(os.environ, said):

                async def begin() -> "asyncio.Task[str]":
                    task = asyncio.ensure_future(vendo.aio.token("notion"))
                    await asyncio.to_thread(service.wait_for, 1)
                    return task

                loop = asyncio.new_event_loop()
                task = loop.run_until_complete(begin())
                # It is in the middle of its call, and goes on no more.
                with ThreadPoolExecutor(1) as threads:
                    with self.assertRaisesRegex(UpstreamError, "within 2 s"):
                        threads.submit(vendo.token, "notion").result(10)
                    self.assertEqual(threads.submit(vendo.token, "notion").result(10), "tok_one")
                held.set()
                task.cancel()
                with suppress(asyncio.CancelledError):
                    loop.run_until_complete(task)
                loop.run_until_complete(loop.shutdown_default_executor())
                loop.close()
                _shorthands.shared().close()

    def test_many_tasks_of_many_threads_and_none_waits_for_ever(self) -> None:
        """A blocking client and an awaiting one are two faces of what decides; here both ask one service at once."""
        with Service() as service, Vendo(KEY, service.url) as blocking:
            answers: list[str] = []

            def block() -> None:
                answers.extend(blocking.token(f"tool-{n}") for n in range(20))

            async def ask() -> None:
                async with AsyncVendo(KEY, service.url) as client:
                    answers.extend(
                        await asyncio.gather(*(client.token(f"tool-{n}") for n in range(20)))
                    )

            threads = [threading.Thread(target=block) for _ in range(4)]
            threads += [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            self.assertEqual(answers, ["tok_one"] * 160)


if __name__ == "__main__":
    unittest.main()
