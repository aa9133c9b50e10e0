"""Taking greenlint into use on a program that has findings: write a baseline, or noqa comments."""

from __future__ import annotations

import os
import tokenize
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.cli.console import Console, write_file
from greenlint.cli.program import programs_of, request_of, whole_report
from greenlint.model import Finding, GreenlintError, Report

if TYPE_CHECKING:
    pass

DEFAULT_BASELINE = "greenlint-baseline.jsonl"
"""Name of the file, in the root of the program, if neither option nor configuration names one."""


def write_baseline(arguments: Namespace, paths: Sequence[Path], console: Console) -> int:
    """Write the findings of the whole program to its baseline; entries of rules that did not run stay."""
    from greenlint.baseline import Baseline

    request = replace(request_of(arguments), baseline=False)
    found: dict[Path, list[Report]] = defaultdict(list)
    named = set()
    for program, options in programs_of(arguments, paths):
        place = options.baseline or program.root / DEFAULT_BASELINE
        if options.baseline is not None:
            named.add(place)
        found[place].append(whole_report(program, request, console))
    for place, reports in found.items():
        findings = [finding for report in reports for finding in report.findings]
        rules = {code for report in reports for code in report.rules}
        known = Baseline.of(findings)
        if place.exists():
            known += Baseline.read(place, mend=True).besides(rules)
        write_file(place, known.lines())
        console.write([f"Wrote {_counted(findings)} to {_shown(place)}."])
        if place not in named:
            console.write([f'Set baseline = "{place.name}" in the configuration to hold them back from now on.'])
    return 0


def add_noqa(arguments: Namespace, paths: Sequence[Path], console: Console) -> int:
    """Write a noqa comment for each finding that stands in the paths."""
    request = request_of(arguments)
    wanted: dict[Path, list[Finding]] = defaultdict(list)
    for program, _ in programs_of(arguments, paths):
        for finding in whole_report(program, request, console).findings:
            place = program.root / finding.location.path
            if finding.suppressed is None and any(place.is_relative_to(path) for path in program.shown):
                wanted[place].append(finding)
    for place, findings in wanted.items():
        _write_noqa(place, findings, arguments.add_noqa)
    number = sum(map(len, wanted.values()))
    files = f"{len(wanted)} file" if len(wanted) == 1 else f"{len(wanted)} files"
    console.write([f"Suppressed {number} finding{'s' * (number != 1)} in {files}."])
    return 0


def _write_noqa(place: Path, findings: Iterable[Finding], reason: str) -> None:
    from greenlint.source.noqa import with_noqa

    codes: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        codes[finding.location.line].add(finding.code)
    try:
        data = place.read_bytes()
        encoding, _ = tokenize.detect_encoding(iter(data.splitlines(keepends=True)).__next__)
        written = with_noqa(data.decode(encoding), codes, reason).encode(encoding)
        place.write_bytes(written)
    except GreenlintError as error:
        raise GreenlintError(f"{_shown(place)}: {error}") from None
    except OSError as error:
        raise GreenlintError(f"cannot write {_shown(place)}: {error.strerror}") from None
    except (UnicodeError, SyntaxError) as error:
        raise GreenlintError(f"{_shown(place)}: no comment can be added: {error}") from None


def _counted(findings: Sequence[Finding]) -> str:
    number = sum(finding.suppressed is None for finding in findings)
    return "1 known finding" if number == 1 else f"{number} known findings"


def _shown(place: Path) -> str:
    return os.path.relpath(place)
