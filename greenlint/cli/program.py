"""Which program, with which settings: options that several commands share, and the request they make."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.cli.console import Console
from greenlint.model import INTERNAL_ERROR, GreenlintError

if TYPE_CHECKING:
    from greenlint.engine import Request
    from greenlint.model import Report
    from greenlint.options import Options
    from greenlint.source.roots import Program

LISTS = {
    "select": "rules to run: codes, prefixes, names or ALL",
    "ignore": "rules to leave out",
    "extend-select": "rules to run besides",
    "exclude": "patterns of files and directories that hold no source",
    "extend-exclude": "further such patterns",
    "src": "import roots, relative to the root of the program",
}
"""Settings that take a comma-separated list and may be repeated."""

SETTINGS = (
    *LISTS, "per-file-ignores", "force-exclude", "respect-gitignore", "min-confidence", "cache-dir", "no-cache",
    "baseline", "jobs",
)  # fmt: skip
"""Settings that the command line overrides, by the name of their key."""


def add_program_options(parser: ArgumentParser) -> None:
    """Add the options that say where the program is, how it is configured and what is asked."""
    group = parser.add_argument_group("configuration")
    group.add_argument("--root", type=Path, metavar="DIR", help="directory of the whole program")
    group.add_argument("--config", action="append", default=[], metavar="FILE|KEY=VALUE", help="a file, or one setting")
    group.add_argument("--isolated", action="store_true", help="read no configuration file")
    group.add_argument("--cache-dir", metavar="DIR", help="where the facts of unchanged files are kept")
    group.add_argument("--no-cache", action="store_true", default=None, help="neither read nor write the cache")
    group.add_argument("-j", "--jobs", type=_number, metavar="N", help="processes; 0 is one per CPU")
    group = parser.add_argument_group("selection (lists are comma-separated and may be repeated)")
    for name, text in LISTS.items():
        group.add_argument(f"--{name}", action="append", metavar="LIST", help=text)
    group.add_argument(
        "--per-file-ignores", action="append", metavar="PATTERN:RULES", help="rules to leave out by file"
    )
    group.add_argument(
        "--force-exclude", action="store_true", default=None, help="apply the patterns to named files, too"
    )
    group.add_argument("--respect-gitignore", action=BooleanOptionalAction, help="leave out what git ignores (default)")
    group.add_argument("--min-confidence", metavar="LEVEL", help="certain, likely (default) or possible")


def request_of(arguments: Namespace) -> Request:
    """Make the request that the arguments describe; a setting that was not given is left to the files."""
    from greenlint.engine import Request

    return Request(
        root=arguments.root,
        config=tuple(arguments.config),
        isolated=arguments.isolated,
        overrides=overrides_of(arguments),
        environment=os.environ,
        jobs=arguments.jobs,
        cache=not arguments.no_cache,
    )


def overrides_of(arguments: Namespace) -> dict[str, object]:
    """Collect the settings given on the command line, by key, as the text that was written."""
    given = {name: getattr(arguments, name.replace("-", "_"), None) for name in SETTINGS}
    if arguments.command == "check":  # other commands have formats of their own
        given["output-format"] = arguments.output_format
    joined = {name: _joined(name, value) for name, value in given.items()}
    return {name: value for name, value in joined.items() if value is not None}


def programs_of(arguments: Namespace, paths: Sequence[Path]) -> tuple[tuple[Program, Options], ...]:
    """Find the programs that the paths belong to, each with the options in force for it."""
    from greenlint.options import load_options
    from greenlint.source.roots import programs

    return tuple(
        (
            program,
            load_options(
                program.root,
                config=arguments.config,
                isolated=arguments.isolated,
                environment=os.environ,
                overrides=overrides_of(arguments),
            ),
        )
        for program in programs(paths, arguments.root)
    )


def whole_report(program: Program, request: Request, console: Console) -> Report:
    """Check a program, whatever part of it was named; raise GreenlintError if a rule failed.

    What is written or drawn from a report must not rest on one that lacks something.
    """
    from greenlint import engine
    from greenlint.cli.progress import Progress

    paths = [program.root] if program.given is None else list(program.given)
    with Progress(console) as progress:
        report = engine.check(paths, replace(request, progress=progress))
    for notice in report.notices:
        if notice.code == INTERNAL_ERROR:
            raise GreenlintError(f"{notice.message}; nothing was written")
    return report


def file_of(arguments: Namespace) -> Callable[[Path], str]:
    """Return the function that names the configuration file of the program under a root; empty if it has none."""
    from greenlint.options import configuration_file

    return partial(configuration_file, config=arguments.config, isolated=arguments.isolated, environment=os.environ)


def _number(text: str) -> int:
    """Read a number of processes; argparse names this function when the text is no number."""
    number = int(text)
    if number < 0:
        raise ArgumentTypeError("must be 0 (one per CPU) or more")
    return number


def _joined(name: str, value: object) -> object:
    if not isinstance(value, list):
        return value
    return ("\n" if name == "per-file-ignores" else ",").join(value)
