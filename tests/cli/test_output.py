"""Where output goes, and what becomes of it there."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from greenlint.cli import main
from greenlint.cli.console import wants_colour
from tests.cli.stand_in import Engine, finds
from tests.reporters.samples import SHARED


class TestOutput:
    def test_goes_to_a_file_as_utf8_without_colour(
        self,
        engine: Engine,
        project: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "")
        finds(engine, replace(SHARED, title="é"))
        assert main(["check", "-o", "report.txt"]) == 1
        assert (project / "report.txt").read_text(encoding="utf-8").startswith("error[GRN101] é (")
        assert capsys.readouterr().out == ""

    def test_to_a_file_that_cannot_be_written_is_a_mistake(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["check", "-o", "no/such/place"]) == 2
        assert "cannot write no/such/place" in capsys.readouterr().err

    def test_is_coloured_when_that_is_asked_for(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "--color", "always"])
        assert "\x1b[" in capsys.readouterr().out
        main(["check"])
        assert "\x1b[" not in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("choice", "terminal", "environment", "coloured"),
        [
            pytest.param("auto", True, {}, True, id="a terminal"),
            pytest.param("auto", False, {}, False, id="a pipe"),
            pytest.param("auto", True, {"TERM": "dumb"}, False, id="a dumb terminal"),
            pytest.param("auto", True, {"NO_COLOR": "1"}, False, id="NO_COLOR on a terminal"),
            pytest.param("auto", True, {"NO_COLOR": ""}, True, id="an empty NO_COLOR says nothing"),
            pytest.param("auto", False, {"FORCE_COLOR": "1"}, True, id="FORCE_COLOR into a pipe"),
            pytest.param("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, id="NO_COLOR wins"),
            pytest.param("always", False, {"NO_COLOR": "1"}, True, id="the option wins"),
            pytest.param("never", True, {"FORCE_COLOR": "1"}, False, id="the option wins again"),
        ],
    )
    def test_colour_is_decided_by_option_then_environment_then_terminal(
        self, choice: str, terminal: bool, environment: dict[str, str], coloured: bool
    ) -> None:
        stream = io.StringIO()
        stream.isatty = lambda: terminal  # type: ignore[method-assign]
        assert wants_colour(choice, stream, environment) is coloured

    def test_survives_a_locale_that_lacks_a_character(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        written = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
        finds(engine, replace(SHARED, title="é"))
        assert main(["check"]) == 1
        assert written.getvalue().startswith(rb"error[GRN101] \xe9 (")

    def test_ends_in_silence_when_the_reader_goes_away(self) -> None:
        command = f"{sys.executable} -m greenlint config | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("0\n", "")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
    def test_says_that_it_cannot_be_written(self) -> None:
        command = f"{sys.executable} -m greenlint config > /dev/full"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == "greenlint: cannot write to standard output: No space left on device\n"

    def test_says_that_there_is_nowhere_to_write(self) -> None:
        command = f"{sys.executable} -m greenlint config >&-"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == "greenlint: standard output is closed\n"
