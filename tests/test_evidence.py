"""The evidence in docs/ is what the commands that it names would write from what is committed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
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


def test_the_table_of_verdicts_is_that_of_the_snapshots() -> None:
    words = [sys.executable, ROOT / "benchmarks" / "snapshots.py", "--table"]
    table = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert table in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_no_run_disagrees_with_what_is_said_of_the_program() -> None:
    table = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
    assert "which is not so" not in table
    assert table.count("\n| ") > 500
