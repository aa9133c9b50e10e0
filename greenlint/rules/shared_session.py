"""GRN102 shared-session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Severity
from greenlint.project.witness import change_of
from greenlint.rules.base import Rule
from greenlint.rules.sharing import tell

if TYPE_CHECKING:
    from greenlint.project import Project
    from greenlint.project.sharing import SharedObject


class SharedSession(Rule):
    """A requests.Session is used by several greenthreads.

    Replies are not mixed up: urllib3 hands each request a connection of its own. But the session is shared state.
    Cookies, and headers or credentials that one greenthread sets, go out with the requests of the others; and a
    streamed response with `pool_block=True` can make all of them wait for ever. None of this raises an exception.
    """

    code = "GRN102"
    name = "shared-session"
    severity = Severity.WARNING
    failure = "another user's cookie or Authorization header in a request; no exception"
    bad = """
        from gevent import monkey
        monkey.patch_all()
        import gevent
        import requests

        SESSION = requests.Session()  # GRN102


        def fetch(user):
            SESSION.headers["Authorization"] = user.token
            return SESSION.get("https://example.org/inbox")


        def main(users):
            gevent.joinall([gevent.spawn(fetch, user) for user in users])
        """
    good = """
        from gevent import monkey
        monkey.patch_all()
        import gevent
        import requests


        def fetch(user):
            with requests.Session() as session:
                session.headers["Authorization"] = user.token
                return session.get("https://example.org/inbox")


        def main(users):
            gevent.joinall([gevent.spawn(fetch, user) for user in users])
        """
    proof = """
        The same search as for GRN101 finds who uses the session. The finding is an error when a greenthread changes
        the session (headers, auth, cookies ...) or streams with a blocking pool, and the message says where; else it
        is a warning. A session on which an adapter with a chosen pool size is mounted was made to be shared: it is
        reported only when it is an error.
        """
    limits = """
        - Cookies that a server sets cannot be seen in the source; the warning stands for them.
        - keystoneauth sessions, urllib3 pools and httpx clients are safe to share and never reported.
        """
    options = ("hub", "roots", "entry-points", "client", "spawn", "guard")
    references = (
        "[requests issue 2766: document thread-safety](https://github.com/psf/requests/issues/2766)",
        "[requests: Session objects](https://requests.readthedocs.io/en/latest/user/advanced/#session-objects)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report sessions that two greenthreads use."""
        for shared in project.shared_objects():
            if shared.row.direction == "state":
                yield tell(self, project, shared, _severity(shared), _what(project, shared))


def _severity(shared: SharedObject) -> Severity:
    bad = shared.mutation is not None or shared.blocked_stream is not None
    return Severity.ERROR if bad else Severity.WARNING


def _what(project: Project, shared: SharedObject) -> str:
    if shared.mutation is not None:
        use = shared.mutation
        return f"{change_of(use)} at {project.locator.at(use.scope.module, use.span).path}:{use.span[0]}"
    if shared.blocked_stream is not None:
        use = shared.blocked_stream
        return f"streams with pool_block=True at {use.scope.module.path}:{use.span[0]}"
    return "a cookie that a server sets for one goes out with the requests of the others"
