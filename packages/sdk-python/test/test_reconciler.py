"""An env file that is kept in step with what is connected."""

import json
import math
import os
import queue
import random
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
import unittest
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from service import Asked, Reply, Service

from vendo import ValidationError, Vendo, VendoError, VendoOnlyFeature, _env_file
from vendo import reconciler as module
from vendo._apis import EventsAPI, Subscription
from vendo._mock_service import Memory, MockStream
from vendo._steps import Request, Stream
from vendo.reconciler import (
    EnvDiff,
    Reconciler,
    ReloadFailed,
    bootstrap,
    catalog_default,
    start,
)
from vendo.testing import MockClient, fake_connection
from vendo.types import Connection, EnvBootstrap, EnvBootstrapVar, EventStreamMessage

SECRET = "s3cr3t-value"

WAIT = 10
"""Seconds for what happens at once."""

T = TypeVar("T")


def of_catalog(
    slug: str, token: str, restart: str = "none", status: str = "connected"
) -> Connection:
    name = f"{slug.upper()}_TOKEN"
    variable = EnvBootstrapVar(name=name, value_from=f"metadata.credential.{name}")
    return fake_connection(
        slug,
        credential={name: token},
        status=status,
        env_bootstrap=EnvBootstrap(vars=(variable,), restart=restart),
    )


def background(work: Callable[[], T]) -> "Future[T]":
    """In a thread that nobody waits for, should it never end."""
    outcome: Future[T] = Future()

    def perform() -> None:
        try:
            outcome.set_result(work())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=perform, daemon=True).start()
    return outcome


def added(*names: str) -> EnvDiff:
    return EnvDiff(added=names, changed=(), removed=())


class EnvFile(unittest.TestCase):
    def test_every_text_is_read_as_it_was_written(self) -> None:
        seed = random.randrange(2**32)
        chance = random.Random(seed)
        letters = "\\\"$'`#=n r\n\r\t\u2028ü😀\udc80a"
        for _ in range(500):
            mapping = {
                f"N{index}": "".join(chance.choices(letters, k=chance.randrange(12)))
                for index in range(chance.randrange(4))
            }
            data = _env_file.encoded(_env_file.render(mapping))
            self.assertEqual(_env_file.parse(_env_file.decoded(data)), mapping, f"seed {seed}")

    def test_the_same_variables_are_the_same_text(self) -> None:
        text = 'A="1"\nB="a \\"b\\" \\$c \\\\ \\n\\r"\n'
        self.assertEqual(_env_file.render({"B": 'a "b" $c \\ \n\r', "A": "1"}), text)

    def test_what_no_environment_takes_is_refused_and_not_repeated(self) -> None:
        wrong: list[dict[str, Any]] = [
            {"": SECRET},
            {"1A": SECRET},
            {"A B": SECRET},
            {"A\n": SECRET},
            {"Ü": SECRET},
            {"A": f"{SECRET}\0"},
            {"A": f"{SECRET}\ud800"},
            {"A": None},
        ]
        for mapping in wrong:
            with self.subTest(mapping), self.assertRaises(ValidationError) as raised:
                _env_file.render(mapping)
            self.assertNotIn(SECRET, "".join(traceback.format_exception(raised.exception)))
            self.assertIsNone(raised.exception.__context__)

    def test_other_lines_are_left_aside(self) -> None:
        text = '# A="1"\nexport B="1"\nC=1\nD="1\n E="1"\nF="1" \nG="1"x\nH="1"'
        self.assertEqual(_env_file.parse(text), {"H": "1"})


