"""The fixtures, all programs in one run: the same bytes, whatever is remembered and however many processes work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from greenlint import engine
from greenlint.cachedir import DEFAULT_NAME
from greenlint.summary import summarising
from tests.engine.shop import said

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixtures, where a cache may be kept."""
    return shutil.copytree(FIXTURES, tmp_path_factory.mktemp("programs") / "programs")


def check(copy: Path, **request: object) -> str:
    return said(engine.check([copy], engine.Request(**request)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def alone(copy: Path) -> str:
    """What one process says that remembers nothing."""
    told = check(copy, cache=False, jobs=1)
    assert told.count("GRN101") > 100
    return told


def test_two_runs_and_any_number_of_processes_give_the_same(
    copy: Path, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising, "WORKER_BYTES", 1000)
    assert check(copy, cache=False, jobs=2) == alone


def test_whatever_is_remembered(copy: Path, alone: str) -> None:
    assert check(copy) == alone
    assert check(copy) == alone
    for record in copy.rglob(f"{DEFAULT_NAME}/run-*"):
        record.unlink()
    assert check(copy) == alone
    for cache in copy.rglob(DEFAULT_NAME):
        for number, shard in enumerate(sorted(cache.glob("facts-*"))):
            if number % 2:
                shard.write_bytes(shard.read_bytes()[:-1])
    assert check(copy) == alone
