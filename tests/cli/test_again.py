"""The same words over an unchanged program: what was printed is printed again, and only then."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenlint.cachedir import DEFAULT_NAME, SEAL_BYTES, seal
from greenlint.cli import again, main
from tests.damage import DAMAGES, PLACES, damaged
from tests.engine import shop

WORDS = ("check", "--output-format", "concise")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with one finding, as the working directory, without what a user may have set."""
    for name in [name for name in os.environ if name.startswith("GREENLINT_") or name in again._DECIDING[:1]]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    root = shop.write(tmp_path / "program")
    monkeypatch.chdir(root)
    return root


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """What a run prints and its exit status, in the form in which it is remembered."""
    capsys.readouterr()
    status = main([*words])
    return status, capsys.readouterr().out.splitlines()


def kept_by(directory: Path) -> list[Path]:
    return sorted(directory.glob("again-*"))


def test_an_unchanged_program_gets_the_same_lines_and_status(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = printed(capsys, *WORDS)
    assert first[0] == 1
    assert any("GRN101" in line for line in first[1])
    assert again.recall(WORDS) == first
    assert printed(capsys, *WORDS) == first


def test_what_is_printed_again_is_no_analysis(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = printed(capsys, *WORDS)
    monkeypatch.setattr("greenlint.engine.check", lambda *_: pytest.fail("the program was analysed again"))
    assert printed(capsys, *WORDS) == first


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is edited": lambda root: (root / "shop/clients.py").write_text("HTTP = None\n"),
    "a file is gone": lambda root: (root / "shop/clients.py").unlink(),
    "a file is new": lambda root: (root / "shop/news.py").write_text("import eventlet\n"),
    "a folder is new": lambda root: (root / "stand").mkdir(),
    "the configuration is edited": lambda root: (root / "pyproject.toml").write_text("[tool.greenlint]\n"),
    "a nearer configuration is new": lambda root: (root / "greenlint.toml").write_text('select = ["GRN2"]\n'),
    "a file became a link": lambda root: ((root / "Procfile").unlink(), (root / "Procfile").symlink_to("README.md")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_printed_again_after(
    change: Callable[[Path], object], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, *WORDS)
    change(root)
    assert again.recall(WORDS) is None


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("GREENLINT_OUTPUT_FORMAT", "json"), ("TERM", "vt52")])
def test_another_environment_is_another_question(
    name: str, value: str, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(capsys, *WORDS)
    monkeypatch.setenv(name, value)
    assert again.recall(WORDS) is None


@pytest.mark.parametrize("words", [("check",), (*WORDS, "."), (*WORDS, "shop")])
def test_other_words_are_another_question(words: Sequence[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, *WORDS)
    assert again.recall(words) is None


def test_another_place_is_another_question(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(capsys, *WORDS)
    monkeypatch.chdir(root / "shop")
    assert again.recall(WORDS) is None


@pytest.mark.parametrize("words", [(*WORDS, "--no-cache"), (*WORDS, "--verbose"), (*WORDS, "--output-file", "report")])
def test_a_run_that_does_more_than_print_is_not_remembered(
    words: Sequence[str], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, *words)
    assert again.recall(words) is None


def test_a_mistake_is_not_remembered(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "shop/stock/shelf.py").write_text("def count(:\n")
    assert printed(capsys, *WORDS)[0] in (1, 2)
    assert main([*WORDS, "nowhere"]) == 2
    assert again.recall([*WORDS, "nowhere"]) is None


def test_the_environment_names_another_cache_or_none(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENLINT_CACHE_DIR", str(tmp_path / "cache"))
    first = printed(capsys, *WORDS)
    assert again.recall(WORDS) == first
    assert len(kept_by(tmp_path / "cache")) == 1
    assert kept_by(root / DEFAULT_NAME) == []
    monkeypatch.setenv("GREENLINT_NO_CACHE", "1")
    assert again.recall(WORDS) is None


def test_a_working_directory_that_is_gone_remembers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert again.recall(WORDS) is None


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=PLACES, damage=DAMAGES, foreign=st.binary(max_size=200))
def test_a_damaged_record_tells_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], where: float, damage: str, foreign: bytes
) -> None:
    printed(capsys, *WORDS)
    (record,) = kept_by(root / DEFAULT_NAME)
    record.write_bytes(damaged(record.read_bytes(), where, damage, foreign))
    assert again.recall(WORDS) is None
    record.unlink()


FORGERIES: dict[str, tuple[bytes, bytes]] = {
    "a title of the terminal": (b"\0shop/", b"\0\x1b]0;title\x07shop/"),
    "a cursor that moves": (b"\0shop/", b"\0\x1b[2Jshop/"),
    "a bell": (b"\0shop/", b"\0\x07shop/"),
    "no text": (b"\0shop/", b"\0\xff\xfe/"),
    "another status": (b"1\0", b"7\0"),
}


@pytest.mark.parametrize(("old", "new"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_record_does_nothing_to_a_terminal(
    old: bytes, new: bytes, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, *WORDS)
    (record,) = kept_by(root / DEFAULT_NAME)
    content = record.read_bytes()[SEAL_BYTES:]
    forged = content.replace(old, new, 1)
    assert forged != content
    record.write_bytes(seal(again._identity(WORDS), forged) + forged)
    assert again.recall(WORDS) is None


def test_colours_are_printed_again(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    first = printed(capsys, "check")
    assert any("\x1b[" in line for line in first[1])
    assert again.recall(("check",)) == first
