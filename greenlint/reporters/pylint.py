"""The parseable format of pylint: ``path:line: [CODE(name)] message``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import document_from_cwd
from greenlint.reporters._text import printable


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield one line per finding that is not suppressed, and one per notice."""
    whole = document_from_cwd(report, cwd)
    for finding in whole["findings"]:
        if finding["suppressed"] is None:
            label = f"{finding['code']}({finding['name']})"
            yield _line(finding["path"], finding["line"], label, finding["message"])
    for notice in whole["notices"]:
        yield _line(notice["path"], notice["line"], notice["code"], notice["message"])


def _line(path: str, line: int, label: str, message: str) -> str:
    return f"{printable(path)}:{line}: [{label}] {printable(message)}"
