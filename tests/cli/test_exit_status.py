"""Exit statuses: 0 clean, 1 findings, 2 a mistake, 130 interrupted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from greenlint.cli import main
from greenlint.model import INTERNAL_ERROR, GreenlintError, Notice
from tests.cli.stand_in import Engine, finds, raises
from tests.reporters.samples import LATE, SHARED


class TestExitStatus:
    def test_is_1_with_findings(self, engine: Engine) -> None:
        assert main(["check"]) == 1

    def test_is_0_without(self, engine: Engine) -> None:
        finds(engine)
        assert main(["check"]) == 0

    def test_is_1_with_warnings_too(self, engine: Engine) -> None:
        finds(engine, LATE)
        assert main(["check"]) == 1

    @pytest.mark.parametrize("option", [[], ["--show-suppressed"]])
    def test_is_0_when_all_findings_are_suppressed(self, engine: Engine, option: list[str]) -> None:
        finds(engine, replace(SHARED, suppressed="baseline"))
        assert main(["check", *option]) == 0

    def test_is_0_in_spite_of_findings_when_that_is_asked_for(self, engine: Engine) -> None:
        assert main(["check", "--exit-zero"]) == 0

    def test_is_0_when_a_file_could_not_be_read(self, engine: Engine) -> None:
        finds(engine, notices=(Notice("GRN901", "a.py", 1, "invalid syntax"),))
        assert main(["check"]) == 0

    @pytest.mark.parametrize("option", [[], ["--exit-zero"]])
    def test_is_2_when_a_rule_failed(self, engine: Engine, option: list[str]) -> None:
        finds(engine, SHARED, notices=(Notice(INTERNAL_ERROR, "a.py", 1, "GRN101 failed"),))
        assert main(["check", *option]) == 2

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (["chekc"], "unknown command 'chekc'; did you mean 'check'?"),
            (["check", "ap"], "ap: no such file or directory; did you mean 'app'?"),
            (["nowhere/at/all"], "nowhere/at/all: no such file or directory"),
            (["check", "--output-format", "sarf"], "invalid choice: 'sarf'"),
            (["check", "--no-such-option"], "unrecognized arguments: --no-such-option"),
            (["check", "--config", "selct=[]"], "did you mean 'select'?"),
            (["rule", "GRN1O1"], "unknown rule 'GRN1O1'; did you mean 'GRN101'?"),
            (["rule", "shared-clients"], "did you mean 'shared-client'?"),
            (["rule"], "required"),
            (["check", "--jobs", "-1"], "must be 0 (one per CPU) or more"),
            (["check", "--jobs", "many"], "'many'"),
            (["explain", "app/clients.py"], "not of the form PATH:LINE"),
            (["config", "selects"], "unknown key 'selects'; did you mean 'select'?"),
        ],
    )
    def test_is_2_for_a_mistake_which_is_named_on_stderr(
        self, project: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
    ) -> None:
        assert main(words) == 2
        captured = capsys.readouterr()
        assert complaint in captured.err
        assert captured.out == ""

    def test_is_2_when_the_engine_cannot_go_on(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        raises(engine, GreenlintError("unknown rule 'GRN999'"))
        assert main(["check"]) == 2
        assert capsys.readouterr().err == "greenlint: unknown rule 'GRN999'\n"

    def test_is_2_for_a_fault_of_greenlint_and_there_is_no_traceback(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        raises(engine, KeyError("lost"))
        assert main(["check"]) == 2
        err = capsys.readouterr().err
        assert "internal error, please report it: KeyError: 'lost' (" in err
        assert "Traceback" not in err

    def test_is_130_when_interrupted_and_says_how_far_the_run_came(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        raises(engine, KeyboardInterrupt())
        assert main(["check", "app"]) == 130
        err = capsys.readouterr().err
        assert err.startswith("greenlint: interrupted after ")
        assert err.endswith("s while analysing app\n")

    @pytest.mark.parametrize("words", [["--version"], ["--help"], ["check", "--help"], ["rule", "--help"]])
    def test_is_0_for_what_only_informs(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(words) == 0
        assert capsys.readouterr().out
