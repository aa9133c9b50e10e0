"""The last lines of the text formats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenlint.model import Finding, Report
from greenlint.reporters._closing import closing
from tests.reporters.samples import LATE, SHARED, UNREADABLE


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        pytest.param((), "All checks passed!", id="nothing found"),
        pytest.param((SHARED,), "Found 1 error.", id="singular"),
        pytest.param((SHARED,) * 3 + (LATE,), "Found 3 errors, 1 warning.", id="the documented line"),
        pytest.param((LATE, LATE), "Found 2 warnings.", id="no zero is mentioned"),
        pytest.param(
            (SHARED, replace(LATE, suppressed="noqa")),
            "Found 1 error, 1 suppressed finding.",
            id="a suppressed finding is no warning",
        ),
    ],
)
def test_counts_findings_by_severity(findings: tuple[Finding, ...], said: str) -> None:
    assert list(closing(Report("/", findings), statistics=False, quiet=False)) == [said]


def test_does_not_say_that_all_passed_when_a_file_was_not_read() -> None:
    report = Report("/", notices=(UNREADABLE,))
    assert list(closing(report, statistics=False, quiet=False)) == ["Found 1 notice."]


def test_mentions_what_blanket_noqa_comments_hide() -> None:
    assert list(closing(Report("/", hidden=1), statistics=False, quiet=False)) == [
        "All checks passed!",
        "1 finding hidden by blanket noqa (--show-suppressed)",
    ]


def test_tells_what_the_baseline_holds_back() -> None:
    assert list(closing(Report("/", known=2), statistics=False, quiet=False)) == [
        "All checks passed!",
        "2 findings held back by the baseline (--show-suppressed)",
    ]


def test_lists_stale_entries_up_to_a_few() -> None:
    entries = tuple(f"GRN101 app.CLIENT{number}" for number in range(7))
    assert list(closing(Report("/", stale=entries[:1]), statistics=False, quiet=False))[1:] == [
        "1 entry of the baseline is stale (--write-baseline removes them):",
        "  GRN101 app.CLIENT0",
    ]
    lines = list(closing(Report("/", stale=entries), statistics=False, quiet=False))
    assert lines[1] == "7 entries of the baseline are stale (--write-baseline removes them):"
    assert lines[-2:] == ["  GRN101 app.CLIENT4", "  and 2 more"]


def test_quiet_leaves_all_of_it_out() -> None:
    assert list(closing(Report("/", hidden=1, known=2, stale=("x",)), statistics=False, quiet=True)) == []
