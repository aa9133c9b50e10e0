"""GitLab Code Quality report.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import FindingDocument, NoticeDocument, document_from_cwd

SEVERITY = {"error": "major", "warning": "minor"}


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield the report: findings that are not suppressed, and notices as information."""
    whole = document_from_cwd(report, cwd)
    rows = [_finding(finding) for finding in whole["findings"] if finding["suppressed"] is None]
    rows.extend(_notice(notice) for notice in whole["notices"])
    _make_unique(rows)
    yield json.dumps(rows, indent=2)


def _finding(finding: FindingDocument) -> dict[str, object]:
    begin = {"line": finding["line"], "column": finding["column"]}
    end = {"line": finding["end_line"], "column": finding["end_column"]}
    return {
        "description": f"{finding['code']} {finding['message']}",
        "check_name": finding["name"],
        "fingerprint": finding["fingerprint"],
        "severity": SEVERITY[finding["severity"]],
        "location": {
            "path": finding["path"],
            "lines": {"begin": finding["line"], "end": finding["end_line"]},
            "positions": {"begin": begin, "end": end},
        },
    }


def _notice(notice: NoticeDocument) -> dict[str, object]:
    names = "\0".join((notice["code"], notice["path"], notice["message"]))
    return {
        "description": f"{notice['code']} {notice['message']}",
        "check_name": notice["code"],
        "fingerprint": hashlib.blake2b(names.encode(errors="surrogatepass"), digest_size=16).hexdigest(),
        "severity": "info",
        "location": {"path": notice["path"], "lines": {"begin": notice["line"], "end": notice["line"]}},
    }


def _make_unique(rows: list[dict[str, object]]) -> None:
    """Number equal fingerprints, of which GitLab would show only one."""
    seen: Counter[object] = Counter()
    for row in rows:
        fingerprint = row["fingerprint"]
        if seen[fingerprint]:
            row["fingerprint"] = f"{fingerprint}-{seen[fingerprint]}"
        seen[fingerprint] += 1
