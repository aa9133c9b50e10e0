"""One JSON object per line: the findings of the JSON format, then the notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import document


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield each finding, then each notice."""
    whole = document(report, cwd)
    for row in (*whole["findings"], *whole["notices"]):
        yield json.dumps(row)
