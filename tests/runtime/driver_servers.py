"""Servers on loopback for drivers that not everybody has installed, and for protocols of lines.

Each answers late and knows nothing of greenthreads. A server whose library is missing is left out.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from . import postgres_wire
from .servers import DELAY, stream_server


def mail(connection: socket.socket) -> None:
    """Greet as a mail server, and agree to every line."""
    connection.sendall(b"220 ready\r\n")
    for _ in connection.makefile("rb"):
        time.sleep(DELAY)
        connection.sendall(b"250 ok\r\n")


def empty_cache(connection: socket.socket) -> None:
    """Answer as a memcached that holds nothing."""
    for line in connection.makefile("rb"):
        time.sleep(DELAY)
        connection.sendall(b"VERSION 1.6.0\r\n" if line.startswith(b"version") else b"END\r\n")


class _Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(DELAY)
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that does not trust us breaks off."""


@contextlib.contextmanager
def https_server() -> Iterator[str]:
    """An HTTPS server with a certificate of its own, made by openssl; its base URL."""
    with tempfile.TemporaryDirectory() as folder, _TlsServer(("127.0.0.1", 0), _Hello) as server:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def name_server() -> Iterator[str]:
    """A name server that takes its time and says of every name that it stands for 127.0.0.1; its ``host:port``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    request, client = server.recvfrom(512)
                    time.sleep(5 * DELAY)
                    server.sendto(_resolved(request), client)

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _resolved(request: bytes) -> bytes:
    """Return the answer to a question for an address: RFC 1035, section 4.1."""
    question = request[12 : request.index(b"\0", 12) + 5]
    head = request[:2] + b"\x81\x80" + b"\0\1" + b"\0\1" + bytes(4)
    return head + question + b"\xc0\x0c" + b"\0\1\0\1" + b"\0\0\0\x3c" + b"\0\4" + bytes((127, 0, 0, 1))


@contextlib.contextmanager
def grpc_server() -> Iterator[str]:
    """A gRPC server that answers every method with what it was sent, a List with it three times, and a Wait late.

    Its address is empty where grpc is not installed.
    """
    try:
        import grpc
    except ImportError:
        yield ""
        return

    def answer(request: bytes, _: object) -> bytes:
        time.sleep(DELAY)
        return request

    def listed(request: bytes, _: object) -> Iterator[bytes]:
        for _ in range(3):
            yield answer(request, _)

    def waited(request: bytes, _: object) -> bytes:
        time.sleep(5 * DELAY)
        return request

    class Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> object:
            if details.method.endswith("/List"):
                return grpc.unary_stream_rpc_method_handler(listed)
            if details.method.endswith("/Wait"):
                return grpc.unary_unary_rpc_method_handler(waited)
            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.server(ThreadPoolExecutor(4), handlers=[Methods()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@contextlib.contextmanager
def ssh_server() -> Iterator[str]:
    """An SSH server that lets anybody in and answers every command; empty where paramiko is not installed."""
    try:
        import paramiko
    except ImportError:
        yield ""
        return
    key = paramiko.ECDSAKey.generate()

    class Anybody(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password: str) -> int:
            return paramiko.AUTH_SUCCESSFUL

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return paramiko.OPEN_SUCCEEDED

        def check_channel_exec_request(self, channel: Any, command: bytes) -> bool:
            threading.Thread(target=self._answer, args=(channel,), daemon=True).start()
            return True

        def _answer(self, channel: Any) -> None:
            time.sleep(DELAY)
            with contextlib.suppress(OSError, EOFError):
                channel.sendall(b"done\n")
                channel.send_exit_status(0)
                channel.close()

    def converse(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(key)
        transport.start_server(server=Anybody())
        open_channels = []  # the transport itself holds them weakly
        while transport.is_active():
            open_channels.append(transport.accept(1))

    with stream_server(converse) as address:
        yield address


@contextlib.contextmanager
def driver_servers() -> Iterator[dict[str, str]]:
    """The servers; the address of each by the name that ``# servers:`` gives it."""
    with (
        stream_server(mail) as smtp,
        stream_server(empty_cache) as memcached,
        stream_server(lambda connection: postgres_wire.talk(connection, DELAY)) as postgres,
        https_server() as https,
        name_server() as names,
        grpc_server() as grpc,
        ssh_server() as ssh,
    ):
        yield {
            "smtp": smtp, "memcached": memcached, "postgres": postgres,
            "https": https, "names": names, "grpc": grpc, "ssh": ssh,
        }  # fmt: skip
