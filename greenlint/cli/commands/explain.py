"""``greenlint explain``: why something is reported at a line, or where the proof stopped."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from greenlint.cli.console import Console
from greenlint.cli.program import add_program_options, request_of
from greenlint.model import Explanation, GreenlintError

HELP = "tell why a line is reported, or why it is not"
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>[1-9]\d*)(:\d+)?")


def configure(parser: ArgumentParser) -> None:
    """Add the place, as findings print it."""
    parser.add_argument("place", metavar="PATH:LINE", help="for example app/clients.py:6")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Print the explanation."""
    place = _place(arguments.place)
    from greenlint import engine

    console.begin(f"while explaining {place}")
    told = engine.explain(place, request_of(arguments))
    nothing = f"{place}: nothing is reported here, and no client that greenlint knows is made or used on this line"
    console.write([line for one in told for line in _lines(one)] or [nothing])
    return 0


def _lines(told: Explanation) -> Iterator[str]:
    yield told.headline
    for number, step in enumerate(told.witness, start=1):
        yield f"  {number}. {step.location}: {step.message}"
    yield from (f"  {label}: {text}" for label, text in told.notes)


def _place(text: str) -> str:
    """Check a place; the column that findings print after the line is dropped."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise GreenlintError(f"'{text}' is not of the form PATH:LINE, for example app/clients.py:6")
    return f"{match['path']}:{match['line']}"
