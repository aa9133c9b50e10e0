"""From words to a command and its arguments.

``greenlint PATH`` means ``greenlint check PATH``: a first word that is no command belongs to check.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Sequence

from greenlint import __version__
from greenlint.cli.commands import Command, commands
from greenlint.model import GreenlintError

GLOBAL = ("-h", "--help", "-V", "--version")
OPTIONAL_VALUE = {"--add-noqa": "--add-noqa="}
"""Options whose value may be left out: what follows them is a path and never their value."""
DESCRIPTION = "Find greenthread bugs in eventlet and gevent programs."
EPILOG = "`greenlint PATH` is `greenlint check PATH`. `greenlint COMMAND --help` tells more."


def parse(words: Sequence[str]) -> tuple[Command, Namespace]:
    """Choose the command and read its arguments; raise GreenlintError for a command that does not exist."""
    known = commands()
    given, words = words, list(words)
    if not words or words[0] not in (*known, *GLOBAL):
        _reject_misspelt(words, known)
        words.insert(0, "check")
    arguments = _parser(known).parse_args([OPTIONAL_VALUE.get(word, word) for word in words])
    arguments.words = given
    return known[arguments.command], arguments


def _reject_misspelt(words: Sequence[str], known: Collection[str]) -> None:
    """Take a word that is no path, and looks like nothing but a command, for a misspelt command."""
    if not words or not words[0].isidentifier() or os.path.lexists(words[0]):
        return
    error = GreenlintError.unknown("command", words[0], known)
    if "did you mean" in str(error):
        raise error


def _parser(known: dict[str, Command]) -> ArgumentParser:
    parser = ArgumentParser("greenlint", description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False)
    parser.add_argument("-V", "--version", action="version", version=f"greenlint {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in known.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.HELP, allow_abbrev=False)
        command.configure(subparser)
    return parser
