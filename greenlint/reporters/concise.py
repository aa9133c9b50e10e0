"""One line per finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Finding, Notice, Report
from greenlint.reporters._closing import closing
from greenlint.reporters._paint import Paint, painter
from greenlint.reporters._text import printable, relative


def render(
    report: Report, *, cwd: Path, colour: bool, statistics: bool, quiet: bool = False
) -> Iterator[str]:
    """Yield one line per finding and notice, then the closing lines."""
    paint = painter(colour)
    for finding in report.findings:
        yield _finding(finding, relative(finding.location.path, report.root, cwd), paint)
    for notice in report.notices:
        yield _notice(notice, relative(notice.path, report.root, cwd), paint)
    yield from closing(report, statistics=statistics, quiet=quiet)


def _finding(finding: Finding, path: str, paint: Paint) -> str:
    place = paint(f"{printable(path)}:{finding.location.line}:{finding.location.column}", "bold")
    suppressed = f" (suppressed: {finding.suppressed})" if finding.suppressed else ""
    return f"{place}: {paint(finding.code, finding.severity.value)} {printable(finding.message + suppressed)}"


def _notice(notice: Notice, path: str, paint: Paint) -> str:
    place = paint(f"{printable(path)}:{notice.line}:1", "bold")
    return f"{place}: {paint(notice.code, 'notice')} {printable(notice.message)}"
