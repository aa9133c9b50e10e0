"""GRN306 stale-from-import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Role, Severity, Step
from greenlint.project.patching.chains import Teller, held
from greenlint.project.patching.conditions import by_choice
from greenlint.project.patching.stale import Bound, StaleNames, stale_names
from greenlint.rules.base import Rule
from greenlint.rules.stale import FAILURES

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class StaleFromImport(Rule):
    """A name of the standard library is bound before the monkey patch and used after it.

    The patch replaces attributes of modules. A name that was taken before it (`from time import sleep`, an alias, a
    default argument, a base class) stays what it was: it blocks every greenthread, or does not work at all.
    """

    code = "GRN306"
    name = "stale-from-import"
    severity = Severity.ERROR
    failure = ""
    bad = """
        from time import sleep  # GRN306

        import eventlet
        eventlet.monkey_patch()


        def poll():
            while True:
                sleep(1)


        if __name__ == "__main__":
            eventlet.spawn(poll).wait()
        """
    good = """
        import time

        import eventlet
        eventlet.monkey_patch()


        def poll():
            while True:
                time.sleep(1)


        if __name__ == "__main__":
            eventlet.spawn(poll).wait()
        """
    proof = """
        Each way to run the program is executed abstractly in import order. A statement of a module or class body that
        binds a name, runs before the patch that covers the name, and whose name a function uses, is reported. What
        each name does when it is bound too early was measured under both libraries; names that are harmless
        (`socket.create_connection`, `queue.Queue`, `threading.Event`, `subprocess.run` ...) are silent.
        """
    limits = """
        - Of the statements in modules that one late import brings in, the first is reported: moving the import cures
          them all.
        - That a function which uses the name is run by a greenthread is taken for granted: in a patched program the
          main program is one, too.
        """
    options = ("entry-points", "hub")
    references = ("[eventlet: patching](https://eventlet.readthedocs.io/en/latest/patching.html)",)

    def check(self, project: Project) -> Iterator[Finding]:
        """Report names that are bound before the patch and used after it."""
        teller = Teller(project.locator)
        for component in project.components:
            for stale in stale_names(component.timeline, component.types):
                yield self._finding(component, stale, teller)

    def _finding(self, component: Component, stale: StaleNames, teller: Teller) -> Finding:
        first, patch = stale.first, stale.patch
        where = teller.at(first.scope, first.span)
        names = " and ".join(stale.names)
        assumptions = ("the test around the patch lets it happen",) if by_choice(patch.conditions) else ()
        run = stale.runs[0]
        told = (
            teller.entry(run),
            *teller.chain(run.entered[first.scope][1], first.span, Step(Role.IMPORT, where, _bound(first))),
            *teller.patched(patch),
        )
        return self.finding(
            where,
            f"{names} {_are(stale)} bound before the monkey patch",
            f"{names} {_are(stale)} bound{_how(first)} before {teller.place(patch, first.scope.module)} and"
            f" {_effects(stale)}{_others(stale)}{held(component.timeline, stale.runs, stale.fine)}",
            identity=(names, first.scope.label, first.kind),
            witness=tuple(dict.fromkeys(told)),
            confidence=Confidence.LIKELY if assumptions else Confidence.CERTAIN,
            assumptions=assumptions,
            failure=FAILURES.get(stale.effects[0], ""),
            because=first.row.notes or "the patch replaces the attribute of the module, not the name taken from it",
            help="patch before this line, or use the name through its module",
        )


_EFFECTS = {
    "blocks": "blocks every greenthread",
    "hangs": "hangs",
    "raises": "fails when it is used",
    "shared": "shares one value among all greenthreads",
    "no-exclusion": "excludes nobody",
}


def _bound(first: Bound) -> str:
    words = {"import": "takes", "alias": "names", "default": "keeps as a default", "base": "derives from"}
    return f"{words[first.kind]} the unpatched {first.row.name}"


def _how(first: Bound) -> str:
    return {"alias": " to a name", "default": " as a default", "base": " as a base class"}.get(first.kind, "")


def _are(stale: StaleNames) -> str:
    return "are" if len(stale.names) > 1 else "is"


def _effects(stale: StaleNames) -> str:
    text = " and ".join(dict.fromkeys(_EFFECTS.get(effect, effect) for effect in stale.effects))
    return f"{text} ({stale.first.row.python})" if stale.first.row.python else text


def _others(stale: StaleNames) -> str:
    places = list(dict.fromkeys(f"{b.scope.module.path}:{b.span[0]}" for b in stale.others))
    if not places:
        return ""
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    return f"; so are names at {', '.join(places[:2])}{more}"
