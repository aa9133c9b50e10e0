"""Names that are hard to print, and files that are no files: each is told in every format, and nothing waits."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from greenlint import engine
from greenlint.reporters import names, reporter
from tests.hostile.pipeline import FOUND, PROBE, analysed, found
from tests.source.trees import lay

AWKWARD = {
    "space": b"my shop.py",
    "newline": b"my\nshop.py",
    "return": b"my\rshop.py",
    "escape": b"my\x1b[31mshop.py",
    "not utf-8": b"caf\xe9.py",
    "half a pair": "caf\ud800.py".encode("utf-8", "surrogatepass"),
    "right to left": "shop\u202eyp.py".encode(),
    "quotes": b"my\"'`<&>]]>shop.py",
    "percent": b"my%20shop%s.py",
    "colons": b"::error file=x::shop.py",
    "dash": b"-c.py",
    "backslash": b"my\\shop.py",
    "only a suffix": b".py",
    "long": b"x" * 250 + b".py",
    "marks": "e\u0301\u200b\u00ad.py".encode(),
}

FOR_PEOPLE = ("full", "concise", "grouped", "pylint")

every_name = pytest.mark.parametrize("name", AWKWARD.values(), ids=AWKWARD)


def place(root: Path, name: bytes) -> Path:
    """Write the probe under an awkward name in an awkward folder."""
    root = lay(root, {"pyproject.toml": ""})
    folder = os.path.join(os.fsencode(root), name.removesuffix(b".py") or b"folder")
    os.mkdir(folder)
    path = os.path.join(folder, name)
    with open(path, "w") as stream:
        stream.write(PROBE)
    return Path(os.fsdecode(path))


@every_name
def test_a_file_is_found_under_any_name_and_shown_in_every_format(tmp_path: Path, name: bytes) -> None:
    path = place(tmp_path, name)
    report = analysed(tmp_path)
    assert found(report) == [FOUND]
    assert report.findings[0].location.path == path.relative_to(tmp_path).as_posix()
    assert found(analysed(tmp_path, [path])) == [FOUND]


@every_name
def test_no_name_writes_a_line_or_steers_a_terminal(tmp_path: Path, name: bytes) -> None:
    place(tmp_path / "awkward", name)
    place(tmp_path / "plain", b"shop.py")
    for style in names():
        awkward, plain = (printed(tmp_path / folder, style) for folder in ("awkward", "plain"))
        assert len(awkward.splitlines()) == len(plain.splitlines()), style
        assert style not in FOR_PEOPLE or awkward.replace("\n", "").isprintable()


def printed(root: Path, style: str) -> str:
    """What a format says of the program at the root."""
    report = engine.check([root], engine.Request(cache=False, jobs=1))
    return "\n".join(reporter(style)(report, cwd=root, colour=False, statistics=False))


@every_name
def test_the_command_reads_such_a_name_and_prints_it(tmp_path: Path, name: bytes) -> None:
    path = place(tmp_path, name)
    words = [sys.executable, "-m", "greenlint", "check", "--output-format", "json", "--", os.fsencode(path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert [finding["code"] for finding in json.loads(done.stdout)["findings"]] == ["GRN101"]


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"pyproject.toml": "", "a.py": PROBE, "folder.py/": "", "docs/": ""})
    for name in ("pipe.py", "Procfile", "run.sh", "docs/.gitignore", "docs/setup.py", "bin"):
        os.mkfifo(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        (tmp_path / "null.py").symlink_to(os.devnull)
        (tmp_path / "loop.py").symlink_to("loop.py")
        (tmp_path / "up").symlink_to(".", target_is_directory=True)
        report = analysed(tmp_path)
    assert found(report) == [FOUND]
    assert [notice.path for notice in report.notices] == []


@pytest.mark.parametrize("name", ["greenlint.toml", "setup.cfg", "tox.ini", "known.json"])
def test_a_configuration_that_is_a_pipe_makes_nothing_wait(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {"pyproject.toml": '[tool.greenlint]\nbaseline = "known.json"\n', "a.py": PROBE, "known.json": ""})
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    words = [sys.executable, "-m", "greenlint", "check", "--no-cache", "-q"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == (2 if name == "known.json" else 1)
    assert ("known.json: the baseline cannot be read" in done.stderr) == (name == "known.json")
