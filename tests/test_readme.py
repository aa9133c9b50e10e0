"""What the README tells users to type is there to be typed; its transcripts are run with those of the documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from greenlint.cli.commands import commands

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_configuration_that_is_shown_is_accepted(tmp_path: Path) -> None:
    settings = re.search(r"```toml\n(\[tool\.greenlint\].*?)```", README, re.DOTALL)
    assert settings
    (tmp_path / "pyproject.toml").write_text(settings[1], encoding="utf-8")
    command = [sys.executable, "-m", "greenlint", "check", "--show-settings"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'select = ["GRN1"]' in done.stdout


def test_the_commands_and_options_that_are_shown_exist() -> None:
    shown = {tuple(words.split()) for words in re.findall(r"`greenlint ([a-z]+[^`]*)`", README)}
    assert len(shown) > 5
    for command, *words in shown:
        helped = subprocess.run(
            [sys.executable, "-m", "greenlint", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert [option for option in sorted(options) if option not in helped] == []


def test_every_command_is_mentioned() -> None:
    mentioned = set(re.findall(r"`greenlint ([a-z-]+)", README))
    assert set(commands()) - mentioned <= {"clean"}
