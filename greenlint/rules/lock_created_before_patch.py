"""GRN307 lock-created-before-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Location, Role, Severity, Step
from greenlint.project.patching.chains import Teller, held
from greenlint.project.patching.conditions import by_choice
from greenlint.project.patching.objects import StaleObject, stale_objects
from greenlint.rules.base import Rule
from greenlint.rules.stale import FAILURES

if TYPE_CHECKING:
    from greenlint.project import Component, Project
    from greenlint.project.program import Scope


class LockCreatedBeforePatch(Rule):
    """A lock, thread-local, queue or executor is made before the monkey patch and used after it.

    It was made by the unpatched class and stays what it was: a lock that two greenthreads contend for stops the whole
    process, a `threading.local` is one for all greenthreads, an executor never returns a result.
    """

    code = "GRN307"
    name = "lock-created-before-patch"
    severity = Severity.ERROR
    failure = ""
    bad = """
        import threading

        LOCK = threading.Lock()  # GRN307

        import eventlet
        eventlet.monkey_patch()


        def work(name):
            with LOCK:
                eventlet.sleep(1)


        if __name__ == "__main__":
            pool = eventlet.GreenPool()
            for name in "ab":
                pool.spawn_n(work, name)
            pool.waitall()
        """
    good = """
        import threading

        import eventlet
        eventlet.monkey_patch()

        LOCK = threading.Lock()


        def work(name):
            with LOCK:
                eventlet.sleep(1)


        if __name__ == "__main__":
            pool = eventlet.GreenPool()
            for name in "ab":
                pool.spawn_n(work, name)
            pool.waitall()
        """
    proof = """
        Each way to run the program is executed abstractly in import order. A call in a module or class body that makes
        such an object before the patch of its group, and whose result a function uses, is reported, also when the
        object is made by the constructor of one that the body makes. What becomes of each kind was measured under both
        libraries: Lock, Condition, SimpleQueue, local and ThreadPoolExecutor under both, RLock under gevent; Event,
        Queue, Semaphore and Barrier are harmless and silent.
        """
    limits = """
        - eventlet replaces the RLocks that it finds through modules, attributes, lists and dictionaries, and misses
          those in tuples, sets, slots and closures: these are not reported.
        - Whether two greenthreads ever contend for the lock is not proven.
        - Objects that functions make at import time and hand on are not followed.
        """
    options = ("entry-points", "hub")
    references = ("[gevent: existing locks](https://www.gevent.org/api/gevent.monkey.html#gevent.monkey.patch_thread)",)

    def check(self, project: Project) -> Iterator[Finding]:
        """Report objects that are made before the patch and used after it."""
        teller = Teller(project.locator)
        for component in project.components:
            for found in stale_objects(component.timeline, component.types):
                yield self._finding(component, found, teller)

    def _finding(self, component: Component, found: StaleObject, teller: Teller) -> Finding:
        made, patch, row = found.made, found.patch, found.made.row
        home = made.home
        where = teller.at(made.site.scope, made.site.call.span)
        function, line = made.use
        run = found.runs[0]
        assumptions = ("the test around the patch lets it happen",) if by_choice(patch.conditions) else ()
        last = Step(Role.CREATE, teller.at(home.scope, home.call.span), f"makes {_what(found)} at import time")
        used = Location.of_line(function.module.path, line)
        told = (
            teller.entry(run),
            *teller.chain(run.entered[home.scope][1], home.call.span, last),
            *teller.patched(patch),
            Step(Role.USE, used, f"{function.label} uses it"),
        )
        return self.finding(
            where,
            f"{_what(found)} is made before the monkey patch",
            f"{_what(found)} is made before {teller.place(patch, home.scope.module)} and {_EFFECTS[found.effect]};"
            f" used in {function.label} at {_at(function, line, made.site.scope)}"
            f"{_others(found)}{held(component.timeline, found.runs, found.fine)}",
            identity=(row.constructor, made.site.scope.label, made.kept_as),
            witness=tuple(dict.fromkeys(told)),
            confidence=Confidence.LIKELY if assumptions else Confidence.CERTAIN,
            assumptions=assumptions,
            failure=_FAILURES.get(found.effect, ""),
            because=row.notes or "the patch replaces classes, not the objects that they have made",
            help="patch before this module is imported, or make it when it is first needed",
        )


_EFFECTS = {
    "hangs": "hangs",
    "blocks": "blocks every greenthread",
    "raises": "fails when it is used",
    "shared": "is one for all greenthreads",
    "no-exclusion": "excludes nobody",
}
_FAILURES = {**FAILURES, "raises": "RuntimeError: cannot wait on un-acquired lock"}


def _what(found: StaleObject) -> str:
    return f"the {found.made.row.constructor} {found.made.kept_as}"


def _at(function: Scope, line: int, home: Scope) -> str:
    return f"line {line}" if function.module is home.module else f"{function.module.path}:{line}"


def _others(found: StaleObject) -> str:
    places = list(dict.fromkeys(f"{m.site.scope.module.path}:{m.site.call.span[0]}" for m in found.others))
    if not places:
        return ""
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    return f"; so are those at {', '.join(places[:2])}{more}"
