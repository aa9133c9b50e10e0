"""GRN202 blocking-despite-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Location, Role, Severity, Step
from greenlint.project.blocking.blocked import Blocked
from greenlint.project.blocking.configured import Configured
from greenlint.project.patching.chains import Teller, names_of
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import in_entry_points, more_in, told_way

if TYPE_CHECKING:
    from greenlint.project import Component, Project


class BlockingDespitePatch(Rule):
    """A call blocks the hub although the program patches.

    Some calls know nothing of the patch: they wait in C code, or the library leaves them out. Until the call returns no
    other greenthread of the process runs, timeouts do not fire, and heartbeats are missed. The two libraries differ:
    `subprocess.check_output` blocks under eventlet and `os.read` of a pipe under gevent; `os.system`, `fcntl.flock`,
    `input` and C clients such as pycurl or a plain zmq socket block under both.
    """

    code = "GRN202"
    name = "blocking-despite-patch"
    severity = Severity.ERROR
    failure = "no other greenthread runs until the call returns"
    bad = """
        import eventlet
        eventlet.monkey_patch()

        import os


        def mount(device):
            os.system("mount " + device)  # GRN202


        if __name__ == "__main__":
            eventlet.spawn(mount, "/dev/sdb1").wait()
        """
    good = """
        import eventlet
        eventlet.monkey_patch()

        import subprocess


        def mount(device):
            subprocess.call(["mount", device])


        if __name__ == "__main__":
            eventlet.spawn(mount, "/dev/sdb1").wait()
        """
    proof = """
        The call is one that was seen to block under the library whose greenthreads run it, with everything patched:
        functions by name, methods by the type of the object, which is followed from where it is made. The proof is the
        start of a greenthread and the calls that lead from there. Flags such as LOCK_NB and WNOHANG, green modules
        (`zmq.green`) and hooks (`psycogreen.gevent.patch_psycopg`, grpc's `init_gevent`, `PSYCOPG_IMPL` where the
        program sets it) are taken into account. Where only some versions of a library block, the versions that
        `pyproject.toml`, `setup.cfg` or requirements files ask for decide; what they leave open is assumed, and said.

        A driver that a setting chooses (Django's `DATABASES`, `SQLALCHEMY_DATABASE_URI` of Flask-SQLAlchemy), or the
        URL of `sqlalchemy.create_engine`, or a database of peewee, is reported once for the program, where it is
        chosen: a server or a worker of celery runs requests in greenthreads, what it loads imports the framework, the
        program needs the driver's distribution and calls no hook anywhere.
        """
    limits = """
        - Functions that no greenthread was found to run are silent, and so is code in tpool, in gevent's threadpool
          and in coroutines.
        - A library that the project hands to tpool somewhere is silent everywhere.
        - What only a hook makes green is silent in libraries that have no program of their own.
        - Reading and writing files is not reported: disks are quick as a rule.
        - What a generated stub of grpc calls is followed where the generated module is part of the program.
        - Variables of the environment that are set outside of the program are not seen: a database whose URL only the
          environment tells is taken for that of the one driver that the program needs.
        """
    options = ("entry-points", "roots", "hub")
    references = (
        "[eventlet.tpool](https://eventlet.readthedocs.io/en/latest/threading.html)",
        "[gevent.threadpool](https://www.gevent.org/api/gevent.threadpool.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report calls that block a greenthread whatever is patched."""
        teller = Teller(project.locator)
        for component in project.components:
            for blocked in component.blocking.anyway():
                yield self._finding(component, blocked, teller)
        for driver in project.configured():
            yield self._of_driver(driver, teller)

    def _finding(self, component: Component, blocked: Blocked, teller: Teller) -> Finding:
        site, row, library = blocked.call.site, blocked.row, blocked.library
        name = blocked.call.name
        where = teller.at(site.scope, site.call.span)
        fate = _FATES[blocked.effect.kind].format(raises=row.raises, hook=blocked.effect.hook)
        fate += blocked.installed.condition
        meanwhile = "" if blocked.effect.kind == "raises" else ", and every greenthread waits"
        more = more_in(site.scope, blocked.again)
        return self.finding(
            where,
            f"{name} {fate}",
            f"{name} {fate}: greenthreads of {library} run {site.scope.label}{more}"
            f"{in_entry_points(component, blocked.runs)}",
            identity=(name, site.scope.module.name, site.scope.label),
            witness=(
                *told_way(teller, blocked.way, site.scope, name),
                Step(Role.BLOCK, where, f"{name} {fate}{meanwhile}"),
            ),
            severity=Severity.ERROR if row.severity == "error" else Severity.WARNING,
            confidence=blocked.confidence,
            assumptions=blocked.assumptions,
            help=f"use {blocked.replacement}" if blocked.replacement else "run it in a native thread",
        )

    def _of_driver(self, driver: Configured, teller: Teller) -> Finding:
        row, first = driver.row, driver.chosen[0]
        name, setting = row.calls, first.setting
        fate = _FATES[driver.effect.kind].format(raises="", hook=driver.effect.hook)
        where = Location.of_line(first.module.path, first.line)
        more = f" and {len(driver.chosen) - 1} more" if driver.chosen[1:] else ""
        assumptions = [f"{driver.runs[0].entry.name} uses {setting} of {first.module.name}"]
        if not first.choice:
            needed = " or ".join(driver.row.distributions)
            assumptions.append(f"{setting} means {needed}, the only driver that the program needs")
        return self.finding(
            where,
            f"{name} {fate}",
            f"{name} {fate}: {row.frameworks[0]} calls it for {first.choice or _UNTOLD} of {setting}{more},"
            f" in greenthreads of {driver.library}; in {names_of(list(driver.runs))}",
            identity=(name, row.id, first.module.name),
            witness=(
                teller.entry(driver.runs[0]),
                Step(Role.BLOCK, where, f"{name}, which {setting} chooses, {fate}, and every greenthread waits"),
            ),
            confidence=Confidence.LIKELY,
            assumptions=tuple(assumptions),
            help=f"use {driver.replacement}" if driver.replacement else "",
        )


_UNTOLD = "what the environment tells"
_FATES = {
    "always": "blocks whatever is patched",
    "hook": "blocks until {hook} has been called",
    "hangs": "hangs in a greenthread",
    "raises": "raises {raises} in a greenthread",
}
