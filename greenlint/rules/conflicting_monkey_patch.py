"""GRN305 conflicting-monkey-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Location, Role, Severity, Step
from greenlint.project.patching.chains import Teller, held
from greenlint.project.patching.conflicts import Conflict, PatchInThread, conflicts, patches_in_threads
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Component, Project
    from greenlint.project.patching.execution import PatchEvent


class ConflictingMonkeyPatch(Rule):
    """eventlet and gevent both patch one program, or a patch is made in a thread that is not the main one.

    Each library has a hub of its own, and the greenthreads of one know nothing of the other's. Whoever patches last
    gets the sockets; the greenthreads of the library that patched first block or hang, in either order.
    """

    code = "GRN305"
    name = "conflicting-monkey-patch"
    severity = Severity.ERROR
    failure = "the greenthreads of the library that patched first block, and hang at their first request"
    bad = """
        import eventlet
        eventlet.monkey_patch()

        from gevent import monkey
        monkey.patch_all()  # GRN305


        if __name__ == "__main__":
            eventlet.spawn(print, "never printed").wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()


        if __name__ == "__main__":
            eventlet.spawn(print, "printed").wait()
        """
    proof = """
        Each way to run the program is executed abstractly. Two patches by different libraries that are made under the
        same tests, by calls, by a library that patches when it is imported (grequests, locust), or by the launcher
        (gunicorn -k gevent, celery -P), conflict. A patch in a function that is the target of a `threading.Thread`
        runs in an OS thread if nothing has patched threads before.
        """
    limits = """
        - Patches behind different tests are taken for alternatives.
        - Threads of executors are not followed.
        """
    options = ("entry-points",)
    references = ("[gevent: patch in the main thread](https://www.gevent.org/api/gevent.monkey.html)",)

    def check(self, project: Project) -> Iterator[Finding]:
        """Report patches that do not go together."""
        teller = Teller(project.locator)
        for component in project.components:
            for conflict in conflicts(component.timeline):
                yield self._conflict(component, conflict, teller)
            for found in patches_in_threads(component.timeline, component.types):
                yield self._in_thread(found, teller)

    def _conflict(self, component: Component, conflict: Conflict, teller: Teller) -> Finding:
        first, second, run = conflict.first, conflict.second, conflict.runs[0]
        where = _where(second, first, run.entry.module.path, teller)
        assumptions = ("the test around the patch lets it happen",) if second.conditions or first.conditions else ()
        one, other = first.selection.library, second.selection.library
        holds_in = held(component.timeline, conflict.runs, conflict.fine)
        return self.finding(
            where,
            f"{one} and {other} both patch the program",
            f"{second.name} patches after {_place(first)} has patched with {one}: greenthreads of {one} hang{holds_in}",
            identity=(first.name, second.name),
            witness=tuple(dict.fromkeys((teller.entry(run), *teller.patched(first), *teller.patched(second)))),
            confidence=Confidence.LIKELY if assumptions else Confidence.CERTAIN,
            assumptions=assumptions,
            because=f"from here on sockets, locks and sleep are {other}'s, whose hub does not run {one}'s greenthreads",
            help="patch with one library, the one whose greenthreads the program starts",
        )

    def _in_thread(self, found: PatchInThread, teller: Teller) -> Finding:
        where = teller.at(found.call.scope, found.call.call.span)
        thread = teller.at(found.thread.scope, found.thread.call.span)
        hangs = found.library == "eventlet"
        return self.finding(
            where,
            "the monkey patch is made in an OS thread",
            f"{found.library} patches in a thread that {thread.path}:{thread.line} starts, not in the main thread",
            identity=(found.library, found.call.scope.label),
            witness=(
                Step(Role.SPAWN, thread, f"an OS thread that runs {found.function.label} is made here"),
                Step(Role.PATCH, where, f"{found.library} patches here"),
            ),
            severity=Severity.ERROR if hangs else Severity.WARNING,
            failure="joining the thread never returns" if hangs else _WARNING,
            because="locks and the idea of the main thread are those of the thread that patches",
            help="patch in the main thread, before it starts any other",
        )


_WARNING = "MonkeyPatchWarning: Monkey-patching not on the main thread; threading.main_thread().join() will hang"


def _where(patch: PatchEvent, first: PatchEvent, path: str, teller: Teller) -> Location:
    for event in (patch, first):
        if event.frame is not None and event.span is not None:
            return teller.at(event.frame.scope, event.span)
    return Location.of_line(path, 1)


def _place(patch: PatchEvent) -> str:
    if patch.frame is None or patch.span is None:
        return patch.name
    return f"{patch.name} at {patch.frame.scope.module.path}:{patch.span[0]}"
