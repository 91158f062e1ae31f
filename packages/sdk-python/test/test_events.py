"""Events as they come."""

import asyncio
import os
import random
import signal
import socket
import threading
import unittest
from collections.abc import Awaitable, Callable
from unittest import mock

from service import KEY, Asked, Reply, Service, refusal

from vendo import (
    AsyncVendo,
    AuthError,
    ValidationError,
    Vendo,
    VendoError,
    VendoOnlyFeature,
    _events,
)
from vendo._aiohttp import is_installed
from vendo._apis import Subscription
from vendo._async_apis import AsyncSubscription
from vendo._sse import Parser, TooLong
from vendo.types import EventStreamMessage

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def stream(*parts: bytes, until: threading.Event | None = None) -> Reply:
    def write(sock: socket.socket) -> None:
        sock.sendall(HEAD)
        for part in parts:
            sock.sendall(part)
        if until is not None:
            until.wait(20)

    return Reply(raw=write)


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    left = list(replies)
    return lambda _: left.pop(0) if left else refusal(401, "app_revoked")


class Parsing(unittest.TestCase):
    text = (
        '\ufeff: a comment\nretry: 10\nid: 1\nevent: connection.connected\ndata: {"slug": "notion"}\n\n'
        "data: one\r\ndata: two\r\n\r\n"
        "id: 2\rdata: ünïcode\r\r"
        "event: nothing\n\n"
        "data:  kept\nunknown: x\nid: no\0ne\n\n"
        "data: never ended"
    ).encode()
    events = (
        EventStreamMessage(type="connection.connected", data={"slug": "notion"}, id="1"),
        EventStreamMessage(type="message", data="one\ntwo"),
        EventStreamMessage(type="message", data="ünïcode", id="2"),
        EventStreamMessage(type="message", data=" kept"),
    )

    def test_an_event_is_the_same_however_its_bytes_arrive(self) -> None:
        seed = random.randrange(2**32)
        chance = random.Random(seed)
        for _ in range(500):
            parser, found, rest = Parser(), list[EventStreamMessage](), self.text
            while rest:
                size = chance.randint(1, 20)
                found += parser.feed(rest[:size])
                rest = rest[size:]
            self.assertEqual(found, [*self.events], f"seed {seed}")
            self.assertEqual(parser.retry, 0.01)

    def test_an_event_that_is_too_long_is_none(self) -> None:
        for part in (b"a" * 65_536, b"data: " + b"a" * 65_536 + b"\n", b"data\n" * 13_000):
            parser = Parser()
            with self.assertRaises(TooLong):
                for _ in range(20):
                    parser.feed(part)


