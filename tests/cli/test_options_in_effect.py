"""Options that change what is analysed or shown, down to their effect; the engine is the real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from greenlint.cli import main
from greenlint.cli.commands import commands
from tests.baseline.programs import CLIENTS, MAIN, lay


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with one certain error."""
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=MAIN))
    return tmp_path


def files(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["check", "--show-files", *words]) == 0
    return capsys.readouterr().out.splitlines()


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["check", "--output-format", "json", *words])
    return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]


class TestFiles:
    @pytest.mark.parametrize("option", ["--exclude", "--extend-exclude"])
    def test_patterns_leave_files_out(self, shop: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
        assert files(capsys) == ["clients.py", "main.py"]
        assert files(capsys, option, "ma*.py,other") == ["clients.py"]

    def test_exclude_replaces_the_default_patterns_and_extend_exclude_does_not(
        self, shop: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (shop / "venv").mkdir()
        (shop / "venv" / "x.py").touch()
        assert "venv/x.py" in files(capsys, "--exclude", "none")
        assert "venv/x.py" not in files(capsys, "--extend-exclude", "none")

    def test_force_exclude_holds_for_named_files(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = ("main.py", "--extend-exclude", "main.py")
        assert files(capsys, *words) == ["clients.py", "main.py"]
        assert files(capsys, *words, "--force-exclude") == ["clients.py"]

    def test_gitignore_is_respected_unless_it_must_not_be(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (shop / ".git").mkdir()
        (shop / ".gitignore").write_text("clients.py\n")
        assert files(capsys, "--respect-gitignore") == ["main.py"]
        assert files(capsys, "--no-respect-gitignore") == ["clients.py", "main.py"]

    def test_root_says_where_the_program_is(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (shop / "part").mkdir()
        (shop / "part" / "setup.py").touch()
        assert files(capsys, "part", "--root", ".") == ["clients.py", "main.py", "part/setup.py"]
        assert files(capsys, "part") == ["part/setup.py"]

    def test_src_says_where_imports_start(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (shop / "odd" / "place").mkdir(parents=True)
        (shop / "clients.py").rename(shop / "odd" / "place" / "clients.py")
        (shop / "odd" / "__init__.py").touch()
        (shop / "odd" / "place" / "__init__.py").touch()
        assert codes(capsys) == []
        assert codes(capsys, "--src", "odd/place") == ["GRN101"]


class TestRules:
    def test_select_ignore_and_extend_select_choose(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert codes(capsys, "--select", "GRN102") == []
        assert codes(capsys, "--select", "GRN102", "--extend-select", "shared-client") == ["GRN101"]
        assert codes(capsys, "--ignore", "GRN1") == []

    def test_per_file_ignores_leave_out_by_file(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert codes(capsys, "--per-file-ignores", "clients.py:GRN101") == []
        assert codes(capsys, "--per-file-ignores", "main.py:GRN101") == ["GRN101"]

    def test_min_confidence_hides_what_is_less_sure(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        lay(shop, main=MAIN.replace("eventlet.monkey_patch()\n", ""), clients="import eventlet\n" + CLIENTS)
        (shop / "main.py").write_text(MAIN.replace("eventlet.monkey_patch()\n", "").replace("def main", "def start"))
        assert codes(capsys, "--min-confidence", "likely") == ["GRN101"]
        assert codes(capsys, "--min-confidence", "certain") == []

    def test_config_is_a_file_or_a_setting_and_isolated_reads_none(
        self, shop: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (shop / "greenlint.toml").write_text('ignore = ["GRN1"]\n')
        (shop / "other.toml").write_text('select = ["GRN102"]\n')
        assert codes(capsys) == []
        assert codes(capsys, "--isolated") == ["GRN101"]
        assert codes(capsys, "--config", "ignore = []") == ["GRN101"]
        assert codes(capsys, "--config", "other.toml") == []


class TestOutput:
    def test_a_file_takes_the_report_and_quiet_leaves_the_findings(
        self, shop: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["check", "--quiet", "--output-format", "concise", "--output-file", "report.txt"]
        assert main(words) == 1
        assert capsys.readouterr().out == ""
        (line,) = (shop / "report.txt").read_text().splitlines()
        assert line.startswith("clients.py:3:8: GRN101 ")

    def test_verbose_tells_what_was_read(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "--verbose"])
        assert capsys.readouterr().err.startswith(f"greenlint: {shop}: 2 files (")


STATUSES: list[tuple[list[str], int]] = [
    (["check"], 1),
    (["check", "--exit-zero"], 0),
    (["check", "--show-files"], 0),
    (["check", "--show-settings"], 0),
    (["check", "nowhere.py"], 2),
    (["explain", "clients.py:3"], 0),
    (["explain", "clients.py:1"], 0),
    (["explain", "nowhere.py:1"], 2),
    (["explain", "clients.py"], 2),
    (["graph"], 0),
    (["graph", "clients.py:3"], 0),
    (["graph", "clients.py:1"], 2),
    (["rule", "GRN101"], 0),
    (["rule", "--all", "--output-format", "json"], 0),
    (["rule", "GRN999"], 2),
    (["rule", "--all", "--output-dir", "main.py"], 2),
    (["config"], 0),
    (["config", "hub"], 0),
    (["config", "hubs"], 2),
    (["entry-points"], 0),
    (["entry-points", "nowhere"], 2),
    (["clean"], 0),
    (["clean", "nowhere"], 2),
    (["--version"], 0),
    (["chekc"], 2),
]


class TestStatuses:
    @pytest.mark.parametrize(("words", "status"), STATUSES)
    def test_of_every_command(
        self, shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int
    ) -> None:
        assert main(words) == status
        captured = capsys.readouterr()
        assert bool(captured.err) == (status == 2)
        assert "Traceback" not in captured.err
        assert "internal error" not in captured.err

    @pytest.mark.parametrize("command", commands())
    def test_are_shown_for_what_a_command_can_do_and_for_a_mistake(self, command: str) -> None:
        shown = {status for words, status in STATUSES if words[0] == command}
        assert shown == ({0, 1, 2} if command == "check" else {0, 2})
