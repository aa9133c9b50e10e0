"""What is told about a line: the proof, or where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint import engine
from greenlint.model import Explanation, Role
from tests.baseline.programs import CLIENTS, MAIN, SECOND_WAY, lay

GUARDED = CLIENTS.replace("import httplib2", "import threading\n\nimport httplib2\n\nLOCK = threading.Lock()").replace(
    "    return HTTP", "    with LOCK:\n        return HTTP"
)
BESIDE = """

def fetch_bare(url):
    return HTTP.request(url)
"""
NESTED = """\
import eventlet

eventlet.monkey_patch()

from clients import fetch


def worker(url):
    return fetch(url)


def handle(url):
    eventlet.spawn_n(worker, url)


def serve(urls):
    for url in urls:
        eventlet.spawn_n(handle, url)


def main():
    serve(["http://shop.example/1", "http://shop.example/2"])


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=MAIN))
    return tmp_path


def told(place: str, **overrides: object) -> Explanation:
    """The one thing that is told about a place."""
    (one,) = engine.explain(place, engine.Request(overrides=overrides))
    return one


def steps(one: Explanation) -> list[tuple[Role, str, int, str]]:
    return [(step.role, step.location.path, step.location.line, step.message) for step in one.witness]


def notes(one: Explanation, label: str) -> list[str]:
    return [text for name, text in one.notes if name == label]


@pytest.mark.parametrize("place", ["clients.py:3", "clients.py:7", "main.py:14"])
def test_a_finding_is_explained_at_each_of_its_steps(shop: Path, place: str) -> None:
    one = told(place)
    assert one.headline == "GRN101 one httplib2.Http is used by several greenthreads at once"
    assert [role for role, *_ in steps(one)] == [Role.CREATE, Role.SPAWN, Role.CALL, Role.USE]
    assert notes(one, "way") == ["main.main starts main.worker"]


def test_what_another_rule_reports_is_explained_as_well(shop: Path) -> None:
    main = MAIN.replace("import eventlet\n", "import eventlet\nfrom time import sleep\n", 1)
    lay(shop, main=main.replace("    return fetch(url)", "    sleep(1)"))
    one = told("main.py:2")
    assert one.code == "GRN306"
    assert (Role.PATCH, "main.py", 4) in [step[:3] for step in steps(one)]


def test_the_chain_from_where_the_program_begins_is_named(shop: Path) -> None:
    lay(shop, main=NESTED)
    one = told("clients.py:3")
    assert notes(one, "reached from") == ["main -> main.main -> main.serve"]
    assert notes(one, "way") == ["main.serve starts main.handle, main.handle starts main.worker"]


def test_a_guarded_client_shows_its_way_and_its_lock(shop: Path) -> None:
    lay(shop, clients=GUARDED)
    one = told("clients.py:7")
    assert (one.headline, one.severity) == ("httplib2.Http made at clients.py:7 is not reported", "")
    assert steps(one)[-2:] == [
        (Role.GUARD, "clients.py", 11, "LOCK is taken here"),
        (Role.USE, "clients.py", 12, "used here, LOCK held"),
    ]
    assert notes(one, ".request at clients.py:12") == ["guarded by LOCK"]


def test_a_guarded_use_of_a_client_that_is_reported_is_told_beside_the_proof(shop: Path) -> None:
    main = MAIN.replace("import fetch", "import fetch, fetch_bare") + SECOND_WAY.replace("fetch(", "fetch_bare(")
    lay(shop, clients=GUARDED + BESIDE, main=main)
    one = told("clients.py:12")
    assert one.code == "GRN101"
    assert notes(one, ".request at clients.py:12") == ["guarded by LOCK"]


def test_another_use_without_a_lock_is_told_as_such(shop: Path) -> None:
    lay(shop, clients=CLIENTS + BESIDE, main=MAIN.replace("import fetch", "import fetch, fetch_bare") + SPAWN_BARE)
    assert notes(told("clients.py:3"), ".request at clients.py:7") == ["many greenthreads reach it as well"]


SPAWN_BARE = """

def refresh(urls):
    for url in urls:
        eventlet.spawn(fetch_bare, url)
"""


def test_the_lock_of_one_of_two_uses_is_a_step_of_the_finding(shop: Path) -> None:
    lay(shop, clients=GUARDED + BESIDE, main=TWO)
    (finding,) = engine.check([shop], engine.Request()).findings
    guard = [step for step in finding.witness if step.role is Role.GUARD]
    assert [(step.message, step.location.line, step.location.column) for step in guard] == [
        ("LOCK is taken here", 11, 5)
    ]
    assert "used here, the lock held here is not held at the other use" in [step.message for step in finding.witness]


TWO = """\
import eventlet

eventlet.monkey_patch()

from clients import fetch, fetch_bare

eventlet.spawn(fetch, "http://shop.example/1")
eventlet.spawn(fetch_bare, "http://shop.example/2")
"""


BETWEEN = """
    LOCK.acquire()
    try:
        return HTTP.request(url)
    finally:
        LOCK.release()
"""
DECORATED = """\
@lockutils.synchronized("http")
def fetch(url):
    return HTTP.request(url)
"""


@pytest.mark.parametrize(
    ("fetch", "taken"),
    [
        (f"def fetch(url):{BETWEEN}", "    LOCK.acquire()"),
        ("def fetch(url):\n    if LOCK.acquire():\n        return HTTP.request(url)\n", "    if LOCK.acquire():"),
        (DECORATED, "def fetch(url):"),
    ],
)
def test_a_lock_is_taken_where_it_is_asked_for(shop: Path, fetch: str, taken: str) -> None:
    top = "import threading\n\nimport httplib2\nfrom oslo_concurrency import lockutils\n\nLOCK = threading.Lock()\n"
    lay(shop, clients=f"{top}HTTP = httplib2.Http()\n\n\n{fetch}")
    (guard,) = [line for role, _, line, _ in steps(told("clients.py:7")) if role is Role.GUARD]
    assert (shop / "clients.py").read_text().splitlines()[guard - 1] == taken


def test_what_suppresses_a_finding_is_named(shop: Path) -> None:
    lay(shop, clients=CLIENTS.replace("Http()", "Http()  # noqa: GRN101"))
    assert notes(told("clients.py:3"), "suppressed by") == ["noqa"]


def test_a_client_is_explained_by_its_proof_if_no_selected_rule_reports_it(shop: Path) -> None:
    one = told("clients.py:3", select="GRN3")
    assert one.headline.startswith("httplib2.Http is shared by many greenthreads of one kind, but no rule that is")
    assert len(one.witness) == 4


@pytest.mark.parametrize("line", [3, 7])
def test_a_client_that_is_safe_to_share_is_told_where_it_is_made_and_used(shop: Path, line: int) -> None:
    lay(shop, clients=CLIENTS.replace("import httplib2", "import redis").replace("httplib2.Http", "redis.Redis"))
    assert told(f"clients.py:{line}").headline.startswith("redis.Redis is safe to share: ")


def test_nothing_is_told_about_any_other_line(shop: Path) -> None:
    assert engine.explain("main.py:1", engine.Request()) == ()