class Subscribing(unittest.TestCase):
    def test_it_goes_on_after_the_last_event_where_the_stream_broke_off(self) -> None:
        attempts: list[tuple[int, str]] = []
        replies = in_turn(
            stream(b"retry: 1\nid: 7\ndata: 1\n\ndata: 2\n\n"),
            refusal(503, "unavailable"),
            stream(b"id: 9\ndata: 3\n\n"),
            stream(b"data: 4\n\n"),
        )
        with Service(replies) as service, Vendo(KEY, service.url) as vendo:
            subscription = vendo.events.subscribe(
                on_reconnect=lambda attempt, error: attempts.append((attempt, error.message))
            )
            found = [next(subscription).data for _ in range(4)]
            with self.assertRaises(AuthError):
                next(subscription)
            with self.assertRaises(StopIteration):
                next(subscription)
        self.assertEqual(found, [1, 2, 3, 4])
        after = [asked.headers.get("last-event-id") for asked in service.ledger]
        self.assertEqual(after, [None, "7", "7", "9", "9"])
        self.assertEqual(
            attempts,
            [
                (1, "the event stream ended"),
                (2, "it is refused"),
                (1, "the event stream ended"),
                (1, "the event stream ended"),
            ],
        )
        self.assertEqual(service.ledger[0].headers["accept"], "text/event-stream")

    def test_it_begins_where_it_is_told_and_names_the_user_it_is_for(self) -> None:
        with Service(in_turn()) as service, Vendo(KEY, service.url) as vendo:
            with self.assertRaises(AuthError):
                next(vendo.for_user("user.jwt.one").events.subscribe(last_event_id="41"))
        headers = service.ledger[0].headers
        self.assertEqual(
            (headers["last-event-id"], headers["x-vendo-user-jwt"]), ("41", "user.jwt.one")
        )

    def closed_while(self, reply: Reply) -> list[object]:
        """What was heard of a stream that another thread closed as soon as it heard something."""
        told = threading.Event()
        found: list[object] = []
        with Service(lambda _: reply) as service, Vendo(KEY, service.url) as vendo:
            subscription = vendo.events.subscribe(on_reconnect=lambda *_: told.set())

            def read() -> None:
                for event in subscription:
                    found.append(event.data)
                    told.set()

            reader = threading.Thread(target=read)
            reader.start()
            self.assertTrue(told.wait(20))
            subscription.close()
            reader.join(20)
            self.assertFalse(reader.is_alive())
        return found

    def test_closing_it_from_another_thread_ends_the_loop_at_once(self) -> None:
        never = threading.Event()
        self.assertEqual(self.closed_while(stream(b"data: 1\n\n", until=never)), [1])
        never.set()
        waits = refusal(503, "unavailable")
        waits.headers["Retry-After"] = "30"
        self.assertEqual(self.closed_while(waits), [])

    def test_closing_it_while_it_opens_ends_that_too(self) -> None:
        asked, never = threading.Event(), threading.Event()

        def silent(_: Asked) -> Reply:
            asked.set()
            never.wait(20)
            return Reply()

        with Service(silent) as service, Vendo(KEY, service.url) as vendo:
            subscription = vendo.events.subscribe()
            reader = threading.Thread(target=lambda: list(subscription))
            reader.start()
            self.assertTrue(asked.wait(20))
            subscription.close()
            # Well before the fifteen seconds that a service has to answer.
            reader.join(10)
            self.assertFalse(reader.is_alive())
            never.set()

    @unittest.skipUnless(hasattr(os, "fork"), "this system forks no processes")
    def test_a_forked_process_that_closes_its_copy_ends_nothing(self) -> None:
        go_on = threading.Event()

        def write(sock: socket.socket) -> None:
            sock.sendall(HEAD + b"data: 1\n\n")
            go_on.wait(20)
            sock.sendall(b"data: 2\n\n")

        with Service(lambda _: Reply(raw=write)) as service, Vendo(KEY, service.url) as vendo:
            with vendo.events.subscribe() as events:
                next(events)
                child = os.fork()
                if child == 0:
                    events.close()
                    os._exit(0)
                os.waitpid(child, 0)
                go_on.set()
                self.assertEqual(next(events).data, 2)
            self.assertEqual(len(service.ledger), 1)

    def test_closing_the_client_ends_the_loops_over_its_events(self) -> None:
        never = threading.Event()
        with Service(lambda _: stream(b"data: 1\n\n", until=never)) as service:
            with Vendo(KEY, service.url) as vendo:
                events = vendo.for_user("user.jwt.one").events.subscribe()
                next(events)
            self.assertEqual(list(events), [])
            self.assertEqual(len(service.ledger), 1)
        never.set()

    def test_what_a_signal_handler_raises_is_raised_though_it_closed_the_subscription(self) -> None:
        def end(*_: object) -> None:
            events.close()
            raise SystemExit(3)

        before = signal.signal(signal.SIGUSR1, end)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        with (
            Service(lambda _: refusal(503, "unavailable")) as service,
            Vendo(KEY, service.url) as vendo,
            vendo.events.subscribe() as events,
            mock.patch.object(
                Subscription, "_sleep", lambda *_: signal.raise_signal(signal.SIGUSR1)
            ),
            self.assertRaises(SystemExit),
        ):
            next(events)

    def test_what_is_no_event_stream_is_not_read_as_one(self) -> None:
        told: list[str] = []
        page = Reply(text="data: 1\n\n", headers={"Content-Type": "text/html"})
        with Service(in_turn(page)) as service, Vendo(KEY, service.url) as vendo:
            events = vendo.events.subscribe(
                on_reconnect=lambda _, error: told.append(error.message)
            )
            with self.assertRaises(AuthError):
                next(events)
        self.assertEqual(told, ["what was answered is no event stream; check VENDO_BASE_URL"])

    def test_an_id_may_be_of_any_letters_and_one_that_is_none_is_refused(self) -> None:
        with Service(in_turn(stream("id: 日\ndata: 1\n\n".encode()))) as service:
            with Vendo(KEY, service.url) as vendo:
                events = vendo.events.subscribe(max_backoff_sec=0)
                next(events)
                with self.assertRaises(AuthError):
                    next(events)
                after = service.ledger[1].headers["last-event-id"]
                self.assertEqual(after.encode("latin-1").decode(), "日")
                with self.assertRaises(ValidationError) as raised:
                    vendo.events.subscribe(last_event_id="1\nX-Other: 2")
                self.assertEqual(raised.exception.field, "last_event_id")

    def test_it_waits_neither_for_nothing_nor_for_years(self) -> None:
        far = refusal(503, "unavailable")
        far.headers["Retry-After"] = "9" * 30
        waits: list[float] = []
        with Service(in_turn(stream(b"retry: 0\ndata: 1\n\n"), far)) as service:
            with Vendo(KEY, service.url) as vendo:
                events = vendo.events.subscribe(max_backoff_sec=-1)
                with mock.patch.object(Subscription, "_sleep", lambda _, wait: waits.append(wait)):
                    next(events)
                    with self.assertRaises(AuthError):
                        next(events)
        self.assertEqual(waits, [0.1, 3600])

    def test_leaving_its_with_closes_its_connection(self) -> None:
        gone = threading.Event()

        def write(sock: socket.socket) -> None:
            sock.sendall(HEAD + b"data: 1\n\n")
            sock.settimeout(20)
            if sock.recv(1) == b"":
                gone.set()

        with Service(lambda _: Reply(raw=write)) as service, Vendo(KEY, service.url) as vendo:
            with vendo.events.subscribe() as events:
                next(events)
            self.assertTrue(gone.wait(20))

    def test_without_a_key_it_is_refused_when_it_is_asked_for(self) -> None:
        with self.assertRaises(VendoOnlyFeature):
            Vendo().events.subscribe()


