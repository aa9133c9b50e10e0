"""GRN302 late-monkey-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Severity
from greenlint.project.patching.chains import Teller, held
from greenlint.project.patching.conditions import by_choice
from greenlint.project.patching.late import LateImport, late_imports
from greenlint.project.patching.sorted_imports import look_sorted
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class LateMonkeyPatch(Rule):
    """A library that breaks when it is imported before the monkey patch is imported before it.

    The library has already taken classes and functions of the standard library by name, or has chosen how it
    waits, and the patch does not reach them. Tests over plain http pass; the first https request fails.
    """

    code = "GRN302"
    name = "late-monkey-patch"
    severity = Severity.ERROR
    failure = "RecursionError: maximum recursion depth exceeded while calling a Python object"
    bad = """
        import requests  # GRN302

        import eventlet
        eventlet.monkey_patch()


        def fetch(url):
            return requests.get(url)


        if __name__ == "__main__":
            pool = eventlet.GreenPool()
            for body in pool.imap(fetch, ["https://a.example", "https://b.example"]):
                print(body)
        """
    good = """
        import eventlet
        eventlet.monkey_patch()

        import requests


        def fetch(url):
            return requests.get(url)


        if __name__ == "__main__":
            pool = eventlet.GreenPool()
            for body in pool.imap(fetch, ["https://a.example", "https://b.example"]):
                print(body)
        """
    proof = """
        For each way to run the program, the modules are executed abstractly in import order: packages before their
        modules, each module once, functions when they are called on the way to a patch. What a library does when it
        is imported before the patch was measured under both libraries; only libraries that were seen to break are
        reported, by themselves or through what they import. Modules of the standard library that are imported as
        modules are looked up again after the patch, and are silent.
        """
    limits = """
        - Imports that a library makes inside its functions, and modules loaded by a name from a configuration, are
          not followed.
        - A patch behind a test is reported as late for the case that the test lets it happen, as likely.
        - Tests are taken to run on Linux under a supported Python 3.
        """
    options = ("entry-points", "hub")
    references = (
        "[gevent: patch as early as possible](https://www.gevent.org/api/gevent.monkey.html)",
        "[eventlet: patching](https://eventlet.readthedocs.io/en/latest/patching.html)",
        "[RecursionError after a late patch](https://github.com/gevent/gevent/issues/1016)",
        "[keeping the patch above sorted imports](../import-sorters.md)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report imports of libraries that break because the patch comes after them."""
        teller = Teller(project.locator)
        for component in project.components:
            for late in late_imports(component.timeline, component.types.library):
                yield self._finding(component, late, teller)

    def _finding(self, component: Component, late: LateImport, teller: Teller) -> Finding:
        row, patch = late.breaker.row, late.patch
        where = teller.at(late.scope, late.span)
        sorted_ = late.scope.kind == "module" and look_sorted(component.program, late.scope.module, late.span[0] + 1)
        message = f"{_imported(late)} before {teller.place(patch, late.scope.module)} and {_breaks(late)}"
        assumptions = ("the test around the patch lets it happen",) if by_choice(late.conditions) else ()
        return self.finding(
            where,
            f"{late.breaker.name} is imported before the monkey patch",
            f"{message}{_others(late)}{held(component.timeline, late.runs, late.fine)}" + (_SORTED if sorted_ else ""),
            identity=(late.breaker.name, late.scope.label, patch.name),
            witness=tuple(
                dict.fromkeys(
                    (
                        teller.entry(late.runs[0]),
                        *teller.imported(late.event, _loads(late)),
                        *teller.patched(patch),
                    )
                )
            ),
            confidence=Confidence.LIKELY if assumptions else Confidence.CERTAIN,
            assumptions=assumptions,
            failure=row.errors[0] if row.errors else "",
            because=row.notes or "it keeps the unpatched classes that it took when it was imported",
            help="patch first: before every import but that of the patching library itself",
        )


_SORTED = "; the imports look sorted by a tool, which must be told to keep the patch first (docs: import-sorters)"


def _imported(late: LateImport) -> str:
    if late.span == late.event.span and late.scope is late.event.frame.scope:
        return f"{late.event.path} is imported"
    return f"{late.event.path} is imported (by {late.event.frame.scope.module.name})"


def _loads(late: LateImport) -> str:
    through = [name for name in (*late.breaker.through, late.breaker.name) if name != late.event.path]
    return f"imports {late.event.path}" + (f", which loads {', '.join(dict.fromkeys(through))}" if through else "")


def _breaks(late: LateImport) -> str:
    effect, errors = late.breaker.effect, late.breaker.row.errors
    if effect == "raises" and errors:
        return f"raises {errors[0].partition(':')[0]}" + (" over TLS" if "Recursion" in errors[0] else "")
    return {"blocks": "keeps blocking", "hangs": "hangs"}.get(effect, "breaks")


def _others(late: LateImport) -> str:
    if not late.others:
        return ""
    if len(late.others) == 1:
        return f", as does the import at line {late.others[0][0][0]}"
    lines = ", ".join(str(span[0]) for span, _ in late.others[:3])
    return f", as do the imports at lines {lines}" + (" and further down" if len(late.others) > 3 else "")
