"""As much of MySQL as a fixture needs: log in, and ``SELECT 'text'``, which answers the text.

Protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html (protocol 41, version 10).
"""

from __future__ import annotations

import socket
import struct
import time
from typing import IO

_CAPABILITIES = 0x0008F7FF & ~0x0800  # everything that pymysql asks for, without TLS
_UTF8MB4 = 45
_QUERY = 3
_OK = b"\x00\x00\x00\x02\x00\x00\x00"
_END = b"\xfe\x00\x00\x02\x00"


def talk(connection: socket.socket, delay: float) -> None:
    """Greet, let anybody in, and answer the queries of one connection, each after ``delay`` seconds."""
    stream = connection.makefile("rb")
    connection.sendall(_packet(0, _greeting()))
    _read(stream)
    connection.sendall(_packet(2, _OK))
    while command := _read(stream):
        if command[0] == _QUERY and command[1:].upper().startswith(b"SELECT"):
            time.sleep(delay)
            connection.sendall(_row(command[1:].split(b"'")[1]))
        else:
            connection.sendall(_packet(1, _OK))


def _greeting() -> bytes:
    return (
        b"\x0a8.0.0\x00"
        + struct.pack("<I", 1)
        + b"saltsalt\x00"
        + struct.pack("<HBHHB", _CAPABILITIES & 0xFFFF, _UTF8MB4, 2, _CAPABILITIES >> 16, 21)
        + bytes(10)
        + b"saltsaltsalt\x00mysql_native_password\x00"
    )


def _row(value: bytes) -> bytes:
    column = b"".join(map(_text, (b"def", b"", b"", b"", b"reply", b"")))
    column += b"\x0c" + struct.pack("<HIBHB", _UTF8MB4, 255, 253, 0, 0) + bytes(2)
    parts = (b"\x01", column, _END, _text(value), _END)
    return b"".join(_packet(number, part) for number, part in enumerate(parts, 1))


def _text(value: bytes) -> bytes:
    return bytes([len(value)]) + value


def _packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(4)
    return stream.read(int.from_bytes(head[:3], "little")) if len(head) == 4 else b""
