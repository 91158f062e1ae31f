"""The way to the service on the standard library: connections that are used again, and time that is bounded."""

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from service import KEY, Asked, Pouring, Reply, Service, refusal, token

import vendo
from vendo import AuthError, Retry, UpstreamError, Vendo
from vendo._http import _kept_for

ONCE = Retry(times=0)


def ask_anew(client: Vendo, times: int) -> None:
    for _ in range(times):
        client.invalidate("notion")
        client.token("notion")


class Reuse(unittest.TestCase):
    def test_one_call_after_another_uses_one_connection(self) -> None:
        with Service() as service, Vendo(KEY, service.url) as client:
            ask_anew(client, 20)
            self.assertEqual((len(service.ledger), service.connections), (20, 1))

    def test_a_refusal_and_a_post_leave_their_connection_to_the_next_call(self) -> None:
        def refuse(asked: Asked) -> Reply:
            return token() if asked.method == "POST" else refusal(403, "binding_missing")

        with Service(refuse) as service, Vendo(KEY, service.url) as client:
            for _ in range(3):
                self.assertEqual(client.tokens(["my-token-tool"]), {"my-token-tool": None})
            self.assertEqual((len(service.ledger), service.connections), (3, 1))

    def test_eight_threads_use_eight_connections_and_leave_them_to_each_other(self) -> None:
        together = threading.Barrier(8)

        def answer(_: Asked) -> Reply:
            together.wait(20)
            return token()

        with Service(answer) as service, Vendo(KEY, service.url) as client:
            for turn in range(3):
                threads = [
                    threading.Thread(target=client.token, args=(f"tool-{turn}-{n}",))
                    for n in range(8)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(20)
            self.assertEqual((len(service.ledger), service.connections), (24, 8))

    def test_an_interim_answer_is_not_taken_for_that_of_the_next_request(self) -> None:
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2

        def answer(asked: Asked) -> Reply:
            made = token(f"tok_of_{asked.headers['x-vendo-user-jwt']}")
            made.before = early
            return made

        with Service(answer) as service, Vendo(KEY, service.url, retry=ONCE) as client:
            for user in ("alice", "bob", "alice", "carol"):
                scoped = client.for_user(user)
                scoped.invalidate("notion")
                self.assertEqual(scoped.token("notion"), f"tok_of_{user}")
            self.assertEqual(service.connections, 1)

    def test_after_an_answer_that_may_have_a_body_or_not_another_one_is_opened(self) -> None:
        for odd in (Reply(204, text="a body"), Reply(101), Reply(304, text="a body")):
            answers = iter((odd, token("tok_next")))
            with (
                Service(lambda _, answers=answers: next(answers)) as service,
                Vendo(KEY, service.url, retry=ONCE) as client,
            ):
                with self.assertRaises(UpstreamError) as raised:
                    client.token("notion")
                self.assertNotIn("did not answer", raised.exception.message)
                self.assertEqual(client.token("notion"), "tok_next")
                self.assertEqual(service.connections, 2)

    def test_one_that_the_service_closed_meanwhile_is_not_used(self) -> None:
        def once(_: Asked) -> Reply:
            return Reply(
                200,
                {"access_token": "tok_one", "expires_at": None},
                headers={"Connection": "close"},
            )

        with Service(once) as service, Vendo(KEY, service.url, retry=ONCE) as client:
            ask_anew(client, 3)
            self.assertEqual(service.connections, 3)

        closed = threading.Event()

        def silently(sock: socket.socket) -> None:
            # As a server whose patience with an idle connection ran out: nothing was said of it before.
            body = b'{"access_token": "tok_one", "expires_at": null}'
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            sock.shutdown(socket.SHUT_WR)
            closed.set()

        with (
            Service(lambda _: Reply(raw=silently)) as service,
            Vendo(KEY, service.url, retry=ONCE) as client,
        ):
            for turn in range(3):
                client.invalidate("notion")
                self.assertEqual(client.token("notion"), "tok_one")
                self.assertTrue(closed.wait(20))
                closed.clear()
                self.assertEqual(service.connections, turn + 1)

    def test_an_idle_one_is_kept_a_little_shorter_than_the_service_keeps_it(self) -> None:
        self.assertEqual(_kept_for("timeout=5"), 4)
        self.assertEqual(_kept_for("timeout=5, max=100"), 4)
        self.assertEqual(_kept_for("max=100, Timeout=1"), 0)
        self.assertEqual(_kept_for("timeout=99999"), 60)
        self.assertEqual(_kept_for("timeout=soon"), _kept_for(""))

    def test_those_of_a_client_that_is_closed_are_closed_and_it_can_open_others(self) -> None:
        with Service() as service:
            client = Vendo(KEY, service.url)
            ask_anew(client, 2)
            client.close()
            ask_anew(client, 1)
            self.assertEqual(service.connections, 2)
            # What was made for a user shares them, and does not close them.
            user = client.for_user("user.jwt.one")
            user.token("notion")
            user.close()
            ask_anew(client, 1)
            self.assertEqual(service.connections, 2)
            client.close()

    @unittest.skipUnless(hasattr(os, "fork"), "this system forks no processes")
    def test_a_forked_process_opens_its_own(self) -> None:
        with Service(lambda asked: token(f"tok_{asked.connection}")) as service:
            client = Vendo(KEY, service.url)
            self.assertEqual(client.token("notion"), "tok_1")
            reader, writer = os.pipe()
            # Two threads are alive in the parent; the child has the one that forks.
            child = os.fork()
            if child == 0:
                try:
                    client.invalidate("notion")
                    os.write(writer, client.token("notion").encode())
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            self.assertTrue(select.select([reader], [], [], 0)[0])
            self.assertEqual(os.read(reader, 100), b"tok_2")
            client.invalidate("notion")
            self.assertEqual(client.token("notion"), "tok_1")
            client.close()
            os.close(reader)
            os.close(writer)


class Time(unittest.TestCase):
    def give_up(self, raw: Callable[[socket.socket], None]) -> UpstreamError:
        with Service(lambda _: Reply(raw=raw)) as service:
            started = time.monotonic()
            with (
                Vendo(KEY, service.url, timeout=0.5) as client,
                self.assertRaises(UpstreamError) as raised,
            ):
                client.token("notion")
            # Generous: it tells a deadline from one that begins anew with every byte, which takes 20 s here.
            self.assertLess(time.monotonic() - started, 10)
            self.assertEqual(len(service.ledger), 1)
        return raised.exception

    def test_a_service_that_sends_a_byte_now_and_then_is_given_up(self) -> None:
        def trickle(start: bytes) -> Callable[[socket.socket], None]:
            def write(sock: socket.socket) -> None:
                try:
                    sock.sendall(start)
                    for _ in range(200):
                        # The other side decides when this ends.
                        if select.select([sock], [], [], 0.1)[0]:
                            return
                        sock.sendall(b"a")
                except OSError:
                    pass

            return write

        body = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        for start in (b"HTTP/1.1 200 OK\r\nX-Slow: ", body):
            error = self.give_up(trickle(start))
            self.assertEqual(error.message, "the Vendo service did not answer within 0.5 s")

    def test_a_host_that_is_none_and_a_port_nobody_listens_at_are_said(self) -> None:
        for url, reason in (
            ("http://vendo.invalid", "the host is not known"),
            ("http://127.0.0.1:1", "ECONNREFUSED"),
        ):
            with Vendo(KEY, url) as client, self.assertRaises(UpstreamError) as raised:
                client.token("notion")
            self.assertIn(f"({reason}); check VENDO_BASE_URL", raised.exception.message)

    def test_a_chunk_of_no_size_is_not_read_to_the_end(self) -> None:
        pour = Pouring(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
        with Service(lambda _: Reply(raw=pour)) as service:
            with Vendo(KEY, service.url, retry=ONCE) as client, self.assertRaises(UpstreamError):
                client.token("notion")
            self.assertFalse(pour.finished())

    def test_a_name_that_is_looked_up_for_too_long_is_given_up(self) -> None:
        never = threading.Event()
        with mock.patch.object(socket, "getaddrinfo", lambda *_, **__: never.wait(20)):
            with Vendo(KEY, "http://vendo.invalid", timeout=0.2) as client:
                with self.assertRaises(UpstreamError) as raised:
                    client.token("notion")
        never.set()
        self.assertEqual(raised.exception.message, "the Vendo service did not answer within 0.2 s")

    def test_an_answer_without_end_is_given_up(self) -> None:
        pour = Pouring()
        with (
            Service(lambda _: Reply(raw=pour)) as service,
            Vendo(KEY, service.url, retry=ONCE) as client,
        ):
            with self.assertRaises(UpstreamError):
                client.token("notion")
            self.assertFalse(pour.finished())


class Ways(unittest.TestCase):
    def test_no_redirect_is_followed(self) -> None:
        with Service() as other:
            away = Reply(302, headers={"Location": f"{other.url}/credentials/notion"})
            with Service(lambda _: away) as service, Vendo(KEY, service.url) as client:
                with self.assertRaises(UpstreamError) as raised:
                    client.token("notion")
            self.assertEqual(raised.exception.status, 302)
            self.assertEqual(other.ledger, [])

    def test_a_proxy_of_the_environment_is_used_and_one_that_is_not_for_the_host_is_not(
        self,
    ) -> None:
        with Service(lambda _: token("tok_by_proxy")) as proxy:
            variables = {"http_proxy": f"http://anna:hidden@127.0.0.1:{proxy.port}"}
            with mock.patch.dict(os.environ, variables):
                with Vendo(KEY, "http://vendo.invalid:8080") as client:
                    self.assertEqual(client.token("notion"), "tok_by_proxy")
                asked = proxy.ledger[0]
                self.assertEqual(asked.path, "http://vendo.invalid:8080/credentials/notion")
                self.assertEqual(asked.headers["host"], "vendo.invalid:8080")
                self.assertEqual(asked.headers["proxy-authorization"], "Basic YW5uYTpoaWRkZW4=")
            with (
                mock.patch.dict(os.environ, variables | {"no_proxy": "127.0.0.1"}),
                Service() as service,
            ):
                with Vendo(KEY, service.url) as client:
                    self.assertEqual(client.token("notion"), "tok_one")
                self.assertNotIn("proxy-authorization", service.ledger[0].headers)
            self.assertEqual(len(proxy.ledger), 1)

    def test_what_is_sent_to_an_https_service_goes_through_a_tunnel_and_not_to_the_proxy(
        self,
    ) -> None:
        with Service(lambda _: Reply(502)) as proxy:
            variables = {"https_proxy": proxy.url}
            with mock.patch.dict(os.environ, variables), self.assertRaises(UpstreamError):
                Vendo(KEY, "https://vendo.invalid").token("notion")
            self.assertEqual({asked.method for asked in proxy.ledger}, {"CONNECT"})
            self.assertEqual({asked.path for asked in proxy.ledger}, {"vendo.invalid:443"})
            self.assertNotIn(KEY, str(proxy.ledger))

    def test_a_key_that_is_refused_is_asked_once(self) -> None:
        with (
            Service(lambda _: refusal(401, "app_revoked")) as service,
            Vendo(KEY, service.url) as client,
        ):
            with self.assertRaises(AuthError):
                client.token("notion")
            self.assertEqual(len(service.ledger), 1)


@unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificate, and is not here")
class Encrypted(unittest.TestCase):
    def test_a_service_is_asked_when_its_certificate_is_trusted_and_otherwise_not(self) -> None:
        with tempfile.TemporaryDirectory() as folder, Service() as service:
            certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
            made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {key} -out {certificate}"
            name = "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
            subprocess.run(f"{made} {name}".split(), check=True, capture_output=True)
            service.encrypt(certificate, key)
            program = f"""
import vendo
client = vendo.Vendo({KEY!r}, "https://localhost:{service.port}", retry=vendo.Retry(times=0))
try:
    for _ in range(3):
        client.invalidate("notion")
        print(client.token("notion"))
except vendo.UpstreamError as error:
    print(error)
"""
            for trusted, said in (
                (certificate, "tok_one\n" * 3),
                ("/dev/null", "certificate is not trusted"),
            ):
                environment = os.environ | {
                    "SSL_CERT_FILE": trusted,
                    "SSL_CERT_DIR": folder,
                    "PYTHONPATH": str(Path(vendo.__file__).parent.parent),
                }
                ran = subprocess.run(
                    [sys.executable, "-X", "dev", "-W", "error", "-c", program],
                    env=environment,
                    check=True,
                    capture_output=True,
                    text=True,
                )
                self.assertIn(said, ran.stdout)
                self.assertEqual(ran.stderr, "")
            self.assertEqual((len(service.ledger), service.ledger[-1].connection), (3, 1))


if __name__ == "__main__":
    unittest.main()
