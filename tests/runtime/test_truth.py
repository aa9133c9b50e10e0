"""A program that shares a client fails, mixes answers or leaks state when it runs; a silent one does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.fixtures.catalogue import Program, programs

from .busy import again_if_busy
from .running import run
from .servers import all_servers

pytestmark = pytest.mark.runtime

RUNNABLE = [program for program in programs() if program.servers]
REPORTED = [program for program in RUNNABLE if program.shares()]
SILENT = [program for program in RUNNABLE if program not in REPORTED]


@pytest.fixture(scope="session")
def servers() -> Iterator[Mapping[str, str]]:
    with all_servers() as addresses:
        yield addresses


@pytest.mark.parametrize("program", REPORTED, ids=str)
@again_if_busy
def test_reported_program_goes_wrong(program: Program, tmp_path: Path, servers: Mapping[str, str]) -> None:
    outcome = run(program, tmp_path, servers)
    assert outcome.wrong or outcome.hung or outcome.collided, str(outcome)


@pytest.mark.parametrize("program", SILENT, ids=str)
@again_if_busy
def test_silent_program_goes_well(program: Program, tmp_path: Path, servers: Mapping[str, str]) -> None:
    outcome = run(program, tmp_path, servers)
    assert outcome.sound, str(outcome)
    assert outcome.answers >= 2, "a program that asks less than two questions shows nothing"
