"""Workflow commands of GitHub Actions, which put annotations on the changed lines.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from greenlint.model import INTERNAL_ERROR, Report
from greenlint.reporters._document import FindingDocument, NoticeDocument, document_from_cwd

DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield one command per finding that is not suppressed, and one per notice."""
    whole = document_from_cwd(report, cwd)
    for finding in whole["findings"]:
        if finding["suppressed"] is None:
            yield _finding(finding)
    for notice in whole["notices"]:
        yield _notice(notice)


def _finding(finding: FindingDocument) -> str:
    place: dict[str, object] = {"file": finding["path"], "line": finding["line"]}
    if finding["line"] == finding["end_line"]:  # GitHub rejects columns of a stretch over several lines
        place |= {"col": finding["column"], "endColumn": finding["end_column"]}
    place |= {"endLine": finding["end_line"]}
    title = f"greenlint {finding['code']} ({finding['name']})"
    head = f"{finding['path']}:{finding['line']}:{finding['column']}: {finding['code']}"
    return _command(finding["severity"], {"title": title} | place, f"{head} {finding['message']}")


def _notice(notice: NoticeDocument) -> str:
    title = f"greenlint {notice['code']}"
    place = {"title": title, "file": notice["path"], "line": notice["line"]}
    head = f"{notice['path']}:{notice['line']}:1: {notice['code']}"
    kind = "error" if notice["code"] == INTERNAL_ERROR else "notice"
    return _command(kind, place, f"{head} {notice['message']}")


def _command(name: str, properties: Mapping[str, object], text: str) -> str:
    listed = ",".join(f"{key}={str(value).translate(PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{text.translate(DATA)}"
