"""Reports to render: the example of the documentation, and what else a format must cope with."""

from __future__ import annotations

from pathlib import Path

from greenlint.model import (
    Confidence,
    Finding,
    Location,
    Notice,
    Report,
    Role,
    RuleInfo,
    Severity,
    Statistics,
    Step,
)

CLIENTS = '''\
"""Clients."""

import httplib2

# one for everybody
HTTP = httplib2.Http()


def fetch(url):
    return HTTP.request(url)
'''

MAIN = '''\
"""Fetch many addresses."""

import eventlet

eventlet.monkey_patch()

from eventlet import GreenPool

from app.clients import fetch


# runs in a greenthread,
# one for each address
def worker(url):
    return fetch(url)


def main(urls):
    """Fetch them all."""
    pool = GreenPool()
    for url in urls:
        pool.spawn_n(worker, url)
    pool.waitall()
'''

SOURCES = {"app/__init__.py": "", "app/clients.py": CLIENTS, "app/main.py": MAIN}

RULES = {
    "GRN101": RuleInfo(
        "GRN101", "shared-client", Severity.ERROR, "One client is used by several greenthreads.", "# GRN101\n"
    ),
    "GRN302": RuleInfo("GRN302", "late-monkey-patch", Severity.WARNING, "Patched after an import.", "# GRN302\n"),
}

STATISTICS = Statistics(files=3, parsed=2, cached=1, functions=3, calls=6, unresolved_calls=1, roots=1, seconds=0.25)


def at(path: str, line: int, column: int, end_column: int, end_line: int = 0) -> Location:
    """A stretch on one line, or up to ``end_line``."""
    return Location(path, line, column, end_line or line, end_column)


SHARED = Finding(
    code="GRN101",
    name="shared-client",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    location=at("app/clients.py", 6, 8, 23),
    title="one httplib2.Http is used by several greenthreads at once",
    message=(
        "httplib2.Http shared by greenthreads spawned at app/main.py:22 (worker -> fetch), used at app/clients.py:10"
    ),
    witness=(
        Step(Role.CREATE, at("app/clients.py", 6, 8, 23), "made once, when app.clients is imported"),
        Step(Role.SPAWN, at("app/main.py", 22, 9, 34), "greenthreads start here, in a loop"),
        Step(Role.CALL, at("app/main.py", 15, 12, 22), "worker() calls fetch()"),
        Step(Role.USE, at("app/clients.py", 10, 12, 29), "used here, no lock held"),
    ),
    failure="RuntimeError: Second simultaneous read on fileno N detected",
    because="both greenthreads read the connection that httplib2 keeps per host",
    help="make one per greenthread, or check one out of eventlet.pools.Pool",
    identity=("app.clients.HTTP", "app.main.worker", "app.clients.fetch"),
    fingerprint="a3f0c2d4e5b60718293a4b5c6d7e8f90",
)

LATE = Finding(
    code="GRN302",
    name="late-monkey-patch",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    location=at("app/main.py", 7, 1, 31),
    title="eventlet.GreenPool is imported before the patch",
    message="eventlet is imported before [the] patch, 100% of the time; really: yes",
    assumptions=("app.main is the entry point",),
    fingerprint="00112233445566778899aabbccddeeff",
)

UNREADABLE = Notice("GRN901", "app/old.py", 3, "cannot be parsed: print is a function")


def report(root: Path) -> Report:
    """Both findings and a notice."""
    return Report(str(root), (SHARED, LATE), (UNREADABLE,), STATISTICS, RULES, hidden=2)


def clean(root: Path) -> Report:
    """Nothing found."""
    return Report(str(root), statistics=STATISTICS, rules=RULES)
