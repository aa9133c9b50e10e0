"""GRN207 never-yielding-loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Location, Role, Severity, Step
from greenlint.project.blocking.endless import Endless
from greenlint.project.patching.chains import Teller
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import told_way

if TYPE_CHECKING:
    from greenlint.project import Project


class NeverYieldingLoop(Rule):
    """A greenthread loops until somebody else changes something, and lets nobody else run.

    Threads are interrupted, greenthreads are not: they give way only where they wait. A loop that polls an attribute,
    or turns for ever, without a call that waits keeps all others of the process from running, those included that would
    end it. `sleep(0)` in the loop is enough, an event to wait for is better. The rule is opt-in because what a library
    does in a call is known of few libraries.
    """

    code = "GRN207"
    name = "never-yielding-loop"
    severity = Severity.WARNING
    opt_in = True
    failure = "the process uses one processor in full and answers nobody"
    bad = """
        import eventlet


        class Download:
            done = False

            def fetch(self):
                self.done = True

            def wait(self):
                while not self.done:  # GRN207
                    pass


        def main():
            download = Download()
            waiter = eventlet.spawn(download.wait)
            eventlet.spawn(download.fetch)
            waiter.wait()
        """
    good = """
        import eventlet


        class Download:
            done = False

            def fetch(self):
                self.done = True

            def wait(self):
                while not self.done:
                    eventlet.sleep(0.1)


        def main():
            download = Download()
            waiter = eventlet.spawn(download.wait)
            eventlet.spawn(download.fetch)
            waiter.wait()
        """
    proof = """
        The test of the loop, and the tests around each `break`, `return` and `raise` in it, read attributes and globals
        that the loop does not change; or there is no way out of it. Each call in it is one that does not wait:
        builtins, methods of strings and containers, functions of the standard library of which nothing is known to
        wait, and functions of the program that do no more than these. A greenthread comes to the loop.
        """
    limits = """
        - A loop with a call that is not known is silent, and so is one with a `with`.
        - Long loops that end by themselves are silent: the source does not tell how long they take.
        - Loops of generators and coroutines are silent: who asks for the next item may wait.
        """
    options = ("entry-points", "roots", "hub")
    references = (
        "[eventlet.sleep](https://eventlet.readthedocs.io/en/latest/basic_usage.html)",
        "[gevent.sleep](https://www.gevent.org/api/gevent.html#gevent.sleep)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report loops of greenthreads that let nobody else run."""
        teller = Teller(project.locator)
        for component in project.components:
            for endless in component.endless:
                yield self._finding(endless, teller)

    def _finding(self, endless: Endless, teller: Teller) -> Finding:
        scope = endless.scope
        where = Location.of_line(scope.module.path, endless.line)
        return self.finding(
            where,
            "a loop of a greenthread lets nobody else run",
            f"nothing in this loop of {scope.label} waits, and what would end it is up to others: greenthreads of"
            f" {endless.library} run it",
            identity=(scope.module.name, scope.label),
            ordinal=endless.block,
            witness=(
                *told_way(teller, endless.way, scope, scope.label),
                Step(Role.BLOCK, where, "nothing waits in this loop, and every other greenthread does"),
            ),
            because="a greenthread gives way only where it waits",
            help=f"call {endless.library}.sleep() in the loop, or wait for an event",
        )
