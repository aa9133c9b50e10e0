"""``greenlint graph``: what is drawn, and where it goes. The engine is the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.cli import main
from tests.baseline.programs import CLIENTS, MAIN, SECOND_CLIENT, lay

STATUS = """\
import eventlet

from clients import fetch_again


def poll():
    while True:
        eventlet.spawn(fetch_again, "http://shop.example/status")
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with a finding in each of two ways into it."""
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS + SECOND_CLIENT, main=MAIN, status=STATUS))
    return tmp_path


def drawn(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """The slots' lines of the findings that a command draws."""
    assert main(["graph", *words]) == 0
    out = capsys.readouterr().out
    return [line.strip().rpartition("<br/>")[2].split('"')[0] for line in out.splitlines() if "]:::object" in line]


def test_draws_all_findings_as_mermaid_by_default(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys) == ["clients.py:3", "clients.py:10"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("clients.py:3", ["clients.py:3"]),
        ("GRN101@clients.py:3", ["clients.py:3"]),
        ("shared-client@clients.py:3:8", ["clients.py:3"]),
        ("main.py:14", ["clients.py:3"]),
        ("clients.py:14", ["clients.py:10"]),
    ],
)
def test_draws_the_finding_of_any_of_its_steps(
    shop: Path, capsys: pytest.CaptureFixture[str], place: str, expected: list[str]
) -> None:
    assert drawn(capsys, place) == expected


def test_draws_why_a_client_is_not_reported_with_its_lock(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guarded = CLIENTS.replace("HTTP =", "LOCK = threading.Lock()\nHTTP =").replace(
        "    return HTTP", "    with LOCK:\n        return HTTP"
    )
    lay(shop, clients=f"import threading\n{guarded}")
    assert main(["graph", "clients.py:5"]) == 0
    out = capsys.readouterr().out
    assert '"httplib2.Http made at clients.py:5 is not reported"' in out
    assert 'p1s4["4. LOCK is taken here<br/>clients.py:9"]:::guard' in out
    assert "p1s4 --> p1s5" in out


@pytest.mark.parametrize("name", ["main", "main:main"])
def test_draws_the_findings_of_an_entry_point(shop: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert drawn(capsys, "--entry-point", name) == ["clients.py:3"]


def test_draws_known_and_suppressed_findings_when_they_are_named(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", "--add-noqa"])
    capsys.readouterr()
    assert drawn(capsys, "clients.py:3") == ["clients.py:3"]
    assert drawn(capsys) == []


@pytest.mark.parametrize(
    ("file", "start"),
    [
        ("p.html", "<!DOCTYPE html>"),
        ("p.dot", "digraph"),
        ("p.gv", "digraph"),
        ("p.mmd", "flowchart"),
        ("p", "flowchart"),
    ],
)
def test_the_ending_of_the_file_tells_the_form(shop: Path, file: str, start: str) -> None:
    assert main(["graph", "-o", file]) == 0
    assert (shop / file).read_text(encoding="utf-8").startswith(start)


def test_the_form_can_be_chosen(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["graph", "--output-format", "dot"])
    assert capsys.readouterr().out.startswith("digraph")


def test_says_that_there_is_nothing_to_draw(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--select", "GRN102"]) == 0
    assert capsys.readouterr().out == "Nothing to draw: no findings.\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["clients.py"], "'clients.py' is not of the form [CODE@]PATH:LINE, for example GRN101@app/clients.py:6"),
        (["clients.py:1"], "nothing is reported at clients.py:1; `greenlint explain clients.py:1` tells where"),
        (["GRN102@clients.py:3"], "GRN102 is not reported at clients.py:3; `greenlint explain clients.py:3` tells"),
        (["client.py:3"], "client.py: no such file or directory; did you mean 'clients.py'?"),
        (["--entry-point", "maim"], "unknown entry point 'maim'; did you mean 'main'?"),
        (["--output-format", "svg"], "invalid choice: 'svg'"),
        (["-o", "no/such/place.html"], "cannot write no/such/place.html"),
    ],
)
def test_a_mistake_is_named(shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str) -> None:
    assert main(["graph", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_nothing_is_drawn_of_a_run_in_which_a_rule_failed(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from greenlint.rules.shared_client import SharedClient

    def fail(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(SharedClient, "check", fail)
    assert main(["graph"]) == 2
    assert "internal error in GRN101 (shared-client): KeyError: 'lost'" in capsys.readouterr().err
