"""Each call and each use of native threads that was measured is shown by a fixture program, or has a reason.

What a program claims is what was measured; ``pytest -m runtime`` holds what it claims to what it shows when it is run.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.annotations import Claim
from tests.fixtures.catalogue import Program, programs

from .test_blocking import faulty, header
from .test_patching import shows

LIBRARIES = ("eventlet", "gevent")
MEASURED = tomllib.loads(Path(__file__).with_name("measured.toml").read_text(encoding="utf-8"))
ROWS = [
    pytest.param(library, row["measured"][index], row, id=f"{name}-{library}")
    for table in MEASURED.values()
    for name, row in table.items()
    for index, library in enumerate(LIBRARIES)
]
PROGRAMS = {(program.name, program.library): program for program in programs()}


@pytest.mark.parametrize(("library", "measured", "row"), ROWS)
def test_what_was_measured_is_shown_by_a_program_or_has_a_reason(
    library: str, measured: str, row: dict[str, Any]
) -> None:
    named = [shown.partition(":") for shown in row["shown"]]
    shown = [(PROGRAMS[name, library], part) for name, _, part in named if (name, library) in PROGRAMS]
    assert len(shown) == (1 if named else 0)
    agrees = [goes_wrong(program, part) == (measured != "well") for program, part in shown]
    assert agrees == [True] or len(row.get("because", "").split()) > 5


def goes_wrong(program: Program, function: str) -> bool:
    """Whether a program that is run claims a fault, or a function of one that is watched."""
    source = program.files[program.main]
    if function:
        assert header(program, "heartbeat")
        assert function in watched(source)
        return function in faulty(source)
    assert shows(program) or program.servers
    return any(annotation.claim is not Claim.FALSE for _, annotation in program.annotations())


def watched(source: str) -> set[str]:
    """The names of the functions that a program watches, one after the other."""
    loops = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.For)]
    lists = [loop.iter for loop in loops if isinstance(loop.target, ast.Name) and loop.target.id == "function"]
    return {name.id for listed in lists for name in ast.walk(listed) if isinstance(name, ast.Name)}


def test_each_program_that_is_named_exists() -> None:
    named = {shown.partition(":")[0] for table in MEASURED.values() for row in table.values() for shown in row["shown"]}
    assert named <= {name for name, _ in PROGRAMS}
    assert len(MEASURED["calls"]) > 90
    assert len(MEASURED["threads"]) > 25