class Case(unittest.TestCase):
    def setUp(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VENDO_")}
        patched = mock.patch.dict(os.environ, kept, clear=True)
        patched.start()
        self.addCleanup(patched.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.env_file = self.folder / "made.env"
        self.told: queue.Queue[EnvDiff] = queue.Queue()
        self.failed: queue.Queue[Exception] = queue.Queue()

    def start(self, mapping: Callable[[], Mapping[str, str]] | None, **more: Any) -> Reconciler:
        """Looks only when it is asked to, and tells `self.told`."""
        options = {
            "env_file": self.env_file,
            "mapping": mapping,
            "on_change": self.told.put,
            "on_error": self.failed.put,
            "poll_interval_sec": math.inf,
            "client": Vendo(),
        }
        reconciler = start(**(options | more))
        self.addCleanup(reconciler.stop)
        return reconciler

    def all_told(self) -> list[EnvDiff]:
        return [self.told.get_nowait() for _ in range(self.told.qsize())]

    def assertFile(self, text: str) -> None:
        self.assertEqual(self.env_file.read_text(), text)


class Telling(Case):
    def test_names_are_told_and_no_values(self) -> None:
        mapping = {"A": "1", "B": "1"}
        reconciler = self.start(lambda: mapping)
        mapping = {"B": SECRET, "C": SECRET}
        reconciler.reconcile()
        expected = [added("A", "B"), EnvDiff(added=("C",), changed=("B",), removed=("A",))]
        told = self.all_told()
        self.assertEqual(told, expected)
        self.assertNotIn(SECRET, repr(told))

    def test_a_change_that_could_not_be_told_is_told_later_with_what_came_after_it(self) -> None:
        mapping = {"A": "1"}
        is_down = False

        def tell(diff: EnvDiff) -> None:
            if is_down:
                raise ConnectionError("nobody listens")
            self.told.put(diff)

        reconciler = self.start(lambda: mapping, on_change=tell)
        is_down = True
        mapping["A"] = "2"
        with self.assertRaises(ConnectionError):
            reconciler.reconcile()
        self.assertFile('A="2"\n')
        mapping["C"] = "1"
        with self.assertRaises(ConnectionError):
            reconciler.reconcile()
        is_down = False
        mapping["B"] = "1"
        reconciler.reconcile()
        reconciler.reconcile()
        expected = EnvDiff(added=("B", "C"), changed=("A",), removed=())
        self.assertEqual(self.all_told(), [added("A"), expected])

    def test_a_change_is_from_what_the_file_said_before(self) -> None:
        self.env_file.write_text('A="1"\nB="1"\n# nothing\n')
        self.start(lambda: {"A": "1", "B": "2"})
        self.assertEqual(self.all_told(), [EnvDiff(added=(), changed=("B",), removed=())])

    def test_nothing_is_told_when_nothing_changed(self) -> None:
        self.env_file.write_text('A="1"\n')
        reconciler = self.start(lambda: {"A": "1"})
        reconciler.reconcile()
        self.assertEqual(self.all_told(), [])

    def test_nothing_need_be_told(self) -> None:
        self.start(lambda: {"A": "1"}, on_change=None)
        self.assertFile('A="1"\n')

    def test_who_is_told_may_ask_for_a_look_and_may_stop(self) -> None:
        mapping = {"A": "1"}
        ready = threading.Event()
        reconcilers: list[Reconciler] = []

        def tell(diff: EnvDiff) -> None:
            self.told.put(diff)
            if diff == added("B"):
                mapping["C"] = "1"
                reconcilers[0].reconcile()
            if diff == added("C"):
                reconcilers[0].stop()
                ready.set()

        reconcilers.append(self.start(lambda: mapping, on_change=tell))
        mapping["B"] = "1"
        reconcilers[0].reconcile()
        self.assertTrue(ready.wait(WAIT))
        self.assertEqual(self.all_told(), [added("A"), added("B"), added("C")])


class Looking(Case):
    def test_who_asks_during_a_look_gets_the_next_and_all_of_them_the_same(self) -> None:
        looking, go_on, asked = threading.Event(), threading.Event(), threading.Semaphore(0)
        looks, at_once, most_at_once = 0, 0, 0

        def mapping() -> Mapping[str, str]:
            nonlocal looks, at_once, most_at_once
            looks += 1
            at_once += 1
            most_at_once = max(most_at_once, at_once)
            if looks == 2:
                looking.set()
                go_on.wait(WAIT)
            at_once -= 1
            return {"LOOK": str(looks)}

        reconciler = self.start(mapping)
        notify = reconciler._changed.notify_all

        def notified() -> None:
            notify()
            asked.release()

        def ask() -> str:
            reconciler.reconcile()
            return self.env_file.read_text()

        with mock.patch.object(reconciler._changed, "notify_all", notified):
            first = background(ask)
            self.assertTrue(looking.wait(WAIT))
            self.assertTrue(asked.acquire(timeout=WAIT))
            later = [background(ask) for _ in range(5)]
            for _ in later:
                self.assertTrue(asked.acquire(timeout=WAIT))
            go_on.set()
            first.result(WAIT)
            self.assertEqual({one.result(WAIT) for one in later}, {'LOOK="3"\n'})
        self.assertEqual((looks, most_at_once), (3, 1))

    def test_the_interval_shows_what_no_event_told(self) -> None:
        mapping = {"A": "1"}
        self.start(lambda: mapping, poll_interval_sec=0.001)
        self.assertEqual(self.told.get(timeout=WAIT), added("A"))
        mapping = {"A": "1", "B": "1"}
        self.assertEqual(self.told.get(timeout=WAIT), added("B"))

    def test_the_first_look_fails_where_it_was_begun_and_leaves_no_thread(self) -> None:
        before = set(threading.enumerate())
        with self.assertRaises(ZeroDivisionError):
            self.start(lambda: {"A": str(1 // 0)})
        self.assertEqual(set(threading.enumerate()) - before, set())
        self.assertTrue(self.failed.empty())

    def test_a_later_failure_is_told_and_the_next_look_is_not_given_up_for_it(self) -> None:
        wanted: list[Mapping[str, str]] = [{"A": "1"}]
        reconciler = self.start(lambda: wanted[0], poll_interval_sec=0.001)
        wanted.clear()
        self.assertIsInstance(self.failed.get(timeout=WAIT), IndexError)
        wanted.append({"A": "2"})
        self.told.get(timeout=WAIT)
        self.assertEqual(self.told.get(timeout=WAIT), EnvDiff(added=(), changed=("A",), removed=()))
        reconciler.stop()

    def test_who_asks_is_told_what_failed_and_nobody_else(self) -> None:
        wanted: list[Mapping[str, str]] = [{"A": "1"}]
        reconciler = self.start(lambda: wanted[0])
        wanted.clear()
        with self.assertRaises(IndexError):
            reconciler.reconcile()
        reconciler.stop()
        self.assertTrue(self.failed.empty())

    def test_an_on_error_that_fails_stops_nothing(self) -> None:
        failures: queue.Queue[Exception] = queue.Queue()
        is_broken = False

        def mapping() -> Mapping[str, str]:
            if is_broken:
                raise KeyError(SECRET)
            return {}

        def complain(error: Exception) -> None:
            failures.put(error)
            raise KeyError(SECRET)

        printed = StringIO()
        with redirect_stderr(printed):
            reconciler = self.start(mapping, poll_interval_sec=0.001, on_error=complain)
            is_broken = True
            for _ in range(2):
                self.assertIsInstance(failures.get(timeout=WAIT), KeyError)
            reconciler.stop()
        self.assertIn("vendo.reconciler: KeyError", printed.getvalue())
        self.assertNotIn(SECRET, printed.getvalue())

    def test_the_end_of_a_thread_that_was_meant_for_the_process_is_a_failure(self) -> None:
        mapping: dict[str, str] = {}
        self.env_file.touch()
        self.start(lambda: mapping, on_change=lambda diff: sys.exit(3), poll_interval_sec=0.001)
        mapping["A"] = "1"
        error = self.failed.get(timeout=WAIT)
        self.assertIsInstance(error, RuntimeError)
        self.assertIn("SystemExit", str(error))

    def test_what_is_no_argument_is_refused_before_anything_is_written(self) -> None:
        wrong: list[dict[str, Any]] = [
            {"on_change": "restrat"},
            {"on_change": "reload-hook"},
            {"on_change": "reload-hook", "reload_url": "/reload"},
            {"on_change": "reload-hook", "reload_url": "file://localhost/etc/passwd"},
            {"on_change": "reload-hook", "reload_url": f"http://u:{SECRET}@localhost/"},
            {"on_change": "reload-hook", "reload_url": "http://localhost:x/"},
            {"poll_interval_sec": 0},
            {"poll_interval_sec": math.nan},
        ]
        for options in wrong:
            with self.subTest(options), self.assertRaises(ValidationError) as raised:
                self.start(lambda: {"A": "1"}, **options)
            self.assertNotIn(SECRET, str(raised.exception))
            self.assertIn(raised.exception.field, options.keys() | {"reload_url"})
        self.assertFalse(self.env_file.exists())


class Stopping(Case):
    def test_nothing_is_written_or_told_after_it_though_a_look_is_under_way(self) -> None:
        looking, go_on = threading.Event(), threading.Event()
        mapping: dict[str, str] = {}

        def slow() -> Mapping[str, str]:
            if mapping:
                looking.set()
                go_on.wait(WAIT)
            return mapping

        reconciler = self.start(slow)
        mapping["A"] = "1"
        self.all_told()
        last = background(reconciler.reconcile)
        self.assertTrue(looking.wait(WAIT))
        with mock.patch.object(module, "_LONGEST_STOP", 0):
            reconciler.stop()
        go_on.set()
        last.result(WAIT)
        self.assertFile("")
        self.assertEqual(self.all_told(), [])

    def test_nobody_is_told_when_it_comes_while_the_file_is_written(self) -> None:
        mapping: dict[str, str] = {}
        reconciler = self.start(lambda: mapping)
        self.all_told()
        mapping["A"] = "1"
        replace = os.replace

        def stopping(source: str, target: str) -> None:
            replace(source, target)
            reconciler.stop()

        with mock.patch.object(os, "replace", stopping):
            reconciler.reconcile()
        self.assertFile('A="1"\n')
        self.assertEqual(self.all_told(), [])

    def test_both_threads_have_ended_and_whoever_asks_later_waits_for_nothing(self) -> None:
        before = set(threading.enumerate())
        with MockClient() as client:
            reconciler = self.start(lambda: {}, client=client)
            names = {thread.name for thread in set(threading.enumerate()) - before}
            self.assertEqual(names, {"vendo-reconciler", "vendo-reconciler-events"})
            with reconciler:
                pass
            self.assertEqual(set(threading.enumerate()) - before, set())
            self.env_file.unlink()
            background(reconciler.reconcile).result(WAIT)
        self.assertFalse(self.env_file.exists())

    def test_a_stream_that_opens_after_it_was_closed_is_closed_again(self) -> None:
        opening, closed = threading.Event(), threading.Event()
        listen, close = Memory.listen, Subscription.close

        def late(
            memory: Memory, request: Request, deadline: float, begins: Callable[[Stream], None]
        ) -> Stream:
            opening.set()
            closed.wait(WAIT)
            return listen(memory, request, deadline, begins)

        def closing(subscription: Subscription) -> None:
            close(subscription)
            closed.set()

        with (
            mock.patch.object(Memory, "listen", late),
            mock.patch.object(Subscription, "close", closing),
            MockClient() as client,
        ):
            reconciler = self.start(lambda: {}, client=client)
            self.assertTrue(opening.wait(WAIT))
            reconciler.stop()
        assert reconciler._listener is not None
        self.assertFalse(reconciler._listener.is_alive())

    def test_who_waits_for_a_look_that_does_not_begin_any_more_waits_no_longer(self) -> None:
        looking, go_on, asked = threading.Event(), threading.Event(), threading.Event()
        is_slow = False

        def mapping() -> Mapping[str, str]:
            if is_slow:
                looking.set()
                go_on.wait(WAIT)
            return {}

        reconciler = self.start(mapping)
        is_slow = True
        first = background(reconciler.reconcile)
        self.assertTrue(looking.wait(WAIT))
        with mock.patch.object(reconciler._changed, "notify_all", asked.set):
            second = background(reconciler.reconcile)
            self.assertTrue(asked.wait(WAIT))
        with mock.patch.object(module, "_LONGEST_STOP", 0):
            reconciler.stop()
        second.result(WAIT)
        self.assertFalse(first.done())
        go_on.set()
        first.result(WAIT)


class Events(Case):
    def test_an_event_of_a_connection_is_a_reason_to_look(self) -> None:
        with MockClient([of_catalog("notion", "tok_1")]) as client:
            self.start(catalog_default(client)[0], client=client)
            self.assertEqual(self.told.get(timeout=WAIT), added("NOTION_TOKEN"))
            client.connect(of_catalog("slack", "tok_2"))
            self.assertEqual(self.told.get(timeout=WAIT), added("SLACK_TOKEN"))
            self.assertFile('NOTION_TOKEN="tok_1"\nSLACK_TOKEN="tok_2"\n')
            client.disconnect("notion")
            expected = EnvDiff(added=(), changed=(), removed=("NOTION_TOKEN",))
            self.assertEqual(self.told.get(timeout=WAIT), expected)

    def test_another_event_is_none(self) -> None:
        log: list[str] = []
        done = threading.Event()
        take = Subscription.__next__

        def taking(subscription: Subscription) -> EventStreamMessage:
            event = take(subscription)
            log.append(event.type)
            return event

        def hint() -> None:
            log.append("look")
            if log[-2] == "connection.made":
                done.set()

        kinds = ["balance.low", "connections.counted", "connection.made"]
        with MockClient() as client, mock.patch.object(Subscription, "__next__", taking):
            reconciler = self.start(lambda: {}, client=client)
            with mock.patch.object(reconciler, "_hint", hint):
                for kind in kinds:
                    client.emit(EventStreamMessage(type=kind, data=None))
                self.assertTrue(done.wait(WAIT))
            reconciler.stop()
        self.assertEqual(log, [*kinds, "look"])

    def test_where_there_are_none_nobody_listens(self) -> None:
        with mock.patch.object(EventsAPI, "subscribe") as subscribe:
            self.start(lambda: {}, client=Vendo())
            subscribe.assert_not_called()

    def test_a_stream_that_is_refused_is_told_and_the_interval_is_left(self) -> None:
        def refuse(
            _memory: Memory, _request: Request, _deadline: float, _begins: object
        ) -> MockStream:
            stream = MockStream()
            stream.status = 401
            stream.headers = {"vendo-error-code": "app_revoked"}
            stream.abort()
            return stream

        mapping = {"A": "1"}
        with mock.patch.object(Memory, "listen", refuse), MockClient() as client:
            self.start(lambda: mapping, client=client, poll_interval_sec=0.001)
            error = self.failed.get(timeout=WAIT)
            self.assertEqual(isinstance(error, VendoError) and error.code, "app_revoked")
            self.told.get(timeout=WAIT)
            mapping = {"A": "1", "B": "1"}
            self.assertEqual(self.told.get(timeout=WAIT), added("B"))

    def test_the_client_of_the_environment_is_taken_where_none_is_given(self) -> None:
        with mock.patch.object(module, "shared", return_value=MockClient([of_catalog("a", "1")])):
            bootstrap(env_file=self.env_file)
            self.assertFile('A_TOKEN="1"\n')
            self.env_file.unlink()
            self.start(None, client=None)
            self.assertFile('A_TOKEN="1"\n')


class Writing(Case):
    def write(self, mapping: Mapping[str, str]) -> None:
        bootstrap(env_file=self.env_file, mapping=lambda: mapping)

    def test_it_is_for_its_owner_alone(self) -> None:
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.env_file.touch(mode=0o666)
        for umask in (0, 0o277):
            os.umask(umask)
            self.write({"A": str(umask)})
            self.assertEqual(stat.S_IMODE(self.env_file.stat().st_mode), 0o600)

    def test_it_is_replaced_when_something_changed_and_only_then(self) -> None:
        self.write({"A": "1"})
        first = self.env_file.open("rb")
        self.addCleanup(first.close)
        self.write({"A": "1"})
        self.assertEqual(self.env_file.stat().st_ino, os.fstat(first.fileno()).st_ino)
        self.write({"A": "2"})
        self.assertNotEqual(self.env_file.stat().st_ino, os.fstat(first.fileno()).st_ino)
        self.assertEqual(first.read(), b'A="1"\n')

    def test_it_is_where_it_was_when_the_reconciler_was_made(self) -> None:
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        reconciler = self.start(lambda: {"A": "1"}, env_file="made.env")
        self.env_file.unlink()
        os.chdir("/")
        reconciler.reconcile()
        self.assertFile('A="1"\n')

    def test_a_symbolic_link_stays_and_what_it_points_at_is_replaced(self) -> None:
        folder = self.folder / "elsewhere"
        folder.mkdir()
        target = folder / "target.env"
        (self.folder / "between.env").symlink_to(target)
        self.env_file.symlink_to("between.env")
        for value in ("1", "2"):
            self.write({"A": value})
            self.assertEqual(os.readlink(self.env_file), "between.env")
            self.assertFalse(target.is_symlink())
            self.assertEqual(target.read_text(), f'A="{value}"\n')

    def test_it_is_on_the_disk_before_it_takes_the_place_of_the_last(self) -> None:
        steps: list[str] = []
        fsync, replace = os.fsync, os.replace

        def syncing(descriptor: int) -> None:
            steps.append(f"sync {os.fstat(descriptor).st_size}")
            fsync(descriptor)

        def replacing(source: str, target: str) -> None:
            steps.append("replace")
            replace(source, target)

        with mock.patch.object(os, "fsync", syncing), mock.patch.object(os, "replace", replacing):
            self.write({"A": "1"})
        self.assertEqual(steps, ["sync 6", "replace"])

    def test_a_failure_leaves_what_was_there_and_nothing_beside_it(self) -> None:
        self.write({"A": "1"})
        for broken in ("replace", "fsync"):
            full = mock.patch.object(os, broken, side_effect=OSError(28, "full"))
            with full, self.assertRaises(OSError):
                self.write({"A": "2"})
            self.assertFile('A="1"\n')
            self.assertEqual(os.listdir(self.folder), ["made.env"])

    def test_two_that_write_at_once_write_each_a_whole_file(self) -> None:
        both = threading.Barrier(2)
        replace = os.replace

        def replacing(source: str, target: str) -> None:
            both.wait(WAIT)
            replace(source, target)

        texts = [value * 100_000 for value in "12"]
        with mock.patch.object(os, "replace", replacing):
            for one in [background(lambda text=text: self.write({"A": text})) for text in texts]:
                one.result(WAIT)
        self.assertIn(self.env_file.read_text(), [f'A="{text}"\n' for text in texts])
        self.assertEqual(os.listdir(self.folder), ["made.env"])

    def test_a_file_that_can_not_be_read_is_not_taken_for_none(self) -> None:
        self.env_file.symlink_to(self.env_file)
        with self.assertRaises(OSError):
            self.write({"A": "1"})
        self.assertTrue(self.env_file.is_symlink())

    def test_once_before_a_program_starts(self) -> None:
        before = set(threading.enumerate())
        for _ in range(2):
            bootstrap(
                env_file=str(self.env_file), mapping=lambda: {"A": "1"}, on_change=self.told.put
            )
        self.assertFile('A="1"\n')
        self.assertEqual(self.all_told(), [added("A")])
        self.assertEqual(set(threading.enumerate()), before)


class Quiet(Case):
    """No failure shows a value, whoever looks at the frames behind it."""

    def seen(self, work: Callable[[], object]) -> str:
        try:
            work()
        except Exception as error:
            seen = traceback.TracebackException.from_exception(error, capture_locals=True)
        else:
            raise AssertionError("it did not fail")
        # What stands in the frames of a test is its own.
        frames = [frame for frame in seen.stack if frame.filename != __file__]
        self.assertTrue(frames)
        seen.stack = traceback.StackSummary.from_list(frames)
        return "".join(seen.format())

    def test_no_frame_shows_one(self) -> None:
        mapping = {"A": SECRET}
        attempts: list[dict[str, Any]] = [
            {"env_file": self.folder / "none" / "made.env"},
            {"on_change": {}.__getitem__},
            {"mapping": lambda: {"A B": SECRET}},
        ]
        for attempt in attempts:
            options = {"env_file": self.env_file, "mapping": lambda: mapping} | attempt
            seen = self.seen(lambda options=options: bootstrap(**options))
            self.assertIn("in look", seen)
            self.assertNotIn(SECRET, seen)

    def test_a_line_on_standard_error_says_what_is_known_to_hold_none(self) -> None:
        error = VendoError("made_up", "two\nlines")
        unreachable = OSError(13, SECRET, "/made.env")
        for failed, line in (
            (error, "vendo.reconciler: two lines (made_up)\n"),
            (unreachable, "vendo.reconciler: Permission denied: /made.env\n"),
            (ReloadFailed("the hook"), "vendo.reconciler: the hook\n"),
        ):
            self.assertEqual(self.printed(failed), line)
        for failed in (ValueError(SECRET), OSError(SECRET)):
            printed = self.printed(failed)
            self.assertNotIn(SECRET, printed)
            self.assertIn(f"vendo.reconciler: {type(failed).__name__}, ", printed)

    def printed(self, failed: Exception) -> str:
        wanted: list[Mapping[str, str]] = [{}]
        written = threading.Event()

        class Lines(StringIO):
            def flush(self) -> None:
                written.set()

        def mapping() -> Mapping[str, str]:
            if not wanted:
                raise failed
            return wanted[0]

        lines = Lines()
        with redirect_stderr(lines):
            reconciler = self.start(mapping, on_error=None)
            wanted.clear()
            reconciler._hint()
            self.assertTrue(written.wait(WAIT))
            reconciler.stop()
        return lines.getvalue()


class ReloadHook(Case):
    def test_the_names_are_posted(self) -> None:
        self.env_file.write_text('A="1"\nB="1"\n')
        with Service(lambda _: Reply(204)) as service:
            self.start(
                lambda: {"B": SECRET, "C": SECRET},
                on_change="reload-hook",
                reload_url=f"{service.url}/reload?of=made",
            )
            [asked] = service.ledger
        self.assertEqual((asked.method, asked.path), ("POST", "/reload?of=made"))
        said = {name.lower(): value for name, value in asked.headers.items()}
        self.assertEqual(said["content-type"], "application/json")
        self.assertEqual(json.loads(asked.body), {"changed": ["A", "B", "C"]})

    def test_what_it_refuses_or_sends_elsewhere_is_told_again(self) -> None:
        replies = [Reply(500), Reply(302, headers={"Location": "/elsewhere"}), Reply(200)]
        with Service(lambda _: replies.pop(0)) as service:
            mapping: dict[str, str] = {}
            self.env_file.touch()
            hook = {"on_change": "reload-hook", "reload_url": f"{service.url}/?{SECRET}"}
            reconciler = self.start(lambda: mapping, **hook)
            mapping["A"] = "1"
            for status in ("500", "302"):
                with self.assertRaisesRegex(ReloadFailed, status) as raised:
                    reconciler.reconcile()
                self.assertNotIn(SECRET, str(raised.exception))
            reconciler.reconcile()
            reconciler.reconcile()
            bodies = [json.loads(asked.body) for asked in service.ledger]
        self.assertEqual(bodies, [{"changed": ["A"]}] * 3)

    def test_one_that_is_not_there_is_a_failure(self) -> None:
        with Service() as service:
            url = f"{service.url}/{SECRET}"
        with self.assertRaises(ReloadFailed) as raised:
            self.start(lambda: {"A": "1"}, on_change="reload-hook", reload_url=url)
        self.assertNotIn(SECRET, "".join(traceback.format_exception(raised.exception)))

    def test_the_end_waits_for_no_hook(self) -> None:
        released = threading.Event()

        def hang(_: Asked) -> Reply:
            released.wait(WAIT)
            return Reply(200)

        with Service(hang) as service:
            mapping: dict[str, str] = {}
            self.env_file.touch()
            reconciler = self.start(
                lambda: mapping, on_change="reload-hook", reload_url=f"{service.url}/"
            )
            mapping["A"] = "1"
            waiting = background(reconciler.reconcile)
            service.wait_for(1)
            reconciler.stop()
            self.assertFalse(reconciler._looker.is_alive())
            self.assertIsInstance(waiting.exception(WAIT), ReloadFailed)
            released.set()


class Shell(Case):
    def test_a_shell_that_reads_it_runs_nothing_of_it(self) -> None:
        values = {
            "A": "`touch PWNED`$(touch PWNED)${HOME} \"quoted\" 'single' \\ back",
            "B": "; touch PWNED #",
        }
        bootstrap(env_file=self.env_file, mapping=lambda: values)
        program = f'. {self.env_file}; printf \'%s\\n\' "$A" "$B"'
        ran = subprocess.run(
            ["sh", "-c", program], cwd=self.folder, capture_output=True, check=True, text=True
        )
        self.assertEqual(ran.stdout, f"{values['A']}\n{values['B']}\n")
        self.assertEqual([path.name for path in Path(self.folder).iterdir()], [self.env_file.name])

    def test_what_a_process_left_behind_that_was_ended_while_it_wrote_is_taken_away(self) -> None:
        left = self.env_file.with_name(f"{self.env_file.name}.abc.new")
        left.write_text("A=secret")
        bootstrap(env_file=self.env_file, mapping=lambda: {"A": "1"})
        # Somebody may be writing it.
        self.assertTrue(left.exists())
        os.utime(left, (0, 0))
        bootstrap(env_file=self.env_file, mapping=lambda: {"A": "2"})
        self.assertFalse(left.exists())


class Catalog(Case):
    def test_without_a_service_there_is_none_and_the_file_is_left_as_it_was(self) -> None:
        self.env_file.write_text('A="1"\n')
        with self.assertRaises(VendoOnlyFeature):
            self.start(None, client=Vendo())
        self.assertFile('A="1"\n')

    def test_a_value_is_found_under_the_name_it_has_on_the_wire(self) -> None:
        paths = {
            "MADE_KEY": "api_key",
            "MADE_URL": "metadata.base_url",
            "MADE_SIZE": "metadata.team.size",
            "MADE_REF": "context.ref",
            "MADE_TOKEN": "metadata.credential.TOKEN",
            "NOT_TEXT": "metadata.team",
            "NOT_A_NUMBER": "metadata.is_on",
            "NOT_THERE": "metadata.team.size.unit",
            "NOT_A_FIELD": "__module__",
            "NOT_A_VALUE": "metadata.credential",
        }
        variables = (EnvBootstrapVar(name=name, value_from=path) for name, path in paths.items())
        made = fake_connection(
            "made",
            api_key="pool",
            metadata={"base_url": "https://made.example", "team": {"size": 3}, "is_on": True},
            context={"ref": "r"},
            credential={"TOKEN": "tok_1"},
            env_bootstrap=EnvBootstrap(vars=tuple(variables), restart="none"),
        )
        connections = [
            made,
            fake_connection("bare"),
            of_catalog("lost", "tok_2", status="needs_reauth"),
        ]
        with MockClient(connections) as client:
            self.assertEqual(
                catalog_default(client)[0](),
                {
                    "MADE_KEY": "pool",
                    "MADE_URL": "https://made.example",
                    "MADE_SIZE": "3",
                    "MADE_REF": "r",
                    "MADE_TOKEN": "tok_1",
                },
            )

    def test_the_process_ends_for_a_variable_whose_consumer_must_start_again(self) -> None:
        ended: queue.Queue[None] = queue.Queue()
        self.env_file.touch()
        with (
            mock.patch.object(module, "_end_process", lambda: ended.put(None)),
            MockClient([of_catalog("bot", "1", "gateway"), of_catalog("notion", "1")]) as client,
        ):
            mapping, restart_factory = catalog_default(client)
            bootstrap(env_file=self.env_file, mapping=mapping)
            reconciler = self.start(mapping, on_change=restart_factory())

            def ends_after(change: Callable[[], None]) -> bool:
                change()
                reconciler.reconcile()
                ends = ended.qsize() > 0
                while ended.qsize():
                    ended.get_nowait()
                return ends

            self.assertFalse(ends_after(lambda: client.connect(of_catalog("notion", "2"))))
            self.assertTrue(ends_after(lambda: client.connect(of_catalog("bot", "2", "gateway"))))
            self.assertFalse(ends_after(lambda: client.disconnect("notion")))
            self.assertTrue(ends_after(lambda: client.disconnect("bot")))


PREAMBLE = """
import atexit, math, os, signal, sys, threading
from vendo import reconciler
from vendo.testing import MockClient, fake_connection

path, never = sys.argv[1], threading.Event()

def start(mapping, **more):
    more = {"poll_interval_sec": math.inf, "client": MockClient()} | more
    return reconciler.start(env_file=path, mapping=mapping, **more)
"""


class Ending(Case):
    """Of a process, which is another one."""

    def run_program(
        self, program: str, flags: tuple[str, ...] = ("-X", "dev")
    ) -> "tuple[int, str, str]":
        ran = subprocess.run(
            [sys.executable, *flags, "-c", PREAMBLE + program, str(self.env_file)],
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return ran.returncode, ran.stdout, ran.stderr

    def test_a_change_ends_it_with_0_whatever_the_main_thread_waits_for(self) -> None:
        program = """
reconciler._LONGEST_EXIT = 60
mapping, client = {}, MockClient()
open(path, "w").close()
atexit.register(print, "said at the end")
start(lambda: mapping, client=client)
print("not flushed yet")
mapping["A"] = "1"
client.connect(fake_connection("notion"))
never.wait(10)
sys.exit(3)
"""
        ran = self.run_program(program)
        self.assertEqual(ran, (0, "not flushed yet\nsaid at the end\n", ""))
        self.assertFile('A="1"\n')

    def test_so_does_one_that_the_first_look_finds(self) -> None:
        program = "start(lambda: {'A': '1'})\nsys.exit(3)\n"
        self.assertEqual(self.run_program(program), (0, "", ""))
        # The supervisor starts it again, and the file is as it should be.
        self.assertEqual(self.run_program(program), (3, "", ""))

    def test_what_never_ends_at_the_end_is_not_waited_for(self) -> None:
        program = """
reconciler._LONGEST_EXIT = 0.1
def wait():
    never.wait(10)
    print("waited", flush=True)
atexit.register(wait)
start(lambda: {'A': '1'})
sys.exit(3)
"""
        self.assertEqual(self.run_program(program), (0, "", ""))

    def test_the_end_of_the_process_stops_it_first(self) -> None:
        program = """
def say():
    print([thread.name for thread in threading.enumerate() if "vendo" in thread.name])
atexit.register(say)
start(lambda: {}, on_change=None, poll_interval_sec=0.001)
say()
"""
        both = "['vendo-reconciler', 'vendo-reconciler-events']\n"
        self.assertEqual(self.run_program(program), (0, f"{both}[]\n", ""))

    @unittest.skipUnless(hasattr(os, "fork"), "there is no fork")
    def test_a_forked_process_leaves_the_file_to_its_parent(self) -> None:
        program = """
kept = start(lambda: {}, on_change=None)
os.unlink(path)
child = os.fork()
if child == 0:
    signal.alarm(10)
    kept.reconcile()
    kept.stop()
    os._exit(4 if os.path.exists(path) else 5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
kept.reconcile()
print(os.path.exists(path))
"""
        self.assertEqual(self.run_program(program, ("-W", "ignore")), (0, "5\nTrue\n", ""))


if __name__ == "__main__":
    unittest.main()
