"""Every fixture program, each in a test of its own and in this process: what a mutant is tried on.

``tests/fixtures/test_programs.py`` asks the command once about all of them; here a mutant meets the programs that reach
it and no others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint import engine
from greenlint.model import Finding
from tests.fixtures.catalogue import Program, programs
from tests.fixtures.checking import Reported, differences


@pytest.mark.parametrize("program", programs(), ids=str)
def test_is_reported_exactly_where_it_says(program: Program, tmp_path: Path) -> None:
    program.write(tmp_path)
    report = engine.check([tmp_path / program.folder], engine.Request(cache=False, jobs=1))
    assert not report.notices
    assert not differences(program, map(reported, report.findings))


def reported(finding: Finding) -> Reported:
    place = finding.location
    return Reported(place.path, place.line, place.column, finding.code, finding.severity.value, finding.message)
