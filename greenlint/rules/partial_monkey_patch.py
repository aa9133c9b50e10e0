"""GRN303 partial-monkey-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Severity
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.chains import Teller, held
from greenlint.project.patching.needs import Need
from greenlint.project.patching.partial import PartialPatch, partial_patches
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import told_need

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class PartialMonkeyPatch(Rule):
    """A patch call leaves out a group of the standard library that greenthreads of the program use.

    The call that is left out waits for the operating system, and every greenthread waits with it. In eventlet one
    keyword that is true switches all others off, so that `monkey_patch(socket=True)` leaves `time`, `thread`, `select`,
    `os` and `subprocess` as they were.
    """

    code = "GRN303"
    name = "partial-monkey-patch"
    severity = Severity.WARNING
    failure = "no other greenthread runs until the call returns"
    bad = """
        import eventlet
        eventlet.monkey_patch(socket=True)  # GRN303

        import time


        def poll():
            while True:
                time.sleep(1)


        if __name__ == "__main__":
            eventlet.spawn(poll).wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()

        import time


        def poll():
            while True:
                time.sleep(1)


        if __name__ == "__main__":
            eventlet.spawn(poll).wait()
        """
    proof = """
        What a call covers follows from its keywords, by the rules of its library; what a second call adds counts. A
        group is reported when no entry point's run patches it, not even under a test, and a function that a greenthread
        runs calls something of it: in the standard library, or in a library that is known to get there. The proof ends
        at that call.
        """
    limits = """
        - A group that is left out and used by nobody in the project is silent, such as `os=False` in most programs.
        - Uses by plugins and middleware outside of the project are not seen.
        - Regular files block whatever is patched: reading them is no use of the group `os`.
        """
    options = ("entry-points", "hub", "roots")
    references = (
        "[eventlet.monkey_patch](https://eventlet.readthedocs.io/en/latest/patching.html)",
        "[gevent.monkey.patch_all](https://www.gevent.org/api/gevent.monkey.html#gevent.monkey.patch_all)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report patch calls that leave out a group which a greenthread uses."""
        teller = Teller(project.locator)
        for component in project.components:
            for partial in partial_patches(component.timeline, component.types, component.roots):
                yield self._finding(component, partial, teller)

    def _finding(self, component: Component, partial: PartialPatch, teller: Teller) -> Finding:
        patch = partial.patch
        assert patch.site is not None
        where = teller.at(patch.site.scope, patch.site.call.span)
        groups = sorted(partial.left_out)
        first = partial.left_out[groups[0]]
        hangs = patch.selection.library == "gevent" and "subprocess" in groups
        steps = [teller.entry(partial.runs[0]), *teller.patched(patch)]
        for need, way in dict.fromkeys(partial.left_out.values()):
            steps += told_need(teller, need, way)
        holds_in = held(component.timeline, partial.runs, partial.fine)
        return self.finding(
            where,
            f"the monkey patch leaves out {_list(groups)}",
            f"{patch.name} leaves out {_list(groups)}: {_uses(partial)}{holds_in}",
            identity=(patch.name, *groups, patch.site.scope.label),
            witness=tuple(dict.fromkeys(steps)),
            severity=Severity.ERROR if hangs else Severity.WARNING,
            failure="subprocess.run() in a greenlet never returns" if hangs else None,
            because=first[0].reason,
            help="patch everything, or these groups as well",
        )


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _uses(partial: PartialPatch) -> str:
    by_need: dict[tuple[Need, Way], None] = dict.fromkeys(partial.left_out[group] for group in sorted(partial.left_out))
    shown = [
        f"{need.name} blocks in {need.scope.label} at {need.scope.module.path}:{need.line}"
        for need, _ in list(by_need)[:2]
    ]
    return ", ".join(shown)
