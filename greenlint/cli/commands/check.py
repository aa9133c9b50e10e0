"""``greenlint check``: analyse the program around the paths and report what stands in them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint import reporters
from greenlint.cli.console import Console, wants_colour, write_file
from greenlint.cli.program import add_program_options, existing, overrides_of, request_of
from greenlint.model import INTERNAL_ERROR, GreenlintError, Report

if TYPE_CHECKING:
    from greenlint.engine import Request

HELP = "check a program and report its greenthread bugs (the default command)"
STDIN = Path("-")


def configure(parser: ArgumentParser) -> None:
    """Add the paths, then what is shown and how."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="PATH",
        help="what to show (default .); - for stdin",
    )
    group = parser.add_argument_group("output")
    group.add_argument("--output-format", metavar="FORMAT", choices=reporters.names(), help=_format_help())
    group.add_argument("-o", "--output-file", type=Path, metavar="FILE", help="write the report to a file")
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="(default auto)")
    group.add_argument("--statistics", action="store_true", help="add counts by rule and of the run")
    group.add_argument("--show-suppressed", action="store_true", help="show suppressed findings as well")
    group.add_argument("-q", "--quiet", action="store_true", help="print findings and nothing else")
    group.add_argument("-v", "--verbose", action="store_true", help="tell on stderr what the run did")
    group.add_argument("-e", "--exit-zero", action="store_true", help="exit with 0 in spite of findings")
    group.add_argument("--show-files", action="store_true", help="list the files of the program and stop")
    group.add_argument("--show-settings", action="store_true", help="print the settings in force and stop")
    group.add_argument("--stdin-filename", type=Path, metavar="FILE", help="the path that stdin stands for")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Check the paths; return 0 without findings, 1 with some, 2 if a rule failed."""
    from greenlint import engine

    request = request_of(arguments)
    paths, request = _with_stdin(arguments, request)
    console.begin(f"while analysing {', '.join(map(str, paths))}")
    report = _asked_for(engine.check(paths, request), arguments)
    console.begin("while writing the report")
    _output(report, arguments, console)
    return _status(report, arguments)


def _format_help() -> str:
    return "full (default), " + ", ".join(name for name in reporters.names() if name != "full")


def _with_stdin(arguments: Namespace, request: Request) -> tuple[tuple[Path, ...], Request]:
    """Put the text on stdin in the place of the file that it stands for."""
    if STDIN not in arguments.paths:
        return existing(arguments.paths), request
    if len(arguments.paths) > 1:
        raise GreenlintError("- (stdin) stands alone; other paths cannot be given with it")
    path = Path(os.path.abspath(arguments.stdin_filename or "stdin.py"))
    return (path,), replace(request, overlay={path: sys.stdin.buffer.read()})


def _asked_for(report: Report, arguments: Namespace) -> Report:
    """Leave out suppressed findings, or the remark that some are hidden."""
    if arguments.show_suppressed:
        return replace(report, hidden=0)
    shown = tuple(finding for finding in report.findings if finding.suppressed is None)
    return replace(report, findings=shown)


def _output(report: Report, arguments: Namespace, console: Console) -> None:
    to_file = arguments.output_file is not None
    lines = reporters.reporter(_format(report, arguments))(
        report,
        cwd=Path.cwd(),
        colour=wants_colour(arguments.color, None if to_file else sys.stdout, os.environ),
        statistics=arguments.statistics,
        quiet=arguments.quiet,
    )
    if to_file:
        write_file(arguments.output_file, lines)
    else:
        console.write(lines)
    if arguments.verbose:
        console.complain(_account(report))


def _format(report: Report, arguments: Namespace) -> str:
    """Take the format of the command line, else of the environment or the project's configuration."""
    if arguments.output_format:
        return str(arguments.output_format)
    from greenlint.options import load_options

    options = load_options(
        Path(report.root),
        config=arguments.config,
        isolated=arguments.isolated,
        environment=os.environ,
        overrides=overrides_of(arguments),
    )
    return options.output_format


def _account(report: Report) -> str:
    run = report.statistics
    return (
        f"{report.root}: {run.files} files ({run.parsed} parsed, {run.cached} cached), "
        f"{len(report.rules)} rules, {run.seconds:.2f} s"
    )


def _status(report: Report, arguments: Namespace) -> int:
    if any(notice.code == INTERNAL_ERROR for notice in report.notices):
        return 2
    return int(not arguments.exit_zero and _has_findings(report))


def _has_findings(report: Report) -> bool:
    return any(finding.suppressed is None for finding in report.findings)
