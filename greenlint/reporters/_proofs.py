"""Findings in full: headline, one source frame per step of the witness, and notes below."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from greenlint.model import Finding, Report, Step
from greenlint.reporters._frames import Canvas, Mark, frames
from greenlint.reporters._paint import Paint
from greenlint.reporters._sources import Sources
from greenlint.reporters._text import printable


def proofs(report: Report, shown: Callable[[str], str], paint: Paint) -> Iterator[str]:
    """Yield the lines of every finding and an empty line after each; ``shown`` gives a path as the user types it."""
    sources = Sources(report.root, report.sources)
    for finding in report.findings:
        marks = _marks(finding)
        gutter = max(len(str(mark.location.line)) for mark in marks)
        canvas = Canvas(sources, shown, paint, gutter, finding.severity.value)
        yield _headline(finding, paint)
        yield from frames(marks, canvas)
        yield from _notes(finding, gutter, paint)
        yield ""


def _headline(finding: Finding, paint: Paint) -> str:
    label = paint(f"{finding.severity.value}[{finding.code}]", finding.severity.value)
    return f"{label} {paint(printable(finding.title or finding.message), 'bold')} ({finding.name})"


def _marks(finding: Finding) -> tuple[Mark, ...]:
    """Number the steps; the finding's own place stands first and bare if no step is at it.

    Strong are the place of the finding and the last step, where the fault comes to pass.
    """
    steps = tuple(_mark(number, step, finding) for number, step in enumerate(finding.witness, start=1))
    bare = Mark(finding.location, "", primary=True, strong=True)
    return steps if any(mark.primary for mark in steps) else (bare, *steps)


def _mark(number: int, step: Step, finding: Finding) -> Mark:
    primary = step.location == finding.location
    last = number == len(finding.witness)
    return Mark(step.location, f"{number}. {step.message}", primary, strong=primary or last)


def _notes(finding: Finding, gutter: int, paint: Paint) -> Iterator[str]:
    page = f"greenlint rule {finding.code}"
    notes = (
        ("at run time", finding.failure),
        ("because", finding.because),
        *(("assumes", assumption) for assumption in finding.assumptions),
        ("suppressed", finding.suppressed or ""),
        ("help", f"{finding.help}   ({page})" if finding.help else page),
    )
    edge = paint(" " * gutter + " =", "frame")
    for label, text in notes:
        if text:
            yield f"{edge} {paint(label, 'note')}: {printable(text)}"
