"""A client whose service is in memory."""

import asyncio
import os
import subprocess
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any
from unittest import mock

from vendo import (
    AsyncVendo,
    NeedsReauth,
    NotConnected,
    UpstreamError,
    Vendo,
    VendoError,
    _mock_service,
)
from vendo._mock_service import AsyncMemory, Memory, MockService, MockStream
from vendo._secret import Secret
from vendo.testing import MockAsyncClient, MockClient, fake_connection
from vendo.types import Connection, EnvBootstrap, EnvBootstrapVar, EventStreamMessage

WHOLE = Connection(
    id="cn_1",
    external_id="ext_1",
    slug="made",
    display_name="Made",
    category="ai",
    profile="vendo_managed_pool",
    status="connected",
    metadata={"team": "blue", "size": 3},
    context={"ref": "r"},
    credential={"MADE_TOKEN": "tok_made"},
    api_key="pool",
    base_url="https://proxy.example",
    setup_url="https://setup.example",
    error_message="nothing",
    connected_at=datetime(2026, 5, 2, 10, 30, 1, 500_000, tzinfo=UTC),
    env_bootstrap=EnvBootstrap(
        vars=(EnvBootstrapVar(name="MADE_KEY", value_from="api_key"),), restart="gateway"
    ),
    exclusive=True,
    logo_url="https://logo.example",
    brand_color="#123456",
    docs_url="https://docs.example",
)

STATUSES: dict[str, tuple[type[VendoError], str]] = {
    "available": (NotConnected, "binding_missing"),
    "pending_setup": (NeedsReauth, "connection_needs_reauth"),
    "needs_reauth": (NeedsReauth, "connection_needs_reauth"),
    "revoked": (NotConnected, "connection_revoked"),
    "error": (UpstreamError, "upstream_error"),
}

WAIT = 10
"""Seconds for what happens at once."""


