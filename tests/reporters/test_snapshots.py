"""What each format prints for the sample report, word for word.

The expected texts are in ``expected/``. A format that changes shows as a difference there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.model import Report
from greenlint.reporters import names, reporter
from tests.reporters.samples import clean

EXPECTED = Path(__file__).parent / "expected"


def rendered(name: str, report: Report, **view: bool) -> str:
    view = {"colour": False, "statistics": False} | view
    lines = reporter(name)(report, cwd=Path(report.root), **view)
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("name", names())
def test_prints_the_sample_report(name: str, sample: Report) -> None:
    assert rendered(name, sample) == (EXPECTED / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", names())
def test_prints_a_report_without_findings(name: str, tmp_path: Path) -> None:
    assert rendered(name, clean(tmp_path)) == (EXPECTED / f"{name}-clean.txt").read_text()


def test_every_expected_text_belongs_to_a_format() -> None:
    stems = {path.stem.removesuffix("-clean") for path in EXPECTED.glob("*.txt")}
    assert stems == set(names())
