"""``greenlint graph``: the proof of a finding as a picture."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from greenlint.cli.console import Console, write_file
from greenlint.cli.program import add_program_options, programs_of, request_of, whole_report
from greenlint.model import Finding, GreenlintError, Report

HELP = "draw the proof of findings as a picture"
_PLACE = re.compile(r"(?:(?P<rule>[\w-]+)@)?(?P<path>.+?):(?P<line>[1-9]\d*)(?::\d+)?")
FORMS = ("html", "mermaid", "dot")


def configure(parser: ArgumentParser) -> None:
    """Add what is drawn, and how."""
    parser.add_argument(
        "finding", nargs="?", metavar="[CODE@]PATH:LINE", help="for example GRN101@app/clients.py:6; without it, all"
    )
    parser.add_argument("--entry-point", metavar="MODULE[:FUNCTION]", help="findings of the program that starts there")
    parser.add_argument("--output-format", choices=FORMS, help="(default by the ending of FILE, else mermaid)")
    parser.add_argument("-o", "--output-file", type=Path, metavar="FILE", help="write the picture to a file")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Draw the finding at a place, those of an entry point, or all; return 0 also if there is none."""
    from greenlint.graph import form, proof_of

    report = _report(arguments, console)
    findings = _chosen(report, arguments.finding)
    if not findings:
        console.write(["Nothing to draw: no findings."])
        return 0
    draw = form(arguments.output_format or _form_of(arguments.output_file))
    lines = draw([proof_of(finding) for finding in findings], report)
    if arguments.output_file is None:
        console.write(lines)
    else:
        write_file(arguments.output_file, lines)
    return 0


def _report(arguments: Namespace, console: Console) -> Report:
    """Check the whole program, known and suppressed findings included: what is drawn was asked for."""
    path = Path()
    if arguments.finding is not None:
        path = Path(_place(arguments.finding)["path"])
    program, _ = programs_of(arguments, [path])[0]
    request = replace(request_of(arguments), baseline=False, entry_point=arguments.entry_point or "")
    return whole_report(program, request, console)


def _chosen(report: Report, asked: str | None) -> Sequence[Finding]:
    if asked is None:
        return [finding for finding in report.findings if finding.suppressed is None]
    place = _place(asked)
    path = Path(os.path.abspath(place["path"])).relative_to(report.root).as_posix()
    line, rule = int(place["line"]), place["rule"]
    here = [finding for finding in report.findings if _stands_at(finding, path, line)]
    chosen = [finding for finding in here if rule in (None, finding.code, finding.name)]
    if not chosen:
        what = f"{rule} is not" if here else "nothing is"
        where = f"{place['path']}:{line}"
        raise GreenlintError(f"{what} reported at {where}; `greenlint explain {where}` tells where the proof stopped")
    return chosen


def _stands_at(finding: Finding, path: str, line: int) -> bool:
    places = [finding.location, *(step.location for step in finding.witness)]
    return any(place.path == path and place.line <= line <= place.end_line for place in places)


def _place(text: str) -> re.Match[str]:
    match = _PLACE.fullmatch(text)
    if match is None:
        raise GreenlintError(f"'{text}' is not of the form [CODE@]PATH:LINE, for example GRN101@app/clients.py:6")
    return match


def _form_of(file: Path | None) -> str:
    """Tell the form by the ending of the file."""
    endings = {".html": "html", ".htm": "html", ".dot": "dot", ".gv": "dot"}
    return endings.get(file.suffix.lower(), "mermaid") if file is not None else "mermaid"
