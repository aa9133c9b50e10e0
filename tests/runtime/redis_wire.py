"""As much of Redis as a fixture needs: the handshake, GET and SET, PUBLISH and SUBSCRIBE, MULTI and EXEC.

GET of an unknown key answers the key itself. Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import defaultdict
from typing import IO

Reply = bytes


class Exchange:
    """One server's keys and subscribers; each command takes ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._values: dict[bytes, bytes] = {}
        self._subscribers: dict[bytes, list[socket.socket]] = defaultdict(list)
        self._push: dict[socket.socket, bytes] = defaultdict(lambda: b"*")
        self._lock = threading.Lock()

    def talk(self, connection: socket.socket) -> None:
        """Answer the commands of one connection until it ends."""
        try:
            self._serve(connection)
        finally:
            self._forget(connection)

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        queued: list[list[bytes]] | None = None
        while command := _read(stream):
            name = command[0].upper()
            if name == b"MULTI":
                queued = []
                connection.sendall(b"+OK\r\n")
            elif name == b"EXEC":
                time.sleep(self._delay)
                replies = [self._answer(connection, one) for one in queued or ()]
                queued = None
                connection.sendall(b"*%d\r\n" % len(replies) + b"".join(replies))
            elif queued is not None:
                queued.append(command)
                connection.sendall(b"+QUEUED\r\n")
            else:
                connection.sendall(self._answer(connection, command))

    def _answer(self, connection: socket.socket, command: list[bytes]) -> Reply:
        name, *arguments = command[0].upper(), *command[1:]
        match name:
            case b"HELLO":
                self._push[connection] = b">" if arguments[:1] == [b"3"] else b"*"
                return b"%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n"
            case b"GET":
                time.sleep(self._delay)
                return _bulk(self._values.get(arguments[0], arguments[0]))
            case b"SET":
                time.sleep(self._delay)
                self._values[arguments[0]] = arguments[1]
            case b"SUBSCRIBE":
                return b"".join(self._subscribe(connection, channel) for channel in arguments)
            case b"PUBLISH":
                return self._publish(*arguments)
        return b"+OK\r\n"

    def _subscribe(self, connection: socket.socket, channel: bytes) -> Reply:
        with self._lock:
            self._subscribers[channel].append(connection)
        return self._message(connection, b"subscribe", channel) + b":1\r\n"

    def _publish(self, channel: bytes, message: bytes) -> Reply:
        with self._lock:
            subscribers = self._subscribers[channel]
            for subscriber in subscribers:
                with contextlib.suppress(OSError):  # a subscriber that has gone is none of the publisher's trouble
                    subscriber.sendall(self._message(subscriber, b"message", channel) + _bulk(message))
        return b":%d\r\n" % len(subscribers)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._push.pop(connection, None)
            for subscribers in self._subscribers.values():
                if connection in subscribers:
                    subscribers.remove(connection)

    def _message(self, connection: socket.socket, kind: bytes, channel: bytes) -> Reply:
        return self._push[connection] + b"3\r\n" + _bulk(kind) + _bulk(channel)


def _read(stream: IO[bytes]) -> list[bytes]:
    head = stream.readline()
    if not head.startswith(b"*"):
        return []
    words = []
    for _ in range(int(head[1:])):
        size = int(stream.readline()[1:])
        words.append(stream.read(size + 2)[:size])
    return words


def _bulk(value: bytes) -> Reply:
    return b"$%d\r\n%s\r\n" % (len(value), value)
