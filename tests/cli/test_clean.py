"""``greenlint clean``: our files go, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint import cachedir
from greenlint.cachedir import TAG, CacheDirectory, is_our_name
from greenlint.cli import main

FOREIGN = "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag created by pip.\n"


def cache_at(place: Path) -> Path:
    """A cache with one file in it."""
    assert CacheDirectory(str(place)).write("knowledge.msgpack", [b"x"])
    return place


def test_removes_the_cache_of_the_program(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = cache_at(project / ".greenlint_cache")
    assert main(["clean", "app"]) == 0
    assert not cache.exists()
    assert capsys.readouterr().out == f"removed {cache}\n"


def test_removes_the_configured_cache(project: Path) -> None:
    (project / "greenlint.toml").write_text('cache-dir = "kept/here"\n')
    cache = cache_at(project / "kept" / "here")
    assert main(["clean"]) == 0
    assert not cache.exists()


def test_has_nothing_to_do_without_a_cache(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == ""


def test_removes_whatever_a_run_leaves(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greenlint.knowledge.loader._KNOWN", {})
    assert main(["check"]) in (0, 1)
    left = sorted(path.name for path in (project / ".greenlint_cache").iterdir())
    kinds = {name.partition("-")[0] for name in left}
    assert kinds == {TAG, ".gitignore", "lock", "facts", "run", "again", "knowledge.msgpack"}
    assert all(map(is_our_name, left))
    assert main(["clean"]) == 0
    assert not (project / ".greenlint_cache").exists()


def test_removes_what_a_killed_run_left_unfinished(project: Path) -> None:
    cache = cache_at(project / ".greenlint_cache")
    for name in (".facts-0123abcd-07.msgpack.4711.tmp", ".run-0123456789abcdef.json.1.tmp"):
        (cache / name).write_bytes(b"half")
    assert main(["clean"]) == 0
    assert not cache.exists()


def test_leaves_and_names_what_is_not_ours(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = cache_at(project / ".greenlint_cache")
    others = ["again-and-again.txt", "facts", "facts-0123abcd-07.msgpack.orig", "lock.py"]
    for name in others:
        (cache / name).write_text("mine\n")
    (cache / "directory").mkdir()
    assert main(["clean"]) == 0
    assert sorted(path.name for path in cache.iterdir()) == sorted([*others, "directory"])
    assert capsys.readouterr().out == f"emptied {cache}, but for {', '.join(sorted([*others, 'directory']))}\n"


def test_follows_no_link_in_the_cache(project: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine\n")
    cache = cache_at(project / ".greenlint_cache")
    (cache / "run-0123456789abcdef.json").symlink_to(kept)
    assert main(["clean"]) == 0
    assert kept.read_text() == "mine\n"


def test_never_removes_what_is_no_cache(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "--cache-dir", "."]) == 2
    assert "does not look like a cache" in capsys.readouterr().err
    assert (project / "app" / "main.py").exists()


@pytest.mark.parametrize("tag", [FOREIGN, "", cachedir.SIGNATURE.decode()])
def test_never_touches_the_cache_of_another_tool(project: Path, tag: str) -> None:
    cache = project / ".greenlint_cache"
    cache.mkdir()
    (cache / TAG).write_text(tag)
    (cache / "lock").write_text("theirs\n")
    (cache / "wheels").mkdir()
    assert main(["clean"]) == 2
    assert main(["check"]) in (0, 1)
    assert sorted(path.name for path in cache.iterdir()) == [TAG, "lock", "wheels"]
    assert (cache / "lock").read_text() == "theirs\n"


def test_never_follows_a_link_to_a_cache(project: Path, tmp_path: Path) -> None:
    elsewhere = cache_at(tmp_path / "elsewhere")
    (project / ".greenlint_cache").symlink_to(elsewhere)
    assert main(["clean"]) == 2
    assert (elsewhere / "knowledge.msgpack").exists()
