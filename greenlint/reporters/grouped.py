"""Findings under the name of their file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._closing import closing
from greenlint.reporters._paint import painter
from greenlint.reporters._text import printable, relative


def render(
    report: Report, *, cwd: Path, colour: bool, statistics: bool, quiet: bool = False
) -> Iterator[str]:
    """Yield a heading for each file, below it its findings and notices, then the closing lines."""
    paint = painter(colour)
    for path, rows in itertools.groupby(sorted(_rows(report)), key=lambda row: row[0]):
        yield paint(f"{printable(relative(path, report.root, cwd))}:", "bold")
        for _, line, column, code, style, message in rows:
            yield f"  {line}:{column} {paint(code, style)} {printable(message)}"
        yield ""
    yield from closing(report, statistics=statistics, quiet=quiet)


def _rows(report: Report) -> Iterator[tuple[str, int, int, str, str, str]]:
    """Yield (path, line, column, code, style, message) of everything in the report."""
    for finding in report.findings:
        place = finding.location
        suppressed = f" (suppressed: {finding.suppressed})" if finding.suppressed else ""
        message = finding.message + suppressed
        yield place.path, place.line, place.column, finding.code, finding.severity.value, message
    for notice in report.notices:
        yield notice.path, notice.line, 1, notice.code, "notice", notice.message
