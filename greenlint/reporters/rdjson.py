"""Reviewdog Diagnostic Format.

Source: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Its columns count the bytes of the
line in UTF-8, so the line is read; where it cannot be, code points stand in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Finding, Location, Report, Severity
from greenlint.reporters._sources import Sources
from greenlint.reporters._text import relative

SEVERITY = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING"}


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield the document: findings that are not suppressed, their steps as related locations, notices."""
    places = _Places(report, cwd)
    diagnostics = [_finding(finding, places) for finding in report.findings if finding.suppressed is None]
    diagnostics.extend(
        {
            "message": notice.message,
            "location": {
                "path": places.path(notice.path),
                "range": {"start": {"line": notice.line, "column": 1}},
            },
            "severity": "INFO",
            "code": {"value": notice.code},
        }
        for notice in report.notices
    )
    yield json.dumps({"source": {"name": "greenlint"}, "diagnostics": diagnostics}, indent=2)


def _finding(finding: Finding, places: _Places) -> dict[str, object]:
    return {
        "message": finding.message,
        "location": places.location(finding.location),
        "severity": SEVERITY[finding.severity],
        "code": {"value": finding.code},
        "relatedLocations": [
            {"message": step.message, "location": places.location(step.location)} for step in finding.witness
        ],
    }


class _Places:
    """Locations as reviewdog counts them."""

    def __init__(self, report: Report, cwd: Path) -> None:
        self._root, self._cwd = report.root, cwd
        self._sources = Sources(report.root, report.sources)

    def path(self, path: str) -> str:
        """Express a path of the report relative to the working directory."""
        return relative(path, self._root, self._cwd)

    def location(self, place: Location) -> dict[str, object]:
        """Express a location with columns in bytes."""
        start = self._position(place.path, place.line, place.column)
        end = self._position(place.path, place.end_line, place.end_column)
        return {"path": self.path(place.path), "range": {"start": start, "end": end}}

    def _position(self, path: str, line: int, column: int) -> dict[str, int]:
        text = self._sources.line(path, line)
        if text is not None:
            column = len(text[: column - 1].encode(errors="surrogatepass")) + 1
        return {"line": line, "column": column}
