"""GRN101 shared-client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Severity
from greenlint.rules.base import Rule
from greenlint.rules.sharing import tell

if TYPE_CHECKING:
    from greenlint.project import Project


class SharedClient(Rule):
    """One client object is used by several greenthreads at once.

    Both then wait on one socket. Where eventlet or gevent notices, one of them fails with an error below; where
    neither does, one silently gets the other's reply. Which of the two happens, and whether anything does, depends on
    timing: tests rarely show it.
    """

    code = "GRN101"
    name = "shared-client"
    severity = Severity.ERROR
    failure = """
        RuntimeError: Second simultaneous read on fileno 5 detected.  Unless you really know what you're doing, make sure that only one greenthread can read any particular socket.
        gevent.exceptions.ConcurrentObjectUseError: This socket is already used by another greenlet
        """
    bad = """
        import eventlet
        eventlet.monkey_patch()
        import httplib2

        HTTP = httplib2.Http()  # GRN101


        def fetch(url):
            return HTTP.request(url)


        def main(urls):
            pool = eventlet.GreenPool()
            for url in urls:
                pool.spawn_n(fetch, url)
            pool.waitall()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        import httplib2


        def fetch(url):
            return httplib2.Http().request(url)


        def main(urls):
            pool = eventlet.GreenPool()
            for url in urls:
                pool.spawn_n(fetch, url)
            pool.waitall()
        """
    proof = """
        Each use of a client is traced back to where the object was made, through variables, attributes, parameters,
        returns, closures and containers. A step from a function to the code that starts it in a greenthread is a
        *crossing*; a loop, a server or a handler between the object's birth and the crossing makes the greenthreads
        many. A client is reported when many greenthreads, or two different ones, reach uses that conflict and hold no
        lock in common. A client made after the last crossing is fresh; it is silent, as are one from a pool, one in a
        patched thread-local, and one passed per iteration. `greenlint graph` draws the proof.
        """
    limits = """
        - A client that travels through a queue, or is loaded by a name from a configuration, is not followed.
        - Where the type of a lock is unknown, a name like `lock` or `semaphore` counts as one.
        - Tests are not part of the program unless they are named on the command line.
        - In a program that never patches, most clients do not yield: they block instead, and are not reported here.
        - `# greenlint: shared-safe` on the line that makes the object silences the rule, but not for clients that were
          seen to break when they were shared; `# greenlint: ignore[GRN101] reason` does for all.
        """
    options = ("hub", "roots", "entry-points", "client", "spawn", "guard")
    references = (
        "[eventlet: greenthreads and sockets](https://eventlet.readthedocs.io/en/latest/basic_usage.html)",
        "[httplib2 objects are not thread-safe](https://googleapis.github.io/google-api-python-client/docs/thread_safety.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report clients that break when two greenthreads use them, and that two do."""
        for shared in project.shared_objects():
            if shared.row.direction != "state":
                yield tell(self, project, shared, Severity(shared.row.severity))
