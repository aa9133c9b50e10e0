"""``greenlint check``: analyse the program around the paths and report what stands in them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from greenlint import reporters
from greenlint.cli import again
from greenlint.cli.console import Console, wants_colour, write_file
from greenlint.cli.listing import files, settings
from greenlint.cli.program import add_program_options, file_of, programs_of, request_of
from greenlint.cli.progress import Progress
from greenlint.model import INTERNAL_ERROR, GreenlintError, Report, Statistics
from greenlint.source.footprint import Looked

HELP = "check a program and report its greenthread bugs (the default command)"
STDIN = Path("-")
KNOWN = "baseline"
"""What findings of the baseline are suppressed by."""


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
    group = parser.add_argument_group("adoption")
    group.add_argument("--baseline", metavar="FILE", help="hold back the findings that the file knows")
    group.add_argument("--write-baseline", action="store_true", help="write what is found to the baseline and stop")
    group.add_argument(
        "--add-noqa", metavar="REASON", help="write a noqa comment for each finding and stop (=REASON is optional)"
    )
    group = parser.add_argument_group("input")
    group.add_argument("--stdin-filename", type=Path, metavar="FILE", help="the path that stdin stands for")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Check the paths; return 0 without findings, 1 with some, 2 if a rule failed."""
    paths, overlay = _paths(arguments)
    if arguments.show_files or arguments.show_settings:
        console.write(_listing(arguments, paths))
        return 0
    if arguments.write_baseline or arguments.add_noqa is not None:
        return _adopt(arguments, paths, overlay, console)
    from greenlint import engine

    console.begin(f"while analysing {', '.join(map(str, paths))}")
    looked = Looked()
    with Progress(console) as progress:
        request = replace(request_of(arguments), overlay=overlay, progress=progress, looked=looked)
        report = engine.check(paths, request)
    console.begin("while writing the report")
    render = reporters.reporter(arguments.output_format or report.output_format)
    asked, status = _asked_for(report, arguments), _status(report, arguments)
    lines = _lines(render, asked, arguments)
    if arguments.output_file:
        write_file(arguments.output_file, lines)
    else:
        console.write(lines)
    if arguments.verbose:
        console.complain(_account(report))
    elif not arguments.output_file and lines == _lines(render, replace(asked, statistics=Statistics()), arguments):
        again.keep(arguments.words, looked, status, lines)
    return status


def _adopt(arguments: Namespace, paths: Sequence[Path], overlay: Mapping[Path, bytes], console: Console) -> int:
    from greenlint.cli.adoption import add_noqa, write_baseline

    if arguments.write_baseline and arguments.add_noqa is not None:
        raise GreenlintError("--write-baseline and --add-noqa are two ways to hold findings back; choose one")
    if overlay:
        raise GreenlintError("- (stdin) cannot be changed; name the file")
    return (write_baseline if arguments.write_baseline else add_noqa)(arguments, paths, console)


def _format_help() -> str:
    return "full (default), " + ", ".join(name for name in reporters.names() if name != "full")


def _paths(arguments: Namespace) -> tuple[tuple[Path, ...], Mapping[Path, bytes]]:
    """Return the paths, and the text on stdin under the path of the file that it stands for."""
    if STDIN not in arguments.paths:
        return tuple(arguments.paths), {}
    if len(arguments.paths) > 1:
        raise GreenlintError("- (stdin) stands alone; no other path can be given with it")
    path = Path(os.path.abspath(arguments.stdin_filename or "stdin.py"))
    return (path,), {path: sys.stdin.buffer.read()}


def _listing(arguments: Namespace, paths: Sequence[Path]) -> Iterator[str]:
    found = programs_of(arguments, paths)
    return files(found, Path.cwd()) if arguments.show_files else settings(found, file_of(arguments))


def _asked_for(report: Report, arguments: Namespace) -> Report:
    """Leave out suppressed findings, or the remarks that some are hidden."""
    if arguments.show_suppressed:
        return replace(report, hidden=0)
    shown = tuple(finding for finding in report.findings if finding.suppressed is None)
    known = sum(finding.suppressed == KNOWN for finding in report.findings)
    return replace(report, findings=shown, known=known)


def _lines(render: reporters.Render, report: Report, arguments: Namespace) -> list[str]:
    return list(
        render(
            report,
            cwd=Path.cwd(),
            colour=wants_colour(arguments.color, None if arguments.output_file else sys.stdout, os.environ),
            statistics=arguments.statistics,
            quiet=arguments.quiet,
        )
    )


def _account(report: Report) -> str:
    run = report.statistics
    return (
        f"{report.root}: {run.files} files ({run.parsed} parsed, {run.cached} cached), "
        f"{len(report.rules)} rules, {run.seconds:.2f} s"
    )


def _status(report: Report, arguments: Namespace) -> int:
    if any(notice.code == INTERNAL_ERROR for notice in report.notices):
        return 2
    found = any(finding.suppressed is None for finding in report.findings)
    return int(found and not arguments.exit_zero)
