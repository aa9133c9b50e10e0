"""The whole tree of fixture programs, many roots in one run, in every mode: the same findings.

Each program is taken as it is written. ``python -m tests.matrix --whole-tree`` takes it under every library that
it can be spelled for, and every start method of pylint's workers as well.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from greenlint.engine import rules
from tests.fixtures.catalogue import programs

from . import counting
from .hosts import PYTHON, Line, Run, command, flake8, pylint

EVERYTHING = bool(os.environ.get("GREENLINT_TEST_EVERYTHING"))
PROGRAMS = programs() if EVERYTHING else list({program.name: program for program in reversed(programs())}.values())
FOLDERS = tuple(program.folder for program in PROGRAMS)
FAMILIES = ("GRN1", "GRN2", "GRN3", "GRN4")

OPT_IN = ",".join(code for code, rule in rules().items() if rule.opt_in and code.startswith(FAMILIES))
WORDS: dict[Callable[..., Run], Sequence[str]] = {
    command: ("--extend-select", OPT_IN),
    flake8: (f"--select=GRN,{OPT_IN}",),
    pylint: ("--recursive=y",),  # to enable a plugin by its name is to enable all of its messages
}
"""What makes each front end ask all rules about programs, those that are opt-in among them."""

with_everything = pytest.mark.skipif(not EVERYTHING, reason="python -m tests.matrix --whole-tree runs this")

Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Who analysed which program and checked which file: process ids by path."""

    analysed: Mapping[str, Sequence[str]]
    checked: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, path: Path) -> Counts:
        counts: dict[str, dict[str, list[str]]] = {"analysed": {}, "checked": {}}
        for line in path.read_text(encoding="utf-8").splitlines():
            what, process, about = line.split(" ", 2)
            counts[what].setdefault(about, []).append(process)
        return cls(**counts)

    def workers(self) -> set[str]:
        return {process for processes in self.checked.values() for process in processes}


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All fixture programs on disk, each in a folder that is the root of a program."""
    directory = tmp_path_factory.mktemp("tree")
    for program in PROGRAMS:
        program.write(directory)
    return directory


@pytest.fixture(scope="session")
def expected(tree: Path) -> list[Place]:
    """What the command tells about the tree."""
    return places(command(tree, *WORDS[command], *FOLDERS).lines)


def places(lines: Sequence[Line]) -> list[Place]:
    """What is told in files that every front end checks: scripts without an ending are left to the command."""
    ours = [line for line in lines if line.code.startswith(FAMILIES)]
    return sorted(line.place for line in ours if line.path.endswith(".py") and "(stands at " not in line.text)


@pytest.mark.usefixtures("unmeasured")  # in each mode the same code runs as behind the command
@pytest.mark.parametrize(
    ("host", "jobs", "method"),
    [
        (flake8, 1, "fork"),
        (flake8, 2, "fork"),
        (flake8, 2, "spawn"),
        (flake8, 2, "forkserver"),
        (pylint, 1, "fork"),
        (pylint, 2, "fork"),
        pytest.param(pylint, 2, "spawn", marks=with_everything),
        pytest.param(pylint, 2, "forkserver", marks=with_everything),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_tells_what_the_command_tells(
    host: Callable[..., Run], jobs: int, method: str, tree: Path, expected: list[Place], tmp_path: Path
) -> None:
    counts = tmp_path / "counts"
    launch = (PYTHON, counting.__file__, method, host.__name__)
    run = host(tree, f"-j{jobs}", *WORDS[host], *FOLDERS, launch=launch, GREENLINT_TEST_COUNTS=str(counts))
    assert run.errors == ""
    assert places(run.lines) == expected
    assert_each_program_is_analysed_once(Counts.read(counts), tree, workers=jobs)


def assert_each_program_is_analysed_once(counts: Counts, tree: Path, workers: int) -> None:
    assert set(counts.analysed) == {str((tree / folder).resolve()) for folder in FOLDERS}
    assert {path: number for path, number in map(_number, counts.analysed.items()) if number != 1} == {}
    assert {path: number for path, number in map(_number, counts.checked.items()) if number != 1} == {}
    assert len(counts.workers()) == workers


def _number(item: tuple[str, Sequence[str]]) -> tuple[str, int]:
    path, processes = item
    return path, len(processes)


def test_every_family_that_has_rules_is_compared(expected: list[Place]) -> None:
    families = Counter(code[:4] for _, _, code in expected)
    assert min(families[family] for family in FAMILIES) > 10
