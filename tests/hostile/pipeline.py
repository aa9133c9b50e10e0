"""The whole pipeline over one program: discovery, analysis and every output format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from greenlint import engine
from greenlint.model import INTERNAL_ERROR, Report
from greenlint.reporters import names, reporter

PROBE = """\
import eventlet
eventlet.monkey_patch()
import httplib2
HTTP = httplib2.Http()


def main(urls):
    for url in urls:
        eventlet.spawn(HTTP.request, url)
"""
"""A program with one finding, of line and column `FOUND`."""

FOUND = ("GRN101", 4, 8)


def analysed(root: Path, paths: Iterable[Path] = ()) -> Report:
    """Analyse a program and print it in every format; no rule may fail."""
    report = engine.check([*paths] or [root], engine.Request(cache=False, jobs=1))
    assert [notice for notice in report.notices if notice.code == INTERNAL_ERROR] == []
    for name in names():
        text = "\n".join(reporter(name)(report, cwd=root, colour=False, statistics=True))
        text.encode("utf-8", "backslashreplace")
    return report


def found(report: Report) -> list[tuple[str, int, int]]:
    """Code, line and column of each finding."""
    return [(item.code, item.location.line, item.location.column) for item in report.findings]
