"""GRN203 removed-by-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.blocked import Blocked
from greenlint.project.blocking.removed import removed_names
from greenlint.project.patching.chains import Teller
from greenlint.project.patching.timeline import Run
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import in_entry_points, told_way

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class RemovedByPatch(Rule):
    """A greenthread calls something that the patch has deleted.

    What cannot be made cooperative is taken out of the standard library: `select.epoll` under both libraries,
    `select.poll` and `selectors.PollSelector` under eventlet. Code that asks for it by name works until it runs in a
    program that patches.
    """

    code = "GRN203"
    name = "removed-by-patch"
    severity = Severity.ERROR
    failure = "AttributeError: module 'select' has no attribute 'epoll'"
    bad = """
        import eventlet
        eventlet.monkey_patch()

        import select


        def watch(descriptor):
            poller = select.epoll()  # GRN203
            poller.register(descriptor, select.EPOLLIN)
            return poller.poll()


        if __name__ == "__main__":
            eventlet.spawn(watch, 0).wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()

        import selectors


        def watch(descriptor):
            selector = selectors.DefaultSelector()
            selector.register(descriptor, selectors.EVENT_READ)
            return selector.select()


        if __name__ == "__main__":
            eventlet.spawn(watch, 0).wait()
        """
    proof = """
        An entry point surely patches the group that deletes the name (select), and a greenthread comes to a call that
        takes the name from the module.
        """
    limits = """
        - A name that was imported before the patch (`from select import poll`) still works, and blocks: it is GRN306.
        - Calls behind `hasattr(select, "poll")`, or with AttributeError caught, are silent.
        """
    options = ("entry-points", "roots", "hub")
    references = (
        "[eventlet: greening the world](https://eventlet.readthedocs.io/en/latest/patching.html)",
        "[gevent.monkey.patch_select](https://www.gevent.org/api/gevent.monkey.html#gevent.monkey.patch_select)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report calls of names that the patch deletes."""
        teller = Teller(project.locator)
        for component in project.components:
            for blocked, runs in removed_names(component.blocking, component.types, component.timeline):
                yield self._finding(component, blocked, runs, teller)

    def _finding(self, component: Component, blocked: Blocked, runs: list[Run], teller: Teller) -> Finding:
        site, row, library = blocked.call.site, blocked.row, blocked.library
        name = blocked.call.name
        module, _, attribute = name.rpartition(".")
        where = teller.at(site.scope, site.call.span)
        patch = runs[0].first(frozenset((row.removed_by or "",)), library)
        return self.finding(
            where,
            f"the patch deletes {name}",
            f"{name} raises AttributeError: the patch of {library} deletes it, and a greenthread comes to"
            f" {site.scope.label}{in_entry_points(component, runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                *(teller.patched(patch) if patch is not None else ()),
                *told_way(teller, blocked.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} no longer exists here"),
            ),
            failure=f"AttributeError: module '{module}' has no attribute '{attribute}'",
            help=f"use {blocked.replacement}" if blocked.replacement else "",
        )
