"""GRN402 native-call-outside-tpool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.blocked import Blocked
from greenlint.project.patching.chains import Teller
from greenlint.project.program import Site
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import in_entry_points, more_in, told_way

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class NativeCallOutsideTpool(Rule):
    """A greenthread calls directly what the same project runs in native threads elsewhere.

    Somebody found out that the library blocks in C code, whatever is patched, and handed one use of it to tpool or to
    gevent's threadpool. This use was left out: until it returns no other greenthread of the process runs.
    """

    code = "GRN402"
    name = "native-call-outside-tpool"
    severity = Severity.WARNING
    failure = "no other greenthread runs until the call returns"
    bad = """
        import eventlet
        eventlet.monkey_patch()
        from eventlet import tpool
        import rbd


        def open_volume(ioctx, name):
            return tpool.Proxy(rbd.Image(ioctx, name))


        def remove(ioctx, name):
            rbd.RBD().remove(ioctx, name)  # GRN402


        def main(ioctx, name):
            open_volume(ioctx, name).flush()
            eventlet.spawn(remove, ioctx, name).wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        from eventlet import tpool
        import rbd


        def open_volume(ioctx, name):
            return tpool.Proxy(rbd.Image(ioctx, name))


        def remove(ioctx, name):
            tpool.Proxy(rbd.RBD()).remove(ioctx, name)


        def main(ioctx, name):
            open_volume(ioctx, name).flush()
            eventlet.spawn(remove, ioctx, name).wait()
        """
    proof = """
        The project hands a function of a library that is known to block in C code, or an object of it, to
        `tpool.execute`, `tpool.Proxy` or gevent's threadpool. A greenthread comes to a call of the same function, or of
        anything of the same library that blocks, on an object that is not handed over.
        """
    limits = """
        - Making an object is no call outside if it is wrapped at once: `tpool.Proxy(rbd.Image(...))`.
        - Libraries whose blocking was not researched are silent.
        - A library that the project never hands over is the matter of GRN202.
        """
    options = ("entry-points", "hub", "roots")
    references = (
        "[eventlet.tpool](https://eventlet.readthedocs.io/en/latest/threading.html)",
        "[gevent.threadpool](https://www.gevent.org/api/gevent.threadpool.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report direct calls in greenthreads of what is handed to native threads elsewhere."""
        teller = Teller(project.locator)
        for component in project.components:
            for blocked, place in component.blocking.beside_native_ones():
                yield self._finding(component, blocked, place, teller)

    def _finding(self, component: Component, blocked: Blocked, place: Site, teller: Teller) -> Finding:
        site, name = blocked.call.site, blocked.call.name
        where = teller.at(site.scope, site.call.span)
        beside = f"{place.scope.module.path}:{place.call.span[0]}"
        more = more_in(site.scope, blocked.again)
        return self.finding(
            where,
            f"{name} is called in a greenthread, and in native threads elsewhere",
            f"{name} blocks greenthreads of {blocked.library} in {site.scope.label}{more}, while {beside} hands"
            f" {name.partition('.')[0]} to native threads{in_entry_points(component, blocked.runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                Step(Role.NATIVE, teller.at(place.scope, place.call.span), "handed to native threads here"),
                *told_way(teller, blocked.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} blocks here, and every greenthread waits"),
            ),
            confidence=blocked.confidence,
            assumptions=blocked.assumptions,
            because="the library waits in C code, which knows no greenthreads",
            help="hand this call to a native thread as well",
        )
