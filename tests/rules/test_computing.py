"""GRN206 and GRN207: told to those who ask, by select or in the configuration, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.engine import Request, check
from tests.fixtures.catalogue import FIXTURES

HASH = "password_hash.py"
LOOP = "loop_that_polls.py"


def told(directory: Path, program: str, configuration: str = "", **overrides: str) -> list[str]:
    """The codes of what is said about a fixture program, under a configuration of its own."""
    (directory / "greenlint.toml").write_text(configuration)
    (directory / program).write_text((FIXTURES / "computing" / program).read_text())
    return [finding.code for finding in check([directory], Request(overrides=overrides)).findings]


@pytest.mark.parametrize("program", [HASH, LOOP])
def test_is_off_by_default(tmp_path: Path, program: str) -> None:
    assert told(tmp_path, program) == []


@pytest.mark.parametrize(("program", "code"), [(HASH, "GRN206"), (LOOP, "GRN207")])
def test_is_on_for_those_who_select_it(tmp_path: Path, program: str, code: str) -> None:
    assert told(tmp_path, program, **{"extend-select": code}) == [code]


@pytest.mark.parametrize(("program", "code"), [(HASH, "GRN206"), (LOOP, "GRN207")])
@pytest.mark.parametrize("word", ["GRN2", "ALL", "cpu-bound-call"])
def test_is_on_by_configuration(tmp_path: Path, program: str, code: str, word: str) -> None:
    wanted = [code] if word != "cpu-bound-call" or code == "GRN206" else []
    assert told(tmp_path, program, f'extend-select = ["{word}"]\n') == wanted


def test_can_be_left_out_of_a_family(tmp_path: Path) -> None:
    assert told(tmp_path, LOOP, 'select = ["GRN2"]\nignore = ["never-yielding-loop"]\n') == []
