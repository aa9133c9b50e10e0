"""What a checked program leaves behind, for those who collect no garbage meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenlint import engine
from greenlint.project.program import Module
from tests.engine.shop import check, write


@pytest.fixture
def collecting() -> Iterator[None]:
    """A process that collects when it is told to only."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    yield
    if was_on:
        gc.enable()


def modules_left(root: Path) -> int:
    """The modules in memory after a check of the program."""
    check(root)
    return sum(isinstance(each, Module) for each in gc.get_objects())


@pytest.mark.usefixtures("collecting")
class TestSeveralPrograms:
    """Programs that are checked one after the other, as those of one command are."""

    def test_that_are_small_are_left_to_the_end(self, tmp_path: Path) -> None:
        one = modules_left(write(tmp_path / "one"))
        assert one > 0
        assert modules_left(write(tmp_path / "another")) == 2 * one

    def test_that_are_large_are_let_go_before_the_next_is_checked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "MOST_LEFT", 100)
        one = modules_left(write(tmp_path / "one"))
        assert one > 0
        assert modules_left(write(tmp_path / "another")) < 2 * one
