"""Every fixture program, each in a test of its own and in this process, under each library that it names.

``tests/fixtures`` asks the command, in a process of its own, once about all of them: which program reaches which
line of greenlint does not show there.
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

PROMISES = [value for name, value in vars(test_proofs).items() if name.startswith("test_")]


@pytest.mark.parametrize("program", programs(), ids=str)
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
