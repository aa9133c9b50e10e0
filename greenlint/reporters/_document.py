"""The JSON contract (schema_version 1) as typed mappings; every machine format derives from it.

Keys are only ever added. Consumers must accept roles that they do not know.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from greenlint import __version__
from greenlint.model import Finding, Location, Notice, Report, Statistics, Step
from greenlint.reporters._text import relative

SCHEMA_VERSION = 1


class StepDocument(TypedDict):
    """One hop of the witness."""

    role: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str


class FindingDocument(TypedDict):
    """One finding; ``suppressed`` says by what, or is null."""

    code: str
    name: str
    severity: str
    confidence: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    witness: list[StepDocument]
    assumptions: list[str]
    help: str
    fingerprint: str
    suppressed: str | None


class NoticeDocument(TypedDict):
    """Something about the run itself."""

    code: str
    path: str
    line: int
    message: str


class StatisticsDocument(TypedDict):
    """Counts of the run; ``seconds`` is the only value that differs between equal runs."""

    files: int
    parsed: int
    cached: int
    functions: int
    calls: int
    unresolved_calls: int
    roots: int
    seconds: float


class ToolDocument(TypedDict):
    """Who wrote the document."""

    name: str
    version: str


class Document(TypedDict):
    """A whole report."""

    schema_version: int
    tool: ToolDocument
    root: str
    findings: list[FindingDocument]
    notices: list[NoticeDocument]
    stale_baseline_entries: list[str]
    statistics: StatisticsDocument


def document(report: Report, cwd: Path) -> Document:
    """Describe a report with paths relative to its root."""
    return _document(report, relative(".", report.root, cwd), lambda path: path)


def document_from_cwd(report: Report, cwd: Path) -> Document:
    """Describe a report with paths relative to the working directory, where CI hosts look for files."""
    return _document(report, ".", lambda path: relative(path, report.root, cwd))


def _document(report: Report, root: str, shown: Callable[[str], str]) -> Document:
    return Document(
        schema_version=SCHEMA_VERSION,
        tool=ToolDocument(name="greenlint", version=__version__),
        root=root,
        findings=[_finding(finding, shown) for finding in report.findings],
        notices=[_notice(notice, shown) for notice in report.notices],
        stale_baseline_entries=list(report.stale),
        statistics=_statistics(report.statistics),
    )


def _finding(finding: Finding, shown: Callable[[str], str]) -> FindingDocument:
    place = finding.location
    return FindingDocument(
        code=finding.code,
        name=finding.name,
        severity=finding.severity.value,
        confidence=finding.confidence.value,
        message=finding.message,
        path=shown(place.path),
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        witness=[_step(step, step.location, shown) for step in finding.witness],
        assumptions=list(finding.assumptions),
        help=finding.help,
        fingerprint=finding.fingerprint,
        suppressed=finding.suppressed,
    )


def _step(step: Step, place: Location, shown: Callable[[str], str]) -> StepDocument:
    return StepDocument(
        role=step.role.value,
        path=shown(place.path),
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        message=step.message,
    )


def _notice(notice: Notice, shown: Callable[[str], str]) -> NoticeDocument:
    return NoticeDocument(code=notice.code, path=shown(notice.path), line=notice.line, message=notice.message)


def _statistics(run: Statistics) -> StatisticsDocument:
    return StatisticsDocument(
        files=run.files,
        parsed=run.parsed,
        cached=run.cached,
        functions=run.functions,
        calls=run.calls,
        unresolved_calls=run.unresolved_calls,
        roots=run.roots,
        seconds=round(run.seconds, 3),
    )