def event(kind: str, data: Any = None) -> EventStreamMessage:
    return EventStreamMessage(type=kind, data=data)


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.set_environment({})

    def set_environment(self, more: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VENDO_")}
        patched = mock.patch.dict(os.environ, kept | more, clear=True)
        patched.start()
        self.addCleanup(patched.stop)


class MakingConnections(Case):
    def test_what_is_not_said_is_made_up(self) -> None:
        self.assertEqual(
            fake_connection("my-tool"),
            Connection(
                id="cn_my-tool",
                external_id="vendo_conn_my-tool",
                slug="my-tool",
                display_name="my-tool",
                category="other",
                profile="byok_static",
                status="connected",
                credential={"MY_TOOL_TOKEN": "fake-my-tool-token"},
            ),
        )

    def test_a_credential_may_be_the_token_alone(self) -> None:
        alone = fake_connection(slug="notion", credential="tok_1", status="error", id=None)
        self.assertEqual(alone.credential, {"NOTION_TOKEN": "tok_1"})
        self.assertEqual((alone.status, alone.id), ("error", None))
        several = fake_connection("notion", credential={"A": "1", "B": "2"})
        self.assertEqual(several.credential, {"A": "1", "B": "2"})


class Mocking(Case):
    def test_it_is_a_client_and_vends_what_was_put_in(self) -> None:
        several = fake_connection("several", credential={"A": "tok_a", "B": "tok_b"})
        with MockClient.with_connections([WHOLE, several]) as vendo:
            self.assertIsInstance(vendo, Vendo)
            self.assertTrue(vendo.is_vendo_mode())
            self.assertEqual(vendo.token("made"), "tok_made")
            self.assertEqual(vendo.token("several"), "tok_a")
            self.assertEqual(vendo.get_credential("made").expires_at, None)
            self.assertEqual(vendo.for_user("a.b.c").token("made"), "tok_made")

    def test_a_connection_comes_back_as_it_was_put_in(self) -> None:
        bare = fake_connection("bare")
        with MockClient([WHOLE, bare]) as vendo:
            self.assertEqual(vendo.connections.list(), [WHOLE, bare])
            self.assertEqual(vendo.connections.get("bare"), bare)
            self.assertIsNone(vendo.connections.get("other"))

    def test_each_status_has_its_error(self) -> None:
        for status, (kind, code) in STATUSES.items():
            with (
                self.subTest(status),
                MockClient([fake_connection("notion", status=status)]) as vendo,
            ):
                with self.assertRaises(kind) as raised:
                    vendo.token("notion")
                self.assertEqual(raised.exception.code, code)
                self.assertEqual(raised.exception.slug, "notion")

    def test_what_is_not_connected_or_has_no_secret_is_not_bound(self) -> None:
        with MockClient([fake_connection("empty", credential={})]) as vendo:
            for slug in ("empty", "other"):
                with self.assertRaises(NotConnected) as raised:
                    vendo.token(slug)
                self.assertEqual(raised.exception.code, "binding_missing")

    def test_several_tokens_come_together(self) -> None:
        connections = [WHOLE, fake_connection("away", status="revoked")]
        with MockClient(connections) as vendo:
            self.assertEqual(
                vendo.tokens(["away", "made", "none"]),
                {"away": None, "made": "tok_made", "none": None},
            )

    def test_an_integration_that_the_made_up_service_has_not_is_none(self) -> None:
        with MockClient() as vendo:
            self.assertEqual(vendo.integrations.list(), [])
            self.assertIsNone(vendo.integrations.get("notion"))

    def test_there_is_a_page_to_connect_at_and_nothing_was_spent(self) -> None:
        with MockClient() as vendo:
            self.assertEqual(
                vendo.connect_url("notion"),
                "https://mock.invalid/connections/connect/notion?ticket=mock",
            )
            self.assertEqual(vendo.billing.balance().credits_remaining_micros, 0)
            self.assertIsNone(vendo.billing.spend_caps().daily_micros)
            self.assertEqual(vendo.billing.usage(period="day")["providers"], [])

    def test_what_is_connected_or_disconnected_counts_from_then_on(self) -> None:
        with MockClient([fake_connection("notion", credential="tok_1")]) as vendo:
            self.assertEqual(vendo.token("notion"), "tok_1")
            vendo.connect(fake_connection("notion", credential="tok_2"))
            self.assertEqual(vendo.token("notion"), "tok_2")
            vendo.disconnect("notion")
            with self.assertRaises(NotConnected):
                vendo.token("notion")
            self.assertEqual(vendo.connections.list(), [])

    def test_a_token_that_was_replaced_is_forgotten_before_anybody_hears_of_it(self) -> None:
        with MockClient([fake_connection("notion", credential="tok_1")]) as vendo:
            vendo.token("notion")
            heard: list[str] = []
            emit = MockService.emit

            def listen(service: MockService, event: EventStreamMessage) -> None:
                heard.append(vendo.token("notion"))
                emit(service, event)

            with mock.patch.object(MockService, "emit", listen):
                vendo.connect(fake_connection("notion", credential="tok_2"))
            self.assertEqual(heard, ["tok_2"])

    @unittest.skipIf(find_spec("requests") is None, "requests is not installed")
    def test_a_session_carries_the_token_and_what_was_refused_is_asked_for_again(self) -> None:
        import requests

        with MockClient([fake_connection("notion", credential="tok_1")]) as vendo:
            with vendo.session("notion") as session:
                asked = requests.Request("GET", "https://api.example", auth=session.auth).prepare()
            self.assertEqual(asked.headers["Authorization"], "Bearer tok_1")
            core = vendo._bound.core
            token = vendo._bound.run(core.tokens.get("notion", None))
            again = vendo._bound.run(core.tokens.replace("notion", token, None))
            self.assertEqual(again.token, Secret("tok_1"))

    def test_of_the_environment_it_takes_the_override_alone(self) -> None:
        self.set_environment(
            {
                "VENDO_API_KEY": "vendo_sk_of_the_machine",
                "VENDO_BASE_URL": "nowhere",
                "VENDO_CREDENTIALS_URL": "nowhere",
                "VENDO_TIMEOUT_MS": "soon",
                "VENDO_SANDBOX": "1",
                "VENDO_TOKEN_NOTION": "tok_override",
            }
        )
        connections = [fake_connection("notion"), fake_connection("slack", credential="tok_1")]
        with MockClient(connections) as vendo:
            self.assertEqual(vendo.token("notion"), "tok_override")
            self.assertEqual(vendo.token("slack"), "tok_1")
            settings = vendo._bound.core.settings
            self.assertEqual((settings.api_key, settings.sandbox), (Secret("vendo_sk_mock"), False))

        async def ask() -> list[str]:
            async with MockAsyncClient(connections) as vendo:
                return [await vendo.token("notion"), await vendo.token("slack")]

        self.assertEqual(asyncio.run(ask()), ["tok_override", "tok_1"])

    def test_it_needs_neither_the_network_nor_what_is_optional(self) -> None:
        program = """
import asyncio, socket, sys
sys.modules["requests"] = sys.modules["aiohttp"] = None
def refuse(*_): raise AssertionError("the network")
socket.getaddrinfo = refuse
from vendo.testing import MockAsyncClient, MockClient, fake_connection
connections = [fake_connection("notion", credential="tok_1")]
print(MockClient(connections).token("notion"))
async def ask():
    async with MockAsyncClient(connections) as vendo:
        print(await vendo.token("notion"))
asyncio.run(ask())
"""
        path = os.pathsep.join(sys.path)
        ran = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", program],
            env={"PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((ran.stdout, ran.stderr), ("tok_1\ntok_1\n", ""))


class Events(Case):
    def test_what_is_connected_and_disconnected_is_said(self) -> None:
        with MockClient([fake_connection("notion")]) as vendo, vendo.events.subscribe() as events:
            vendo.connect(fake_connection("slack", id="cn_9"))
            vendo.disconnect("notion")
            vendo.disconnect("never")
            vendo.emit(event("last", {"ünï": "c\node"}))
            self.assertEqual(
                [next(events) for _ in range(3)],
                [
                    EventStreamMessage(
                        type="connection.connected",
                        data={"slug": "slack", "connection_id": "cn_9"},
                        id="1",
                    ),
                    EventStreamMessage(
                        type="connection.disconnected",
                        data={"slug": "notion", "connection_id": "cn_notion"},
                        id="2",
                    ),
                    EventStreamMessage(type="last", data={"ünï": "c\node"}, id="3"),
                ],
            )

    def test_a_stream_begins_after_the_event_that_is_named_as_the_real_one_does(self) -> None:
        with MockClient() as vendo:
            for kind in ("one", "two"):
                vendo.emit(event(kind))
            with vendo.events.subscribe() as events:
                self.assertEqual(next(events).type, "one")
            with vendo.events.subscribe(last_event_id="1") as events:
                self.assertEqual(next(events), EventStreamMessage(type="two", data=None, id="2"))

    def test_who_waits_is_woken_by_an_event_and_by_the_end(self) -> None:
        with (
            ThreadPoolExecutor(1) as threads,
            MockClient() as vendo,
            vendo.events.subscribe() as events,
        ):
            waits = self._waiting()
            seen = threads.submit(list, events)
            self.assertTrue(waits.wait(WAIT))
            vendo.emit(event("one"))
            self.assertTrue(self.took.wait(WAIT))
            events.close()
            self.assertEqual([one.type for one in seen.result(WAIT)], ["one"])

    def _waiting(self) -> threading.Event:
        """Set once a stream has nothing to take; `took` once it had something."""
        waits, self.took = threading.Event(), threading.Event()
        take = MockStream.take

        def taking(stream: MockStream) -> bytes | None:
            taken = take(stream)
            if taken is None:
                waits.set()
            elif taken:
                self.took.set()
            return taken

        patched = mock.patch.object(MockStream, "take", taking)
        patched.start()
        self.addCleanup(patched.stop)
        return waits

    def test_what_ended_is_sent_nothing(self) -> None:
        with MockClient() as vendo:
            with vendo.events.subscribe() as events:
                vendo.emit(event("one"))
                next(events)
                self.assertEqual(len(vendo._service._streams), 1)
            vendo.emit(event("two"))
            self.assertEqual(vendo._service._streams, [])

    def test_a_quiet_stream_is_not_taken_for_one_that_fell_silent(self) -> None:
        quiet = threading.Event()
        receive = Memory.receive

        def receiving(memory: Memory, stream: MockStream, deadline: float) -> bytes:
            received = receive(memory, stream, deadline)
            if received == _mock_service._STILL_HERE:
                quiet.set()
            return received

        attempts: list[object] = []
        with (
            mock.patch("vendo._events._SILENCE", 0.001),
            mock.patch.object(Memory, "receive", receiving),
            ThreadPoolExecutor(1) as threads,
            MockClient() as vendo,
            vendo.events.subscribe(
                on_reconnect=lambda *attempt: attempts.append(attempt)
            ) as events,
        ):
            seen = threads.submit(next, events)
            self.assertTrue(quiet.wait(WAIT))
            vendo.emit(event("one"))
            self.assertEqual(seen.result(WAIT).type, "one")
        self.assertEqual(attempts, [])


class MockingAsync(Case, unittest.IsolatedAsyncioTestCase):
    async def test_it_is_a_client_and_vends_what_was_put_in(self) -> None:
        async with MockAsyncClient.with_connections([WHOLE]) as vendo:
            self.assertIsInstance(vendo, AsyncVendo)
            self.assertEqual(await vendo.token("made"), "tok_made")
            self.assertEqual(await vendo.connections.list(), [WHOLE])
            vendo.connect(fake_connection("made", credential="tok_2"))
            self.assertEqual(await vendo.for_user("a.b.c").token("made"), "tok_2")
            self.assertEqual(await vendo.token("made"), "tok_2")
            vendo.disconnect("made")
            with self.assertRaises(NotConnected):
                await vendo.token("made")

    async def test_who_waits_for_an_event_is_woken_from_another_thread(self) -> None:
        async with MockAsyncClient() as vendo, vendo.events.subscribe() as events:
            waiting = asyncio.ensure_future(anext(events))
            await self._until_it_waits(vendo)
            await asyncio.to_thread(vendo.emit, event("one"))
            self.assertEqual((await asyncio.wait_for(waiting, WAIT)).type, "one")

    async def test_who_is_cancelled_may_go_on_with_the_next(self) -> None:
        async with MockAsyncClient() as vendo, vendo.events.subscribe() as events:
            waiting = asyncio.ensure_future(anext(events))
            await self._until_it_waits(vendo)
            waiting.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await waiting
            vendo.emit(event("one"))
            self.assertEqual((await asyncio.wait_for(anext(events), WAIT)).type, "one")

    async def test_a_quiet_stream_is_not_taken_for_one_that_fell_silent(self) -> None:
        quiet = asyncio.Event()
        receive = AsyncMemory.receive

        async def receiving(memory: AsyncMemory, stream: MockStream, deadline: float) -> bytes:
            received = await receive(memory, stream, deadline)
            if received == _mock_service._STILL_HERE:
                quiet.set()
            return received

        attempts: list[object] = []
        with (
            mock.patch("vendo._events._SILENCE", 0.001),
            mock.patch.object(AsyncMemory, "receive", receiving),
        ):
            async with (
                MockAsyncClient() as vendo,
                vendo.events.subscribe(on_reconnect=lambda *one: attempts.append(one)) as events,
            ):
                waiting = asyncio.ensure_future(anext(events))
                await asyncio.wait_for(quiet.wait(), WAIT)
                vendo.emit(event("one"))
                self.assertEqual((await asyncio.wait_for(waiting, WAIT)).type, "one")
        self.assertEqual(attempts, [])

    async def _until_it_waits(self, vendo: MockAsyncClient) -> None:
        while not vendo._service._streams:
            await asyncio.sleep(0)
        await asyncio.sleep(0)


if __name__ == "__main__":
    unittest.main()
