"""Logging commands of Azure Pipelines.

Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import document_from_cwd

DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
PROPERTY = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"})


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield one command per finding that is not suppressed, and one warning per notice."""
    whole = document_from_cwd(report, cwd)
    for finding in whole["findings"]:
        if finding["suppressed"] is None:
            place = (finding["path"], finding["line"], finding["column"])
            yield _command(finding["severity"], place, finding["code"], finding["message"])
    for notice in whole["notices"]:
        yield _command("warning", (notice["path"], notice["line"], 1), notice["code"], notice["message"])


def _command(kind: str, place: tuple[str, int, int], code: str, message: str) -> str:
    path, line, column = place
    where = f"sourcepath={path.translate(PROPERTY)};linenumber={line};columnnumber={column}"
    return f"##vso[task.logissue type={kind};{where};code={code};]{message.translate(DATA)}"
