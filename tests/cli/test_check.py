"""What ``greenlint check`` asks the engine, and what it shows."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from greenlint.cli import main
from tests.cli.stand_in import Engine, finds
from tests.reporters.samples import SHARED


class TestCheck:
    def test_checks_the_working_directory_by_default(self, engine: Engine) -> None:
        main([])
        assert engine.paths == (Path(),)

    @pytest.mark.parametrize("words", [["app"], ["check", "app"]])
    def test_a_path_alone_means_check(self, engine: Engine, words: list[str]) -> None:
        main(words)
        assert engine.paths == (Path("app"),)

    def test_an_option_alone_means_check(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["--output-format", "concise", "-q"])
        assert capsys.readouterr().out.startswith("app/clients.py:6:8: GRN101 ")

    def test_prints_the_full_format_by_default(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check"])
        out = capsys.readouterr().out
        assert out.startswith("error[GRN101]")
        assert out.endswith("\nFound 1 error.\n")

    def test_hands_settings_to_the_engine_as_they_were_written(self, engine: Engine) -> None:
        main(
            [
                *("check", "--select", "GRN1,GRN2", "--select", "late-monkey-patch", "--ignore", "GRN102"),
                *("--min-confidence", "certain", "--no-respect-gitignore", "--force-exclude"),
                *("--per-file-ignores", "a.py:GRN1", "--per-file-ignores", "b.py:GRN2"),
                *("--cache-dir", "/tmp/c"),
            ]
        )
        assert engine.requests[0].overrides == {
            "select": "GRN1,GRN2,late-monkey-patch",
            "ignore": "GRN102",
            "min-confidence": "certain",
            "respect-gitignore": False,
            "force-exclude": True,
            "per-file-ignores": "a.py:GRN1\nb.py:GRN2",
            "cache-dir": "/tmp/c",
        }

    def test_leaves_settings_that_were_not_given_to_the_files(self, engine: Engine) -> None:
        main(["check"])
        request = engine.requests[0]
        assert request.overrides == {}
        assert (request.root, request.config, request.isolated) == (None, (), False)
        assert (request.jobs, request.cache, request.overlay) == (None, True, {})
        assert request.environment is os.environ

    def test_hands_the_rest_of_the_request_to_the_engine(self, engine: Engine) -> None:
        main(["check", "--root", "app", "app", "--isolated", "--config", "jobs=1", "-j", "3", "--no-cache"])
        request = engine.requests[0]
        assert (request.root, request.config, request.isolated) == (Path("app"), ("jobs=1",), True)
        assert (request.jobs, request.cache) == (3, False)

    def test_takes_the_format_that_the_engine_read_in_the_configuration(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        finds(engine, SHARED, output_format="json-lines")
        main(["check"])
        assert json.loads(capsys.readouterr().out)["code"] == "GRN101"

    def test_takes_the_format_of_the_command_line_before_that_of_the_environment(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GREENLINT_OUTPUT_FORMAT", "json")
        main(["check", "--output-format", "pylint"])
        assert capsys.readouterr().out.startswith("app/clients.py:6: [GRN101(shared-client)]")

    def test_reads_stdin_as_the_named_file(
        self, engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"edited = 1\n")))
        main(["check", "-", "--stdin-filename", "app/clients.py"])
        path = project / "app" / "clients.py"
        assert engine.paths == (path,)
        assert engine.requests[0].overlay == {path: b"edited = 1\n"}

    def test_stdin_stands_alone(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", "-", "app"]) == 2
        assert "stands alone" in capsys.readouterr().err

    def test_shows_suppressed_findings_when_asked(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        finds(engine, replace(SHARED, suppressed="noqa"), hidden=1)
        main(["check", "--output-format", "concise"])
        assert capsys.readouterr().out == ("All checks passed!\n1 finding hidden by blanket noqa (--show-suppressed)\n")
        main(["check", "--output-format", "concise", "--show-suppressed"])
        out = capsys.readouterr().out
        assert out.splitlines()[0].endswith("(suppressed: noqa)")
        assert "hidden" not in out

    def test_adds_statistics(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "--statistics"])
        assert "1  GRN101  shared-client" in capsys.readouterr().out

    def test_quiet_prints_findings_and_nothing_else(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "-q", "--output-format", "concise"])
        assert len(capsys.readouterr().out.splitlines()) == 1

    def test_verbose_tells_on_stderr_what_the_run_did(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "-v"])
        assert "2 rules" in capsys.readouterr().err

    def test_lists_the_files_of_the_program(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", "--show-files"]) == 0
        assert capsys.readouterr().out.splitlines() == ["app/__init__.py", "app/clients.py", "app/main.py"]

    def test_prints_the_settings_in_force(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (project / "greenlint.toml").write_text('select = ["GRN1"]\n[per-file-ignores]\n"a.py" = ["GRN2"]\n')
        assert main(["check", "--show-settings", "--config", "jobs = 2"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"# program: {project}"
        assert lines[1] == f"# configuration: {project}/greenlint.toml"
        assert lines[2].startswith("# rules: GRN101 shared-client, GRN102 shared-session")
        assert {'select = ["GRN1"]', 'per-file-ignores = {"a.py" = ["GRN2"]}', "jobs = 2"} <= set(lines)
