"""GRN103 client-reused-after-timeout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Role, Severity, Step
from greenlint.project.program import Site
from greenlint.project.reuse import Reused
from greenlint.project.witness import slot_name
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Component, Project

_PATCHES = "the program that uses this library patches socket"


class ClientReusedAfterTimeout(Rule):
    """A client is used again after an eventlet or gevent Timeout cut a request on it short.

    Such a Timeout is raised wherever the greenthread waits, and most clients do not expect it there: it is no
    `Exception`, so their own clean-up does not run either. The connection stays open with a reply on its way. Whoever
    asks next reads that reply as the answer to another question, or is refused because the connection is still busy.
    """

    code = "GRN103"
    name = "client-reused-after-timeout"
    severity = Severity.WARNING
    failure = """
        http.client.CannotSendRequest: Request-sent
        pymysql.err.InterfaceError: (0, '')
        """
    bad = """
        import eventlet
        eventlet.monkey_patch()
        import httplib2

        HTTP = httplib2.Http()


        def watch(urls):
            for url in urls:
                try:
                    with eventlet.Timeout(5):  # GRN103
                        print(url, HTTP.request(url))
                except eventlet.Timeout:
                    print(url, "is slow")
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        import httplib2


        def watch(urls):
            http = httplib2.Http()
            for url in urls:
                try:
                    with eventlet.Timeout(5):
                        print(url, http.request(url))
                except eventlet.Timeout:
                    print(url, "is slow")
                    http = httplib2.Http()
        """
    proof = """
        A request runs while a Timeout does: inside `with Timeout(...)`, between its start and its `cancel()`, or in
        what `with_timeout` is handed; directly, or in functions called from there. The client is one of those that
        were seen to fail afterwards (httplib2, http.client and urllib3 connections, XML-RPC proxies, SMTP, pymysql,
        sockets that send and then receive). It outlives the Timeout (an attribute, a global, a variable bound before
        the loop), and something uses it again: the next round, the code that follows, another method, or the same
        function called again. It is silent where a handler, a `finally` or the code after the Timeout closes,
        reconnects or replaces it, itself or through a function.
        """
    limits = """
        - Which seconds a Timeout gets is not looked at, except for `Timeout(None)`, which never ends.
        - requests.Session, urllib3 pools and redis.Redis drop such a connection by themselves and are silent.
        - A Timeout kept in an attribute, or handed to another function, is not followed.
        - A socket on which one only listens loses nothing when a Timeout ends the wait, and is silent.
        """
    references = (
        "[eventlet: Timeout](https://eventlet.readthedocs.io/en/latest/modules/timeout.html)",
        "[gevent: Timeout](https://www.gevent.org/api/gevent.timeout.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report clients that outlive a Timeout around a request on them and are used again."""
        for component in project.components:
            for reused in component.reused:
                yield self._finding(project, component, reused)

    def _finding(self, project: Project, component: Component, reused: Reused) -> Finding:
        use, site = reused.reach.use, reused.deadline.site
        name = use.client.name
        assumed = component.patched.assumed and not name.startswith(("eventlet.", "gevent"))
        kept = f" kept as {slot_name(reused.slot)}" if reused.slot[0] in ("field", "global", "variable") else ""
        place = f"{use.scope.module.path}:{use.span[0]}"
        return self.finding(
            project.locator.at(site.scope.module, site.call.span),
            f"one {name} is used again after a Timeout cut a request short",
            f"{name}{kept} is used again after this Timeout cuts {use.method}() short at {place}; {_then(reused)}",
            identity=(name, ".".join(reused.slot), site.scope.label, f"{use.scope.label}.{use.method}"),
            witness=_witness(project, reused),
            confidence=Confidence.LIKELY if assumed else Confidence.CERTAIN,
            assumptions=(_PATCHES,) if assumed else (),
            failure=f"the next use {reused.row.detail}",
            because="the reply to the interrupted request is still on its way when the next one is sent",
            help="close or replace the client when the Timeout strikes, or give it a timeout of its own",
            subject=(name, ".".join(reused.slot[1:])),
        )


def _then(reused: Reused) -> str:
    """Tell what becomes of the next use."""
    again = reused.again
    where = f"the use at {again.scope.module.path}:{again.call.span[0]}" if again is not None else "the next use"
    return f"{where} {reused.row.detail}"


def _witness(project: Project, reused: Reused) -> tuple[Step, ...]:
    use, site = reused.reach.use, reused.deadline.site

    def at(role: Role, place: Site, message: str) -> Step:
        return Step(role, project.locator.at(place.scope.module, place.call.span), message)

    steps = [
        at(Role.CREATE, use.client.birth, f"{use.client.name} is made here"),
        at(Role.CALL, site, f"a Timeout starts in {site.scope.label}"),
        *(at(Role.CALL, call, f"{call.scope.label} calls on under it") for call in reused.calls),
    ]
    location = project.locator.at(use.scope.module, use.span)
    steps.append(Step(Role.USE, location, f"it may cut {use.method}() short here"))
    if reused.again is not None:
        steps.append(at(Role.USE, reused.again, "the same client is used again here"))
    return tuple(dict.fromkeys(steps))
