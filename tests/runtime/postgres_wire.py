"""As much of PostgreSQL as a fixture needs: anybody may log in, and each SELECT is answered with one row, late.

Protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html (protocol 3).
"""

from __future__ import annotations

import socket
import struct
import time
from typing import IO

_WITHOUT_TLS = 80877103
_SETTINGS = {b"client_encoding": b"UTF8", b"server_version": b"15.0", b"standard_conforming_strings": b"on"}
_TEXT = 25


def talk(connection: socket.socket, delay: float) -> None:
    """Let anybody in and answer the queries of one connection, each SELECT after ``delay`` seconds."""
    stream = connection.makefile("rb")
    while _startup(stream) == _WITHOUT_TLS:
        connection.sendall(b"N")
    told = b"".join(_message(b"S", name + b"\0" + value + b"\0") for name, value in _SETTINGS.items())
    connection.sendall(_message(b"R", struct.pack("!I", 0)) + told + _ready())
    asked = b""
    while (command := _read(stream))[:1] not in (b"", b"X"):
        asked += command
        if command[:1] in (b"Q", b"S"):  # a simple query, or the end of an extended one
            bound = _message(b"1", b"") + _message(b"2", b"") if command[:1] == b"S" else b""
            is_query = b"SELECT" in asked.upper()
            time.sleep(delay if is_query else 0)
            connection.sendall(bound + (_row(b"done") if is_query else _message(b"C", b"BEGIN\0")) + _ready())
            asked = b""


def _row(value: bytes) -> bytes:
    column = struct.pack("!H", 1) + b"reply\0" + struct.pack("!IHIhih", 0, 0, _TEXT, -1, -1, 0)
    data = struct.pack("!HI", 1, len(value)) + value
    return _message(b"T", column) + _message(b"D", data) + _message(b"C", b"SELECT 1\0")


def _ready() -> bytes:
    return _message(b"Z", b"I")


def _message(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("!I", len(payload) + 4) + payload


def _startup(stream: IO[bytes]) -> int:
    """Read what a client sends first and return the version of the protocol, or the request that it is."""
    size = int.from_bytes(stream.read(4), "big")
    return int.from_bytes(stream.read(size - 4)[:4], "big")


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(5)
    return head[:1] + stream.read(int.from_bytes(head[1:], "big") - 4) if len(head) == 5 else b""