class Awaiting(unittest.TestCase):
    def both(
        self, work: Callable[[AsyncVendo], Awaitable[None]], replies: Callable[[Asked], Reply]
    ) -> None:
        for use_aiohttp in (False, True) if is_installed() else (False,):
            with Service(replies) as service:

                async def main(url: str = service.url, use_aiohttp: bool = use_aiohttp) -> None:
                    async with AsyncVendo(KEY, url, use_aiohttp=use_aiohttp) as client:
                        await work(client)

                asyncio.run(main())

    def test_the_events_come_and_a_final_refusal_is_raised(self) -> None:
        async def work(client: AsyncVendo) -> None:
            found: list[object] = []
            with self.assertRaises(VendoError) as raised:
                async with client.events.subscribe() as events:
                    async for event in events:
                        found.append(event.data)
            self.assertIsInstance(raised.exception, AuthError)
            self.assertEqual(found, [1, 2])

        def answer(asked: Asked) -> Reply:
            if "last-event-id" in asked.headers:
                return refusal(401, "app_revoked")
            return stream(b"retry: 1\nid: 3\ndata: 1\n\ndata: 2\n\n")

        self.both(work, answer)

    def test_one_that_is_cancelled_while_it_waits_loses_no_event(self) -> None:
        cancelled = threading.Event()

        def write(sock: socket.socket) -> None:
            # Without an id nothing brings back what is lost.
            sock.sendall(HEAD + b"data: 1\n\n")
            cancelled.wait(20)
            sock.sendall(b"data: 2\n\n")

        connections: list[Asked] = []

        def answer(asked: Asked) -> Reply:
            connections.append(asked)
            return Reply(raw=write)

        async def work(client: AsyncVendo) -> None:
            cancelled.clear()
            connections.clear()
            async with client.events.subscribe() as subscription:
                first = await anext(subscription)
                for _ in range(3):
                    waiting = asyncio.ensure_future(anext(subscription))
                    await asyncio.sleep(0)
                    waiting.cancel()
                    with self.assertRaises(asyncio.CancelledError):
                        await waiting
                cancelled.set()
                second = await anext(subscription)
            self.assertEqual((first.data, second.data, len(connections)), (1, 2, 1))

        self.both(work, answer)

    def _ended(
        self,
        answer: Callable[[Asked], Reply],
        is_silent: bool,
        end: Callable[[AsyncVendo, AsyncSubscription], Awaitable[None]],
    ) -> None:
        asked: list[Asked] = []
        came = threading.Event()

        def note(what: Asked) -> Reply:
            asked.append(what)
            came.set()
            return answer(what)

        async def work(client: AsyncVendo) -> None:
            asked.clear()
            came.clear()
            told = asyncio.Event()
            subscription = client.events.subscribe(on_reconnect=lambda *_: told.set())

            async def read() -> None:
                async for _ in subscription:
                    told.set()

            reader = asyncio.ensure_future(read())
            await asyncio.to_thread(came.wait, 20)
            if not is_silent:
                await told.wait()
            await end(client, subscription)
            await asyncio.wait_for(reader, 10)
            self.assertEqual(len(asked), 1)

        self.both(work, note)

    def ended(self, end: Callable[[AsyncVendo, AsyncSubscription], Awaitable[None]]) -> None:
        """The loop ends, and no other connection is opened for it, whether it reads, opens or sleeps."""
        never = threading.Event()
        waits = refusal(503, "unavailable")
        waits.headers["Retry-After"] = "30"

        def silent(_: Asked) -> Reply:
            never.wait(20)
            return Reply()

        answers: list[Callable[[Asked], Reply]] = [
            lambda _: stream(b"data: 1\n\n", until=never),
            lambda _: waits,
            silent,
        ]
        for answer in answers:
            self._ended(answer, answer is silent, end)
        never.set()

    def test_closing_it_ends_the_loop_that_waits_for_the_next(self) -> None:
        self.ended(lambda _, subscription: subscription.aclose())

    def test_closing_the_client_ends_the_loops_over_its_events(self) -> None:
        self.ended(lambda client, _: client.aclose())


class Breaking(unittest.TestCase):
    def test_a_stream_that_falls_silent_is_opened_anew(self) -> None:
        told: list[str] = []
        never = threading.Event()
        quiet = stream(b": here\n\n", until=never)
        with Service(in_turn(quiet)) as service, Vendo(KEY, service.url) as vendo:
            events = vendo.events.subscribe(
                on_reconnect=lambda _, error: told.append(error.message)
            )
            with mock.patch.object(_events, "_SILENCE", 0.2), self.assertRaises(AuthError):
                next(events)
        never.set()
        self.assertEqual(told, ["the event stream fell silent"])

    def test_a_stream_that_breaks_off_in_an_answer_is_told_as_what_it_is(self) -> None:
        told: list[VendoError] = []

        def reset(sock: socket.socket) -> None:
            sock.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n5\r\nda"
            )

        with Service(in_turn(Reply(raw=reset))) as service, Vendo(KEY, service.url) as vendo:
            events = vendo.events.subscribe(
                max_backoff_sec=0.01,
                on_reconnect=lambda _, error: told.append(error),
            )
            with self.assertRaises(AuthError):
                next(events)
        self.assertEqual([error.message for error in told], ["the event stream broke off"])


if __name__ == "__main__":
    unittest.main()
