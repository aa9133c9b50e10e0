"""The fixture programs under the names of the other library, each in a test of its own and in this process.

A mutant is tried on them, and on ``tests/fixtures/test_telling.py``, which has the programs as they are written.
``tests/fixtures/test_programs.py`` asks the command once about all of them; here a mutant meets the programs that reach
it, and no others.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from greenlint import engine
from greenlint.reporters import reporter
from tests.fixtures import test_proofs
from tests.fixtures.catalogue import Program, programs
from tests.fixtures.checking import differences, reported
from tests.fixtures.telling import as_written

PROMISES = [value for name, value in vars(test_proofs).items() if name.startswith("test_")]
WRITTEN = as_written()
RENAMED = [program for program in programs() if program not in WRITTEN]


@pytest.mark.parametrize("program", RENAMED, ids=str)
def test_is_reported_exactly_where_it_says_with_a_proof(program: Program, tmp_path: Path) -> None:
    program.write(tmp_path)
    root = tmp_path / program.folder
    found = told(root)
    assert not differences(program, reported(found))
    for promise in PROMISES:
        promise((program, found))


def told(root: Path) -> list[dict[str, Any]]:
    """What JSON tells of the findings on the program at the root."""
    report = engine.check([root], engine.Request(cache=False, jobs=1))
    text = "\n".join(reporter("json")(report, cwd=root, colour=False, statistics=False))
    assert not report.notices
    findings: list[dict[str, Any]] = json.loads(text)["findings"]
    return findings
