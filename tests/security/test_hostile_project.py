"""A run over a hostile project reads its files and does nothing else with them, as the interpreter itself tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from greenlint.cachedir import DEFAULT_NAME
from tests.security.hostile import lay_hostile

REPOSITORY = Path(__file__).parents[2]
COMMANDS = [
    ("check", "--jobs=1"),
    ("check", "--jobs=2", "--output-format=sarif"),
    ("entry-points", "--no-cache"),
    ("explain", "app/late.py:8"),
    ("graph", "GRN101@app/late.py:8"),
]
OWN_WORKERS = {"concurrent.futures.process", "greenlint.summary.summarising"}
"""Modules of what greenlint's own processes tell each other."""

STARTING = ("subprocess", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.startfile")
CHANGES = (
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.link", "os.symlink", "os.truncate", "os.ch",
)  # fmt: skip


@dataclass(frozen=True)
class Done:
    """A command that was run in ``root``, and the events that it caused."""

    root: Path
    words: tuple[str, ...]
    status: int
    output: str
    events: tuple[tuple[str, ...], ...]

    def about(self, *kinds: str) -> list[str]:
        """What the events of these kinds were about."""
        return [str(event[1]) for event in self.events if event[0].startswith(kinds)]

    def below(self, directory: Path, *kinds: str) -> list[str]:
        """Files and folders below a directory that events of these kinds were about."""
        paths = [os.path.join(self.root, path) for path in self.about(*kinds) if path[:1] != "<"]
        return [path for path in paths if Path(path).is_relative_to(directory)]

    def changed(self) -> set[Path]:
        """What was opened for writing, made, renamed, removed or marked."""
        found = [os.path.join(self.root, path) for path in self.about("open", *CHANGES) if not path.isdigit()]
        return {Path(path) for path in found} - {Path(os.devnull)}


def audited(root: Path, log: Path, words: tuple[str, ...]) -> Done:
    """Run greenlint in the root as its command does, with only its own code on the path."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}  # it writes files
    environment = {**plain, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, Path(__file__).with_name("audited.py"), log, *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)
    events = tuple(tuple(json.loads(line)) for line in log.read_text().splitlines())
    return Done(root, words, done.returncode, done.stdout + done.stderr, events)


@pytest.fixture(scope="module", params=COMMANDS, ids=" ".join)
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = tmp_path_factory.mktemp("hostile")
    result = audited(lay_hostile(place), place / "log", request.param)
    assert result.status in (0, 1), result.output
    return result


def test_it_is_really_read(done: Done) -> None:
    assert str(done.root / "app/late.py") in done.about("read")


def test_nothing_of_it_runs(done: Done) -> None:
    assert list((done.root.parent / "marks").iterdir()) == []
    assert done.below(done.root, "exec") == []
    assert "<unknown>" not in done.about("exec"), "what was parsed is not run"
    (loaded,) = [event[1:] for event in done.events if event[0] == "loaded"]
    assert [file for file in loaded if Path(file).is_relative_to(done.root)] == []


def test_nothing_is_started_connected_or_unpickled(done: Done) -> None:
    assert done.about(*STARTING, "socket", "ctypes.dlopen") == []
    assert set(done.about("pickle.find_class")) <= (set() if "--jobs=1" in done.words else OWN_WORKERS)


def test_nothing_is_written_but_the_cache(done: Done) -> None:
    assert [path for path in done.changed() if not path.is_relative_to(done.root / DEFAULT_NAME)] == []


def test_nothing_outside_the_root_is_opened_through_it(done: Done) -> None:
    assert done.below(done.root.parent / "secret", "read", "open", "os.") == []
    assert "treasure" not in done.output


def test_without_a_cache_nothing_is_written_at_all(tmp_path: Path) -> None:
    done = audited(lay_hostile(tmp_path), tmp_path / "log", ("check", "--no-cache", "--jobs=1"))
    assert done.changed() == set()
    assert "GRN101" in done.output


def test_the_hook_sees_what_it_is_there_for(tmp_path: Path) -> None:
    """A run whose output goes to a file opens just this file for writing."""
    done = audited(lay_hostile(tmp_path), tmp_path / "log", ("check", "--no-cache", "-o", str(tmp_path / "report")))
    assert done.changed() == {tmp_path / "report"}
