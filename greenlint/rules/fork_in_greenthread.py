"""GRN205 fork-in-greenthread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.blocked import Blocked
from greenlint.project.patching.chains import Teller
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import in_entry_points, told_way

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class ForkInGreenthread(Rule):
    """A greenthread forks a process of multiprocessing, and the child never ends.

    A forked child is a copy of the whole process: it holds the hub and every other greenthread as well. Under eventlet
    it does its work and does not end, so that `Process.join`, the end of a `with ProcessPoolExecutor()` and the end of
    the program hang. `multiprocessing.Pool` hangs under both libraries, whatever way its processes start. With all else
    gevent takes care of the child.
    """

    code = "GRN205"
    name = "fork-in-greenthread"
    severity = Severity.ERROR
    failure = "the program hangs: the forked child never ends"
    bad = """
        import eventlet
        eventlet.monkey_patch()

        import multiprocessing


        def convert(path):
            process = multiprocessing.Process(target=print, args=(path,))
            process.start()  # GRN205
            process.join()


        if __name__ == "__main__":
            eventlet.spawn(convert, "picture.png").wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()

        import subprocess
        import sys


        def convert(path):
            subprocess.call([sys.executable, "-m", "converter", path])


        if __name__ == "__main__":
            eventlet.spawn(convert, "picture.png").wait()
        """
    proof = """
        A greenthread comes to a call that forks and was seen to hang under its library, and a greenthread has made the
        object that it is called on.
        """
    limits = """
        - Processes that the main program starts before any greenthread are silent: there the call returns.
        - Programs that call `multiprocessing.set_start_method("spawn")` are silent but for pools, and so are the
          processes and executors of a context that `get_context("spawn")` makes.
        - `os.fork` by itself is silent: a child that calls exec or `os._exit` at once does no harm.
        """
    options = ("roots", "hub")
    references = (
        "[multiprocessing: contexts and start methods]"
        "(https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report greenthreads that wait for processes which they have forked."""
        teller = Teller(project.locator)
        for component in project.components:
            for blocked in component.blocking.forking():
                yield self._finding(component, blocked, teller)

    def _finding(self, component: Component, blocked: Blocked, teller: Teller) -> Finding:
        site, library, name = blocked.call.site, blocked.library, blocked.call.name
        where = teller.at(site.scope, site.call.span)
        told = _FORKS if "start_method:fork" in blocked.row.blocks_if else _HANGS
        return self.finding(
            where,
            f"{name} in a greenthread: {told.outcome}",
            f"{name} {told.fate}: greenthreads of {library} run {site.scope.label}"
            f"{in_entry_points(component, blocked.runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                *told_way(teller, blocked.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} {told.step}"),
            ),
            help=told.help,
        )


class _Told(NamedTuple):
    outcome: str
    fate: str
    step: str
    help: str


_FORKS = _Told(
    "the child never ends",
    "forks in a greenthread, and the child never ends",
    "makes a copy of the whole program here",
    'start a new interpreter: subprocess, or multiprocessing.set_start_method("spawn")',
)
_HANGS = _Told(
    "it never answers",
    "hangs in a greenthread, however its processes start",
    "waits here for processes that never answer",
    'use subprocess, or concurrent.futures.ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))',
)
