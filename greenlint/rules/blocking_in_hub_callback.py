"""GRN204 blocking-in-hub-callback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.calls import Found
from greenlint.project.blocking.in_hub import waits_in_hub
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.chains import Teller
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import told_way

if TYPE_CHECKING:
    from greenlint.project import Project


class BlockingInHubCallback(Rule):
    """A callback that the hub runs itself waits for something.

    Timers and callbacks of the event loop, what is linked with `rawlink`, and the handler of a gevent server that was
    made with `spawn=None` run in the hub's own greenlet, not in a greenthread. Waiting there means to switch to the
    hub, from the hub: both libraries raise an error, and the callback ends in the middle. What is not patched does
    wait, and everything else with it.
    """

    code = "GRN204"
    name = "blocking-in-hub-callback"
    severity = Severity.ERROR
    failure = "RuntimeError: do not call blocking functions from the mainloop"
    bad = """
        import eventlet
        from eventlet import hubs


        def flush():
            eventlet.sleep(1)  # GRN204
            print("flushed")


        if __name__ == "__main__":
            hubs.get_hub().schedule_call_global(5, flush)
            eventlet.sleep(10)
        """
    good = """
        import eventlet


        def flush():
            eventlet.sleep(1)
            print("flushed")


        if __name__ == "__main__":
            eventlet.spawn_after(5, flush)
            eventlet.sleep(10)
        """
    proof = """
        A function is given to the hub as a callback, and it comes, directly or through other functions, to a call that
        waits: one of the standard library, of a client, or of eventlet or gevent itself.
        """
    limits = """
        - `link` starts a greenlet for the callback and is fine; only `rawlink` runs it in the hub.
        - `spawn=None` counts where the call that makes the server says so, not in a subclass of the server.
        """
    options = ("hub",)
    references = (
        "[eventlet hubs](https://eventlet.readthedocs.io/en/latest/hubs.html)",
        "[gevent.Greenlet.rawlink](https://www.gevent.org/api/gevent.greenlet.html#gevent.Greenlet.rawlink)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report calls that wait in callbacks of the hub."""
        teller = Teller(project.locator)
        for component in project.components:
            for call, library, way in waits_in_hub(component.types, component.contexts):
                yield self._finding(call, library, way, teller)

    def _finding(self, call: Found, library: str, way: Way, teller: Teller) -> Finding:
        site, name = call.site, call.name
        where = teller.at(site.scope, site.call.span)
        return self.finding(
            where,
            f"{name} waits in the hub",
            f"{name} waits in the hub itself: {site.scope.label} runs in a callback of {library}'s hub, not in a"
            " greenthread",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                *told_way(teller, way, site.scope, name, "callbacks of the hub that run"),
                Step(Role.BLOCK, where, f"{name} waits here, in the hub"),
            ),
            failure=_FAILURES[library],
            help=f"start a greenthread: {library}.spawn",
        )


_FAILURES = {
    "eventlet": "RuntimeError: do not call blocking functions from the mainloop",
    "gevent": "BlockingSwitchOutError: Impossible to call blocking function in the event loop callback",
}
