"""``greenlint rule``: the page of a rule, in the terminal or as the documentation's Markdown."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from greenlint.cli.console import Console, wants_colour, write_file
from greenlint.model import GreenlintError, RuleInfo

HELP = "explain a rule"


def configure(parser: ArgumentParser) -> None:
    """Add the rule, or all, and where the pages go."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("rule", nargs="?", metavar="CODE|NAME", help="for example GRN101 or shared-client")
    which.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument("--output-format", choices=("text", "markdown", "json"), default="text")
    parser.add_argument("--output-dir", type=Path, metavar="DIR", help="write each page to DIR/CODE.md")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def run(arguments: Namespace, console: Console) -> int:
    """Show the pages, or write them."""
    from greenlint import engine

    known = engine.rules()
    chosen = tuple(known.values()) if arguments.all else (_named(arguments.rule, known),)
    if arguments.output_dir is not None:
        _write(chosen, arguments.output_dir)
    elif arguments.output_format == "json":
        console.write([json.dumps([_described(rule) for rule in chosen], indent=2)])
    elif arguments.output_format == "text" and wants_colour(arguments.color, sys.stdout, os.environ):
        console.write(_rendered(chosen))
    else:
        console.write(["\n".join(rule.page for rule in chosen).rstrip("\n")])
    return 0


def _named(word: str, known: Mapping[str, RuleInfo]) -> RuleInfo:
    for rule in known.values():
        if word.lower() in (rule.code.lower(), rule.name):
            return rule
    raise GreenlintError.unknown("rule", word, [*known, *(rule.name for rule in known.values())])


def _write(rules: Sequence[RuleInfo], directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GreenlintError(f"cannot write to {directory}: {error.strerror}") from None
    for rule in rules:
        write_file(directory / f"{rule.code}.md", [rule.page.rstrip("\n")])


def _described(rule: RuleInfo) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "opt_in": rule.opt_in,
        "page": rule.page,
    }


def _rendered(rules: Sequence[RuleInfo]) -> Iterator[str]:
    """Draw the pages as rich does in a terminal."""
    from rich.console import Console as Terminal
    from rich.markdown import Markdown

    terminal = Terminal(force_terminal=True)
    with terminal.capture() as capture:
        for rule in rules:
            terminal.print(Markdown(rule.page))
    yield capture.get().rstrip("\n")
