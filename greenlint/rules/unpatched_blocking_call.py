"""GRN201 unpatched-blocking-call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.overlooked import Overlooked, overlooked_calls, unasked_calls
from greenlint.project.patching.chains import Teller, names_of
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import more_in, told_way

if TYPE_CHECKING:
    from greenlint.project import Project


class UnpatchedBlockingCall(Rule):
    """A call blocks because its group is not patched, in a program that otherwise knows what it does.

    A program can go without the patch and import green modules instead (`from eventlet.green import socket`,
    `from gevent import subprocess`). Then a single call of a module that was not replaced stops every greenthread. And
    a few groups are not patched unless somebody asks for them, such as MySQLdb under eventlet.
    """

    code = "GRN201"
    name = "unpatched-blocking-call"
    severity = Severity.ERROR
    failure = "no other greenthread runs until the call returns"
    bad = """
        import subprocess

        import gevent
        from gevent import socket


        def ask(host):
            socket.create_connection((host, 80)).close()
            return subprocess.call(["ping", "-c", "1", host])  # GRN201


        if __name__ == "__main__":
            gevent.joinall([gevent.spawn(ask, host) for host in ("a.example", "b.example")])
        """
    good = """
        import gevent
        from gevent import socket, subprocess


        def ask(host):
            socket.create_connection((host, 80)).close()
            return subprocess.call(["ping", "-c", "1", host])


        if __name__ == "__main__":
            gevent.joinall([gevent.spawn(ask, host) for host in ("a.example", "b.example")])
        """
    proof = """
        An entry point never patches and loads modules that import green ones. It starts greenthreads, and one of them
        comes to a call of the standard library, or of a client, that is green only when patched and is not taken from a
        green module. Or the call belongs to a group that no patch call of the entry point asks for, although only those
        who ask get it.
        """
    limits = """
        - Without a green module the patch is missing, which GRN301 tells once for the entry point; a patch that leaves
          out a group is GRN303.
        - Libraries without a program of their own leave the patch to their users and are silent.
        - gevent's queues count as no green module: programs that block use them as well.
        """
    options = ("entry-points", "roots", "hub")
    references = (
        "[eventlet: greening the world](https://eventlet.readthedocs.io/en/latest/patching.html)",
        "[gevent: cooperative modules](https://www.gevent.org/api/index.html#synchronous-modules)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report calls that were overlooked."""
        teller = Teller(project.locator)
        for component in project.components:
            for call in overlooked_calls(component.timeline, component.types, component.roots):
                yield self._finding(call, f"import it from {call.library}'s green modules, or patch", teller)
            for call in unasked_calls(component.blocking, component.contexts, component.types):
                yield self._finding(call, f"ask for it: monkey_patch(all=True, {call.groups[0]}=True)", teller)

    def _finding(self, call: Overlooked, help: str, teller: Teller) -> Finding:
        site, name = call.site, call.name
        where = teller.at(site.scope, site.call.span)
        more = more_in(site.scope, len(call.again))
        return self.finding(
            where,
            f"{name} blocks, nothing patches {_list(call.groups)}",
            f"{name} blocks: greenthreads of {call.library} run {site.scope.label}{more}, and nothing patches"
            f" {_list(call.groups)} in {names_of(call.runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                teller.entry(call.runs[0]),
                *told_way(teller, call.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} waits here, and every greenthread with it"),
            ),
            severity=Severity.ERROR if call.is_error else Severity.WARNING,
            help=help,
        )


def _list(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
