"""JSON: the stable contract, one indented document with sorted findings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import document


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield the document; it is ASCII, so that no locale can damage it."""
    yield json.dumps(document(report, cwd), indent=2)
