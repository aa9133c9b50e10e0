"""A mistake in a configuration is told with its file, line and key, and with what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.cli import main
from tests.baseline.programs import CLIENTS, MAIN, lay

ROW = """\
select = ["GRN1"]

[[client]]
id = "shop.Client"
constructors = ["shop.Client"]
directon = "exclusive"
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=MAIN))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (
            "greenlint.toml",
            'select = [\n  "GRN1",\n  "GRN1011",\n]\n',
            "greenlint.toml:3: select: unknown rule 'GRN1011'; did you mean 'GRN101'?",
        ),
        (
            "greenlint.toml",
            'ignore = ["shared-clients"]\n',
            "greenlint.toml:1: ignore: unknown rule 'shared-clients'; did you mean 'shared-client'?",
        ),
        (
            "greenlint.toml",
            '[per-file-ignores]\n"a.py" = ["GRN101"]\n"b.py" = ["late-monkey-patsh"]\n',
            "greenlint.toml:3: per-file-ignores: unknown rule 'late-monkey-patsh'; did you mean 'late-monkey-patch'?",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = shop\n\n[greenlint]\nextend-select =\n    GRN101\n    GRN1012\n",
            "setup.cfg:7: extend-select: unknown rule 'GRN1012'; did you mean 'GRN102'?",
        ),
        ("greenlint.toml", ROW, "greenlint.toml:3: [[client]] 'shop.Client': unknown key 'directon'; did you mean"),
        ("greenlint.toml", 'hub = "evenlet"\n', "greenlint.toml:1: hub: expected one of"),
        (
            "greenlint.toml",
            'baseline = "../known.jsonl"\n',
            "greenlint.toml:1: baseline: '../known.jsonl' lies outside",
        ),
        ("greenlint.toml", "jobs = -1\n", "greenlint.toml:1: jobs: "),
        (
            "pyproject.toml",
            "[tool.greenlint]\nselct = []\n",
            "pyproject.toml:2: selct: unknown key; did you mean 'select'?",
        ),
    ],
)
def test_in_a_file(shop: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, complaint: str) -> None:
    (shop / "greenlint.toml").unlink()
    (shop / file).write_text(text, encoding="utf-8")
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"greenlint: {shop}/{complaint}")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--select", "GRN1011"], "command line: select: unknown rule 'GRN1011'; did you mean 'GRN101'?"),
        (
            ["--per-file-ignores", "a.py:GRN1011"],
            "command line: per-file-ignores: unknown rule 'GRN1011'; did you mean",
        ),
        (
            ["--config", 'ignore = ["GRN1011"]'],
            "--config ignore = [\"GRN1011\"]: ignore: unknown rule 'GRN1011'; did you",
        ),
        (["--min-confidence", "sure"], "command line: min-confidence: expected one of certain, likely, possible"),
        (["--config", "greenlint.tml"], "greenlint.tml: no such configuration file; did you mean 'greenlint.toml'?"),
    ],
)
def test_on_the_command_line(shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str) -> None:
    assert main(["check", *words]) == 2
    assert capsys.readouterr().err.startswith(f"greenlint: {complaint}")


def test_a_word_that_resembles_no_rule_lists_the_rules(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--select", "whatever"]) == 2
    assert "unknown rule 'whatever'; known: ALL, GRN101, GRN102" in capsys.readouterr().err


def test_in_the_environment(shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLINT_OUTPUT_FORMAT", "sarf")
    assert main(["check"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("greenlint: the environment: output-format: expected one of full, concise, ")
    assert err.endswith("; did you mean 'sarif'?\n")
