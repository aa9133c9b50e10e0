"""``greenlint clean``."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.cli import main


class TestClean:
    TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"

    def cache_at(self, place: Path) -> Path:
        place.mkdir(parents=True)
        (place / "CACHEDIR.TAG").write_text(self.TAG)
        (place / "facts").write_bytes(b"x")
        return place

    def test_removes_the_cache_of_the_program(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        cache = self.cache_at(project / ".greenlint_cache")
        assert main(["clean", "app"]) == 0
        assert not cache.exists()
        assert capsys.readouterr().out == f"removed {cache}\n"

    def test_removes_the_configured_cache(self, project: Path) -> None:
        (project / "greenlint.toml").write_text('cache-dir = "kept/here"\n')
        cache = self.cache_at(project / "kept" / "here")
        assert main(["clean"]) == 0
        assert not cache.exists()

    def test_has_nothing_to_do_without_a_cache(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["clean"]) == 0
        assert capsys.readouterr().out == ""

    def test_never_removes_what_is_no_cache(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["clean", "--cache-dir", "."]) == 2
        assert "does not look like a cache" in capsys.readouterr().err
        assert (project / "app" / "main.py").exists()
