"""Slow servers on loopback, each echoing what it was asked, so that a reply to somebody else shows.

They run on threads of the test process and know nothing of greenthreads. Every answer takes ``DELAY``
seconds: long enough that all greenthreads of a program have asked before the first is answered.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import mysql_wire, redis_wire

DELAY = 0.04


class _Http(BaseHTTPRequestHandler):
    """GET /item/ID says ID; /whoami and /tenant say the cookie ``user`` and the header X-Tenant; /login/ID
    sets the cookie; POST /item echoes the body and POST /RPC2 the first argument of an XML-RPC call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(DELAY)
        _, kind, *rest = self.path.split("/")
        answers = {
            "item": lambda: rest[0],
            "login": lambda: rest[0],
            "tenant": lambda: self.headers.get("X-Tenant", "nobody"),
            "whoami": lambda: self.headers.get("Cookie", "user=nobody").removeprefix("user="),
        }
        self._reply(json.dumps({"id": answers[kind]()}).encode(), user=rest[0] if kind == "login" else "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(DELAY)
        if self.path == "/RPC2":
            arguments, _ = xmlrpc.client.loads(body)
            self._reply(xmlrpc.client.dumps(arguments[:1], methodresponse=True).encode())  # type: ignore[arg-type]
        else:
            self._reply(json.dumps({"id": body.decode()}).encode())

    def _reply(self, body: bytes, user: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if body.startswith(b"<") else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if user:
            self.send_header("Set-Cookie", f"user={user}; Path=/")
        self.end_headers()
        self.wfile.write(body[:5])
        time.sleep(DELAY / 8)
        self.wfile.write(body[5:])

    def log_message(self, *_: object) -> None:
        pass


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that breaks off is what many programs are about."""


@contextlib.contextmanager
def http_server() -> Iterator[str]:
    """An HTTP server; its base URL."""
    with _HttpServer(("127.0.0.1", 0), _Http) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def stream_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks to each connection on a thread of its own; its ``host:port``."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:

        def converse(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError, EOFError, ValueError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                talk(connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=converse, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def echo_lines(connection: socket.socket) -> None:
    """Send every line back."""
    for line in connection.makefile("rb"):
        time.sleep(DELAY)
        connection.sendall(line)


@contextlib.contextmanager
def all_servers() -> Iterator[dict[str, str]]:
    """Every server; its address by the name that ``# runnable:`` gives it."""
    with (
        http_server() as http,
        stream_server(echo_lines) as tcp,
        stream_server(redis_wire.Exchange(DELAY).talk) as redis,
        stream_server(lambda connection: mysql_wire.talk(connection, DELAY)) as mysql,
    ):
        yield {"http": http, "tcp": tcp, "redis": redis, "mysql": mysql}
