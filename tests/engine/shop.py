"""A small program with one finding, and what the engine says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenlint import engine
from greenlint.model import Report, Statistics
from greenlint.reporters import reporter

FILES: Mapping[str, str] = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/clients.py": "import httplib2\n\nHTTP = httplib2.Http()\n\n\ndef fetch(url):\n    return HTTP.request(url)\n",
    "shop/main.py": (
        "import eventlet\n\neventlet.monkey_patch()\n\nfrom shop.clients import fetch\n\n\n"
        "def main(urls):\n    for url in urls:\n        eventlet.spawn(fetch, url)\n"
    ),
    "shop/stock/__init__.py": "",
    "shop/stock/shelf.py": "def count(items):\n    return len(items)\n",
    "README.md": "a shop\n",
    "Procfile": "web: python -m shop.main\n",
    "bin/serve": "#!/usr/bin/env python3\nfrom shop.main import main\n\nmain(['http://example.org'])\n",
}


def write(root: Path, files: Mapping[str, str] = FILES) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def check(root: Path, **request: Any) -> Report:
    return engine.check([root], engine.Request(root=request.pop("root", None), **request))


def said(report: Report) -> str:
    """All that a report says, without what tells how the run went."""
    calm = replace(report.statistics, parsed=0, cached=0, seconds=0.0)
    text = list(
        reporter("json")(replace(report, statistics=calm), cwd=Path(report.root), colour=False, statistics=True)
    )
    return "\n".join([*text, *report.rules, str(report.hidden), *report.stale, report.output_format])


def counts(report: Report) -> tuple[int, int]:
    """How many files were parsed, and how many were known."""
    run: Statistics = report.statistics
    return run.parsed, run.cached
