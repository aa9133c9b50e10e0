"""Why a client is not reported, in words that name the one fact that decides."""

from __future__ import annotations

import textwrap

import pytest

from greenlint.project.explain import explanations

from .linking import project

START = """
    import eventlet
    eventlet.monkey_patch()
    import httplib2
    import socket
"""


def told(body: str, marker: str) -> str:
    source = textwrap.dedent(START) + textwrap.dedent(body)
    line = next(number for number, text in enumerate(source.splitlines(), 1) if marker in text)
    found = explanations(project({"main.py": source}), "main.py", line, [])
    return "\n".join(text for one in found for text in (one.title, *(note for _, note in one.notes)))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            """
            def work():
                http = httplib2.Http()
                http.request("http://a")
            for _ in range(3):
                eventlet.spawn(work)
            """,
            "each greenthread that gets here has made its own",
        ),
        (
            """
            http = httplib2.Http()
            def work():
                http.request("http://a")
            work()
            """,
            "no greenthread was found to get here",
        ),
        (
            """
            http = httplib2.Http()
            def work():
                http.request("http://a")
            eventlet.spawn(work)
            """,
            "one greenthread uses it",
        ),
        (
            """
            http = httplib2.Http()
            lock = eventlet.semaphore.Semaphore()
            def work():
                with lock:
                    http.request("http://a")
            for _ in range(3):
                eventlet.spawn(work)
            """,
            "guarded by lock",
        ),
        (
            """
            http = httplib2.Http()
            print(http)
            """,
            "no use that could collide was found",
        ),
    ],
)
def test_says_what_keeps_a_client_from_being_reported(body: str, reason: str) -> None:
    assert reason in told(body, "httplib2.Http()")


def test_does_not_say_that_green_sockets_never_yield() -> None:
    source = textwrap.dedent(
        """
        import gevent
        from gevent.server import StreamServer
        def handle(connection, address):
            connection.sendall(connection.recv(100))
        if __name__ == "__main__":
            StreamServer(("", 8000), handle).serve_forever()
        """
    )
    found = list(explanations(project({"main.py": source}), "main.py", 7, []))
    assert found
    assert not any("never patches" in note for one in found for _, note in one.notes)
