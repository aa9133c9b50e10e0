"""The command line as a user meets it: words, output, exit status.

The engine is a stand-in that records what it is asked and answers as the test says; what it finds in real
programs is specified elsewhere.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import greenlint
from greenlint.cli import main
from greenlint.cli.commands.config import KEYS
from greenlint.cli.console import wants_colour
from greenlint.model import INTERNAL_ERROR, GreenlintError, Notice, Report, RuleInfo
from greenlint.options import KNOWLEDGE_KEYS, Options
from tests.reporters.samples import LATE, RULES, SHARED, SOURCES


@dataclass(frozen=True, slots=True)
class Request:
    root: Path | None
    config: tuple[str, ...]
    isolated: bool
    overrides: Mapping[str, object]
    environment: Mapping[str, str]
    jobs: int | None
    cache: bool
    overlay: Mapping[Path, bytes] = field(default_factory=dict)
    baseline: bool = True
    progress: object = None


@dataclass
class Engine:
    """What stands in for the engine: asked questions, and the answer to each."""

    answer: Callable[[], Report]
    paths: tuple[Path, ...] = ()
    requests: list[Request] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def check(self, paths: Sequence[Path], request: Request) -> Report:
        self.paths = tuple(paths)
        self.requests.append(request)
        return self.answer()

    def explain(self, place: str, request: Request) -> str:
        self.places.append(place)
        self.requests.append(request)
        return "GRN101 is reported here\n"

    def rules(self) -> Mapping[str, RuleInfo]:
        return RULES


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample program, as the working directory of the run."""
    for name, text in {**SOURCES, "pyproject.toml": ""}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GREENLINT_OUTPUT_FORMAT", "GREENLINT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def engine(project: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that finds one error."""
    stand_in = Engine(lambda: Report(str(project), (SHARED,), rules=RULES))
    module = SimpleNamespace(
        check=stand_in.check, explain=stand_in.explain, rules=stand_in.rules, Request=Request
    )
    monkeypatch.setitem(sys.modules, "greenlint.engine", module)
    monkeypatch.setattr(greenlint, "engine", module, raising=False)
    return stand_in


def finds(engine: Engine, *findings: object, **fields: object) -> None:
    """Let the engine answer with these findings."""
    report = replace(engine.answer(), findings=findings, **fields)
    engine.answer = lambda: report


def raises(engine: Engine, error: BaseException) -> None:
    """Let the engine fail."""

    def fail() -> Report:
        raise error

    engine.answer = fail


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

    def test_prints_the_full_format_by_default(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
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

    def test_takes_the_format_from_the_configuration(
        self, engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (project / "greenlint.toml").write_text('output-format = "json-lines"\n')
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

    def test_shows_suppressed_findings_when_asked(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        finds(engine, replace(SHARED, suppressed="noqa"), hidden=1)
        main(["check", "--output-format", "concise"])
        assert capsys.readouterr().out == (
            "All checks passed!\n1 finding hidden by blanket noqa (--show-suppressed)\n"
        )
        main(["check", "--output-format", "concise", "--show-suppressed"])
        out = capsys.readouterr().out
        assert out.splitlines()[0].endswith("(suppressed: noqa)")
        assert "hidden" not in out

    def test_adds_statistics(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "--statistics"])
        assert "1  GRN101  shared-client" in capsys.readouterr().out

    def test_quiet_prints_findings_and_nothing_else(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["check", "-q", "--output-format", "concise"])
        assert len(capsys.readouterr().out.splitlines()) == 1

    def test_verbose_tells_on_stderr_what_the_run_did(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["check", "-v"])
        assert "2 rules" in capsys.readouterr().err

    def test_lists_the_files_of_the_program(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["check", "--show-files"]) == 0
        assert capsys.readouterr().out.splitlines() == ["app/__init__.py", "app/clients.py", "app/main.py"]

    def test_prints_the_settings_in_force(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (project / "greenlint.toml").write_text('select = ["GRN1"]\n[per-file-ignores]\n"a.py" = ["GRN2"]\n')
        assert main(["check", "--show-settings", "--config", "jobs = 2"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"# {project}"
        assert {'select = ["GRN1"]', 'per-file-ignores = {"a.py" = ["GRN2"]}', "jobs = 2"} <= set(lines)


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
            (["rule", "GRN110"], "unknown rule 'GRN110'; did you mean 'GRN101'?"),
            (["rule", "shared-clients"], "did you mean 'shared-client'?"),
            (["rule"], "required"),
            (["check", "--jobs", "-1"], "must be 0 (one per CPU) or more"),
            (["check", "--jobs", "many"], "'many'"),
            (["explain", "app/clients.py"], "not of the form PATH:LINE"),
            (["config", "selects"], "unknown key 'selects'; did you mean 'select'?"),
        ],
    )
    def test_is_2_for_a_mistake_which_is_named_on_stderr(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
    ) -> None:
        assert main(words) == 2
        captured = capsys.readouterr()
        assert complaint in captured.err
        assert captured.out == ""

    def test_is_2_when_the_engine_cannot_go_on(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
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

    def test_is_coloured_when_that_is_asked_for(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
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

    def test_survives_a_locale_that_lacks_a_character(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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


class TestRule:
    @pytest.mark.parametrize("word", ["GRN101", "shared-client", "grn101"])
    def test_prints_the_page_as_markdown_outside_a_terminal(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], word: str
    ) -> None:
        assert main(["rule", word]) == 0
        assert capsys.readouterr().out == "# GRN101\n"

    def test_draws_the_page_in_a_terminal(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "GRN101", "--color", "always"])
        out = capsys.readouterr().out
        assert "GRN101" in out
        assert "# GRN101" not in out

    def test_prints_all_pages(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "--all"])
        assert capsys.readouterr().out == "# GRN101\n\n# GRN302\n"

    def test_describes_rules_as_json(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "GRN302", "--output-format", "json"])
        assert json.loads(capsys.readouterr().out) == [
            {
                "code": "GRN302",
                "name": "late-monkey-patch",
                "severity": "warning",
                "summary": "Patched after an import.",
                "opt_in": False,
                "page": "# GRN302\n",
            }
        ]

    def test_writes_one_page_per_rule_and_leaves_other_files_alone(
        self, engine: Engine, project: Path
    ) -> None:
        pages = project / "docs" / "rules"
        pages.mkdir(parents=True)
        (pages / "index.md").write_text("mine\n")
        assert main(["rule", "--all", "--output-dir", "docs/rules"]) == 0
        assert {path.name: path.read_text() for path in pages.iterdir()} == {
            "GRN101.md": "# GRN101\n",
            "GRN302.md": "# GRN302\n",
            "index.md": "mine\n",
        }


class TestExplain:
    @pytest.mark.parametrize("place", ["app/clients.py:6", "app/clients.py:6:8"])
    def test_asks_the_engine_about_the_line(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], place: str
    ) -> None:
        assert main(["explain", place]) == 0
        assert engine.places == ["app/clients.py:6"]
        assert capsys.readouterr().out == "GRN101 is reported here\n"


class TestConfig:
    def test_documents_every_key_that_the_options_know(self) -> None:
        assert set(KEYS) == set(Options.__struct_encode_fields__) - {"knowledge"}

    def test_lists_the_keys_with_their_defaults(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config"]) == 0
        out = capsys.readouterr().out
        assert 'min-confidence = "likely"\n    The least confidence' in out
        assert "[[client]]\n    A client or connection type" in out

    def test_describes_one_key(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "jobs"])
        assert capsys.readouterr().out == "jobs = 0\n    Processes that read sources; 0 is one per CPU.\n"

    def test_describes_keys_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "--output-format", "json"])
        described = json.loads(capsys.readouterr().out)
        assert described["hub"]["default"] == "auto"
        assert list(described) == [*KEYS, *KNOWLEDGE_KEYS]

    @pytest.mark.parametrize("table", KNOWLEDGE_KEYS)
    def test_describes_every_table_of_the_knowledge(
        self, capsys: pytest.CaptureFixture[str], table: str
    ) -> None:
        assert main(["config", table]) == 0
        head, meaning, *_ = capsys.readouterr().out.splitlines()
        assert head == f"[[{table}]]"
        assert meaning.strip()

    def test_lists_the_columns_of_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "client"])
        lines = capsys.readouterr().out.splitlines()
        assert "id (required)" in lines
        assert 'evidence = "documented"   one of: observed, documented, derived' in lines


class TestClean:
    TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"

    def cache_at(self, place: Path) -> Path:
        place.mkdir(parents=True)
        (place / "CACHEDIR.TAG").write_text(self.TAG)
        (place / "facts").write_bytes(b"x")
        return place

    def test_removes_the_cache_of_the_program(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cache = self.cache_at(project / ".greenlint_cache")
        assert main(["clean", "app"]) == 0
        assert not cache.exists()
        assert capsys.readouterr().out == f"removed {cache}\n"

    def test_removes_the_configured_cache(self, project: Path) -> None:
        (project / "greenlint.toml").write_text('cache-dir = "kept/here"\n')
        cache = self.cache_at(project / "kept" / "here")
        assert main(["clean"]) == 0
        assert not cache.exists()

    def test_has_nothing_to_do_without_a_cache(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["clean"]) == 0
        assert capsys.readouterr().out == ""

    def test_never_removes_what_is_no_cache(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["clean", "--cache-dir", "."]) == 2
        assert "does not look like a cache" in capsys.readouterr().err
        assert (project / "app" / "main.py").exists()


class TestStart:
    @pytest.mark.parametrize("words", [["--version"], ["--help"]])
    def test_loads_nothing_that_only_a_run_needs(self, words: list[str]) -> None:
        program = (
            "import sys; from greenlint.cli import main; main(sys.argv[1:]); "
            "print(*sorted({name.split('.')[0] for name in sys.modules} & {'msgspec', 'rich', 'pathspec'}),"
            "      *(name for name in ('greenlint.engine', 'greenlint.options') if name in sys.modules),"
            "      file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
        )
        assert done.stderr.strip() == ""

    def test_module_and_script_are_the_same_program(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "greenlint", "--version"], capture_output=True, text=True
        )
        assert done.stdout == f"greenlint {greenlint.__version__}\n"
