"""A program that changes under the eyes of a run, and a run that is cut off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from greenlint import engine
from greenlint.engine import run
from greenlint.reporters import names, reporter
from tests.hostile.pipeline import FOUND, PROBE, analysed, found
from tests.source.trees import lay


def vanish(root: Path) -> None:
    (root / "app/b.py").unlink()


def vanish_with_its_folder(root: Path) -> None:
    shutil.rmtree(root / "app")


def become_a_folder(root: Path) -> None:
    vanish(root)
    (root / "app/b.py").mkdir()


def become_a_pipe(root: Path) -> None:
    vanish(root)
    os.mkfifo(root / "app/b.py")


def become_a_link(root: Path) -> None:
    vanish(root)
    (root / "app/b.py").symlink_to(root / "main.py")


def lose_its_permission(root: Path) -> None:
    (root / "app/b.py").chmod(0)


def lose_its_last_lines(root: Path) -> None:
    (root / "app/b.py").write_text("import eventlet\n")


CHANGES = [vanish, vanish_with_its_folder, become_a_folder, become_a_pipe, become_a_link, lose_its_last_lines]
every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "root", {"pyproject.toml": "", "main.py": PROBE, "app/b.py": PROBE})


@every_change
def test_between_the_listing_and_the_reading(
    root: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run.discover

    def discover(*words: object, **more: object) -> object:
        files = plain(*words, **more)  # type: ignore[arg-type]
        change(root)
        return files

    monkeypatch.setattr(run, "discover", discover)
    report = analysed(root)
    assert found(report) == [FOUND]
    told = [notice.path for notice in report.notices]
    assert told == ([] if change is lose_its_last_lines else ["app/b.py"])


@every_change
def test_between_the_analysis_and_the_report(root: Path, change: Callable[[Path], None]) -> None:
    report = engine.check([root], engine.Request(cache=False))
    assert found(report) == [FOUND, FOUND]
    change(root)
    for name in names():
        lines = list(reporter(name)(report, cwd=root, colour=False, statistics=True))
        assert any("b.py" in line for line in lines), name


@every_change
def test_between_two_runs_that_share_a_cache(root: Path, change: Callable[[Path], None]) -> None:
    engine.check([root], engine.Request())
    change(root)
    kept, fresh = engine.check([root], engine.Request()), engine.check([root], engine.Request(cache=False))
    assert (kept.findings, kept.notices) == (fresh.findings, fresh.notices)


def test_a_file_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_its_permission(root)
    plain = os.open

    def opened(path: str, *words: int, **more: int) -> int:
        if str(path).endswith("b.py"):
            raise PermissionError(13, "Permission denied")
        return plain(path, *words, **more)

    monkeypatch.setattr(os, "open", opened)  # the superuser may read it all the same
    report = analysed(root)
    assert found(report) == [FOUND]
    assert [str(notice.message) for notice in report.notices] == ["cannot be analysed: Permission denied"]


class TestSignals:
    SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may ignore it
from greenlint.cli import main
from greenlint.summary import summarising

summarising.WORKER_BYTES = 1
plain = summarising.summarise

def summarise(tree):
    print("working", flush=True)
    time.sleep({nap})
    return plain(tree)

summarising.summarise = summarise
sys.exit(main(["check", "--jobs=2", "-q"]))
"""

    def interrupted(self, root: Path, number: signal.Signals) -> tuple[int, str, float]:
        """Start a run with two workers, end it while they work, and wait until nobody holds its output."""
        words = [sys.executable, "-c", self.SLOW.format(nap=0.05)]
        with subprocess.Popen(
            words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n"
            process.send_signal(number)
            since = time.monotonic()
            _, err = process.communicate(timeout=30)  # workers hold the pipes as long as they live
            return process.returncode, err, time.monotonic() - since

    @pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_end_the_run_and_its_workers_and_harm_no_cache(self, root: Path, number: signal.Signals) -> None:
        for copy in range(40):
            lay(root, {f"app/copy{copy}.py": PROBE})
        status, err, seconds = self.interrupted(root, number)
        assert status == (130 if number is signal.SIGINT else -number)
        assert seconds < 15
        assert "Traceback" not in err
        kept, fresh = engine.check([root], engine.Request()), engine.check([root], engine.Request(cache=False))
        assert kept.findings == fresh.findings
        assert len(kept.findings) == 42
