"""Every documented option is exercised by some test; ``test_keys_in_effect`` does so for the keys."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from greenlint.cli.commands import commands

TESTS = Path(__file__).parents[1]
HERE = Path(__file__)


def options_of(command: str) -> list[str]:
    """The option strings of a command, the longest of each option."""
    parser = ArgumentParser(add_help=False)
    commands()[command].configure(parser)
    return sorted(max(action.option_strings, key=len) for action in parser._actions if action.option_strings)


def texts(*parts: str) -> str:
    files = [path for part in parts for path in sorted((TESTS / part).rglob("*.py")) if path != HERE]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


OPTIONS = sorted({option for command in commands() for option in options_of(command)})


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_exercised(option: str) -> None:
    assert re.search(rf"[\"']{option}[\"'=]", texts("cli", "source"))


@pytest.mark.parametrize("command", commands())
def test_every_option_and_argument_says_what_it_does(command: str) -> None:
    parser = ArgumentParser(add_help=False)
    commands()[command].configure(parser)
    assert [action.dest for action in parser._actions if not (action.help or action.choices)] == []


@pytest.mark.parametrize("command", commands())
def test_every_command_has_its_own_tests(command: str) -> None:
    name = command.replace("-", "_")
    assert (TESTS / "cli" / f"test_{name}.py").exists()
