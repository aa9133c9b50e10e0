"""The evidence in docs/ is what the commands that it names would write from what is committed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "benchmarks" / "corpus"
SNAPSHOTS = sorted((ROOT / "benchmarks" / "snapshots").glob("*.toml"))
JUDGED = [
    pytest.param(finding, id=f"{path.stem} {finding['code']} {finding['path']}:{finding['line']}")
    for path in SNAPSHOTS
    for finding in tomllib.loads(path.read_text(encoding="utf-8")).get("finding", [])
]


def test_there_are_pinned_projects_that_were_read() -> None:
    files = [tomllib.loads(path.read_text(encoding="utf-8"))["files"] for path in SNAPSHOTS]
    assert sum(count > 0 for count in files) >= 14


@pytest.mark.parametrize("finding", JUDGED)
def test_each_finding_has_a_verdict_with_a_reason(finding: dict[str, Any]) -> None:
    assert finding["verdict"] in ("true", "arguable", "false", "unread")
    assert len(finding["reason"].split()) > 5 or finding["verdict"] == "unread"


@pytest.mark.parametrize(
    "words",
    [["snapshots.py", "--table"], ["corpus/shown.py"], ["corpus/unseen.py"]],
    ids=["snapshots", "corpus", "unseen"],
)
def test_each_table_is_that_of_what_is_committed(words: list[str]) -> None:
    script, *options = words
    command = [sys.executable, ROOT / "benchmarks" / script, *options]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(table) > 1000
    assert table in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_each_case_of_the_corpus_was_run_and_each_bug_that_is_missed_has_one_reason() -> None:
    results = {row["id"]: row for row in read_lines("results")}
    assert list(results) == [row["id"] for name in ("bugs", "quiet") for row in read_lines(name)]
    assert [row for row in results.values() if row.get("error")] == []
    missed = {name for name, row in results.items() if row.get("reach") and not row.get("caught")}
    assert set(tomllib.loads((CORPUS / "misses.toml").read_text(encoding="utf-8"))) == missed


def test_each_unseen_bug_that_is_missed_has_one_reason() -> None:
    outcomes = tomllib.loads((CORPUS / "unseen.toml").read_text(encoding="utf-8"))
    assert list(outcomes) == [row["id"] for row in read_lines("unseen")]
    assert {name for name, told in outcomes.items() if told["now"] == "missed"} == {
        name for name, told in outcomes.items() if told.get("missing")
    }


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_no_run_disagrees_with_what_is_said_of_the_program() -> None:
    table = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
    assert "which is not so" not in table
    assert table.count("\n| ") > 500
