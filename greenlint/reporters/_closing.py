"""The last lines of the text formats: what was found, what was hidden, counts when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from greenlint.model import Report, Severity
from greenlint.reporters._text import counted, printable

MOST_STALE = 5
"""Stale entries of the baseline that are listed."""


def closing(report: Report, *, statistics: bool, quiet: bool) -> Iterator[str]:
    """Yield ``Found 3 errors, 1 warning.`` or ``All checks passed!``, before it the counts by rule."""
    if statistics:
        yield from _by_rule(report)
        yield _run(report)
    if quiet:
        return
    yield _verdict(report)
    if report.hidden:
        yield f"{counted(report.hidden, 'finding')} hidden by blanket noqa (--show-suppressed)"
    if report.known:
        yield f"{counted(report.known, 'finding')} held back by the baseline (--show-suppressed)"
    if report.stale:
        yield from _stale(report.stale)


def _stale(entries: Sequence[str]) -> Iterator[str]:
    number = counted(len(entries), "entry of the baseline is", "entries of the baseline are")
    yield f"{number} stale (--write-baseline removes them):"
    yield from (f"  {printable(entry)}" for entry in entries[:MOST_STALE])
    if len(entries) > MOST_STALE:
        yield f"  and {len(entries) - MOST_STALE} more"


def _verdict(report: Report) -> str:
    shown = [finding for finding in report.findings if finding.suppressed is None]
    severities = Counter(finding.severity for finding in shown)
    counts = (
        (severities[Severity.ERROR], "error"),
        (severities[Severity.WARNING], "warning"),
        (len(report.findings) - len(shown), "suppressed finding"),
        (len(report.notices), "notice"),
    )
    said = ", ".join(counted(number, noun) for number, noun in counts if number)
    return f"Found {said}." if said else "All checks passed!"


def _by_rule(report: Report) -> Iterator[str]:
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    width = len(str(max(counts.values(), default=0)))
    for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:>{width}}  {code}  {name}"


def _run(report: Report) -> str:
    run = report.statistics
    parts = (
        f"{counted(run.files, 'file')} ({run.parsed} parsed, {run.cached} cached)",
        counted(run.functions, "function"),
        f"{counted(run.calls, 'call')} ({run.unresolved_calls} unresolved)",
        counted(run.roots, "root"),
        f"{counted(run.searches_given_up, 'search', 'searches')} given up",
        f"{run.seconds:.2f} s",
    )
    return ", ".join(parts)
