"""What the README shows is what greenlint does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(label: str) -> str:
    """The code block that follows a comment."""
    found = re.search(rf"<!-- {re.escape(label)} -->\n```\w*\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md holds no block '{label}'"
    return found[1]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example program of the README on disk."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    for name in ("app/clients.py", "app/main.py"):
        (tmp_path / name).write_text(block(f"example {name}"), encoding="utf-8")
    return tmp_path


def test_the_example_gives_the_output_that_is_shown(example: Path) -> None:
    command = [sys.executable, "-m", "greenlint", "check"]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
    assert done.stdout == block("example output")
    assert done.returncode == 1


def test_the_configuration_that_is_shown_is_accepted(example: Path) -> None:
    settings = re.search(r"```toml\n(\[tool\.greenlint\].*?)```", README, re.DOTALL)
    assert settings
    (example / "pyproject.toml").write_text(settings[1], encoding="utf-8")
    command = [sys.executable, "-m", "greenlint", "check", "--show-settings"]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'select = ["GRN1"]' in done.stdout


def test_the_commands_that_are_shown_exist(example: Path) -> None:
    for words in re.findall(r"`greenlint ([a-z]+)[^`]*`", README):
        command = [sys.executable, "-m", "greenlint", words, "--help"]
        assert subprocess.run(command, cwd=example, capture_output=True, check=False).returncode == 0
