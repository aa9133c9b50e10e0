"""``greenlint graph``: the proof of a finding, or where it stopped, as a picture."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.cli.console import Console, write_file
from greenlint.cli.program import add_program_options, programs_of, request_of, whole_report
from greenlint.model import Explanation, GreenlintError

if TYPE_CHECKING:
    from greenlint.engine import Request
    from greenlint.source.roots import Program

HELP = "draw the proof of findings, or where it stopped, as a picture"
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
    """Draw what is told about a place, the findings of an entry point, or all; return 0 also if there is none."""
    from greenlint.graph import Sources, form, proof_of

    program, _ = programs_of(arguments, [_path(arguments)])[0]
    told = _asked(arguments, console) if arguments.finding else _found(program, arguments, console)
    if not told:
        console.write(["Nothing to draw: no findings."])
        return 0
    draw = form(arguments.output_format or _form_of(arguments.output_file))
    lines = draw([proof_of(one) for one in told], Sources(str(program.root), {}))
    if arguments.output_file is None:
        console.write(lines)
    else:
        write_file(arguments.output_file, lines)
    return 0


def _path(arguments: Namespace) -> Path:
    return Path(_place(arguments.finding)["path"]) if arguments.finding else Path()


def _request(arguments: Namespace) -> Request:
    """Ask for known findings as well: what is drawn was asked for."""
    return replace(request_of(arguments), baseline=False, entry_point=arguments.entry_point or "")


def _found(program: Program, arguments: Namespace, console: Console) -> Sequence[Explanation]:
    report = whole_report(program, _request(arguments), console)
    return [Explanation.of(finding) for finding in report.findings if finding.suppressed is None]


def _asked(arguments: Namespace, console: Console) -> Sequence[Explanation]:
    """Return what is told about a place, of one rule if that is named; what is not reported is told, too."""
    from greenlint import engine

    place = _place(arguments.finding)
    where, rule = f"{place['path']}:{place['line']}", place["rule"]
    console.begin(f"while explaining {where}")
    told = [one for one in engine.explain(where, _request(arguments)) if one.witness]
    codes = {word: code for code, info in engine.rules().items() for word in (code, info.name)}
    chosen = [one for one in told if rule is None or one.code in (codes.get(rule, rule), "")]
    if not chosen:
        what = f"{rule} is not" if told else "nothing is"
        raise GreenlintError(f"{what} reported at {where}; `greenlint explain {where}` tells where the proof stopped")
    return chosen


def _place(text: str) -> re.Match[str]:
    match = _PLACE.fullmatch(text)
    if match is None:
        raise GreenlintError(f"'{text}' is not of the form [CODE@]PATH:LINE, for example GRN101@app/clients.py:6")
    return match


def _form_of(file: Path | None) -> str:
    """Tell the form by the ending of the file."""
    endings = {".html": "html", ".htm": "html", ".dot": "dot", ".gv": "dot"}
    return endings.get(file.suffix.lower(), "mermaid") if file is not None else "mermaid"
