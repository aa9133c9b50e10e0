"""GRN206 cpu-bound-call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.blocking.blocked import Blocked
from greenlint.project.patching.chains import Teller
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import in_entry_points, more_in, told_way

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class CpuBoundCall(Rule):
    """A greenthread calls something that computes, or moves files, for long.

    Greenthreads give way where they wait and nowhere else. A password hash takes a quarter of a second on purpose, a
    key some seconds; a tree of directories or an archive takes as long as it is large. Meanwhile no other greenthread
    of the process runs. The rule is opt-in because the source does not tell how large the data are.
    """

    code = "GRN206"
    name = "cpu-bound-call"
    severity = Severity.WARNING
    opt_in = True
    failure = "no other greenthread runs until the call returns"
    bad = """
        import eventlet
        eventlet.monkey_patch()
        import hashlib


        def register(name, password, salt):
            return name, hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)  # GRN206


        def main(users):
            pool = eventlet.GreenPool()
            for user in users:
                pool.spawn_n(register, *user)
            pool.waitall()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        import hashlib
        from eventlet import tpool


        def register(name, password, salt):
            return name, tpool.execute(hashlib.pbkdf2_hmac, "sha256", password, salt, 600_000)


        def main(users):
            pool = eventlet.GreenPool()
            for user in users:
                pool.spawn_n(register, *user)
            pool.waitall()
        """
    proof = """
        The call is one that is known to take long: password hashes, key generation, archives and compression, copies
        and removals of trees, parsers of large documents. The proof is the start of a greenthread and the calls that
        lead from there.
        """
    limits = """
        - How long a call takes hangs on its data, which the source does not tell. What is slow on purpose (password
          hashes, key generation) is reported; copies, archives, walks through directories and parsers are *possible*
          findings, which `min-confidence = "possible"` shows.
        - Loops of the program's own that compute for long are the matter of GRN207 at best.
        - What the project hands to native threads somewhere is silent everywhere.
        """
    options = ("entry-points", "roots", "hub")
    references = (
        "[eventlet.tpool](https://eventlet.readthedocs.io/en/latest/threading.html)",
        "[gevent.threadpool](https://www.gevent.org/api/gevent.threadpool.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report calls in greenthreads that compute for long."""
        teller = Teller(project.locator)
        for component in project.components:
            for blocked in component.blocking.computing():
                yield self._finding(component, blocked, teller)

    def _finding(self, component: Component, blocked: Blocked, teller: Teller) -> Finding:
        site, name = blocked.call.site, blocked.call.name
        where = teller.at(site.scope, site.call.span)
        more = more_in(site.scope, blocked.again)
        return self.finding(
            where,
            f"{name} takes long, and every greenthread waits",
            f"{name} takes long in {site.scope.label}{more}, which greenthreads of {blocked.library} run"
            f"{in_entry_points(component, blocked.runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                *told_way(teller, blocked.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} takes long here, and every greenthread waits"),
            ),
            confidence=blocked.confidence,
            because="a greenthread gives way only where it waits",
            help=f"use {blocked.replacement}" if blocked.replacement else "run it in a native thread",
        )
