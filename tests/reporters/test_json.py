"""The JSON contract: these keys, in this order, with these meanings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenlint import __version__
from greenlint.model import Report
from greenlint.reporters import reporter
from tests.reporters.samples import SHARED, at


def document(report: Report, cwd: Path | None = None) -> Any:
    lines = reporter("json")(report, cwd=cwd or Path(report.root), colour=False, statistics=False)
    return json.loads("\n".join(lines))


def test_has_exactly_the_keys_of_the_contract(sample: Report) -> None:
    whole = document(sample)
    assert list(whole) == [
        "schema_version",
        "tool",
        "root",
        "findings",
        "notices",
        "stale_baseline_entries",
        "statistics",
    ]
    assert whole["schema_version"] == 1
    assert whole["tool"] == {"name": "greenlint", "version": __version__}
    assert list(whole["findings"][0]) == [
        *("code", "name", "severity", "confidence", "message"),
        *("path", "line", "column", "end_line", "end_column"),
        *("witness", "assumptions", "help", "fingerprint", "suppressed"),
    ]
    assert list(whole["findings"][0]["witness"][0]) == [
        *("role", "path", "line", "column", "end_line", "end_column", "message")
    ]
    assert list(whole["notices"][0]) == ["code", "path", "line", "message"]
    assert list(whole["statistics"]) == [
        *("files", "parsed", "cached", "functions", "calls", "unresolved_calls", "roots", "seconds")
    ]


def test_paths_are_relative_to_the_root_and_the_root_to_the_working_directory(sample: Report) -> None:
    whole = document(sample, cwd=Path(sample.root) / "app")
    assert whole["root"] == ".."
    assert whole["findings"][0]["path"] == "app/clients.py"
    assert document(sample)["root"] == "."


def test_says_by_what_a_finding_is_suppressed_or_null(sample: Report) -> None:
    suppressed = document(replace(sample, findings=(replace(SHARED, suppressed="baseline"),)))
    assert document(sample)["findings"][0]["suppressed"] is None
    assert suppressed["findings"][0]["suppressed"] == "baseline"


def test_tells_the_entries_of_the_baseline_that_are_stale(sample: Report) -> None:
    assert document(sample)["stale_baseline_entries"] == []
    stale = replace(sample, stale=("GRN101 httplib2.Http app.HTTP",))
    assert document(stale)["stale_baseline_entries"] == ["GRN101 httplib2.Http app.HTTP"]


def test_survives_any_locale_and_any_file_name(sample: Report) -> None:
    name = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    report = replace(sample, findings=(replace(SHARED, location=at(name, 1, 1, 2), message="é"),))
    text = "\n".join(reporter("json")(report, cwd=Path(report.root), colour=False, statistics=False))
    assert text.isascii()
    assert json.loads(text)["findings"][0]["path"] == name


def test_json_lines_hold_the_same_findings_then_the_notices(sample: Report) -> None:
    lines = reporter("json-lines")(sample, cwd=Path(sample.root), colour=False, statistics=False)
    whole = document(sample)
    assert [json.loads(line) for line in lines] == whole["findings"] + whole["notices"]
