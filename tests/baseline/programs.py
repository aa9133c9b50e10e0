"""A small program with one shared client, and how to change it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from greenlint import engine
from greenlint.baseline import Baseline
from greenlint.model import Finding, Report

CLIENTS = """\
import httplib2

HTTP = httplib2.Http()


def fetch(url):
    return HTTP.request(url)
"""

MAIN = """\
import eventlet

eventlet.monkey_patch()

from clients import fetch


def worker(url):
    return fetch(url)


def main(urls):
    for url in urls:
        eventlet.spawn_n(worker, url)
"""

SECOND_WAY = """

def refresh():
    fetch("http://shop.example/prices")


def start_refreshing():
    while True:
        eventlet.spawn(refresh)
"""

SECOND_CLIENT = """

SPARE = httplib2.Http()


def fetch_again(url):
    return SPARE.request(url)
"""

BASELINE = "known.jsonl"


def lay(root: Path, **texts: str) -> Path:
    """Write modules by name, and what makes a directory the root of a program."""
    for name, text in texts.items():
        (root / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    (root / "greenlint.toml").touch()
    return root


def check(root: Path, **settings: object) -> Report:
    """Check the program against its baseline if it has one; underscores of settings are dashes."""
    overrides: dict[str, object] = {key.replace("_", "-"): value for key, value in settings.items()}
    if (root / BASELINE).exists():
        overrides["baseline"] = str(root / BASELINE)
    return engine.check([root], engine.Request(overrides=overrides))


def remember(root: Path) -> None:
    """Write the baseline of the program as it is."""
    (root / BASELINE).unlink(missing_ok=True)
    write(root, Baseline.of(check(root).findings))


def write(root: Path, baseline: Baseline) -> None:
    """Write a baseline."""
    (root / BASELINE).write_text("".join(f"{line}\n" for line in baseline.lines()), encoding="utf-8")


def reported(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that nothing suppresses."""
    return [finding for finding in findings if finding.suppressed is None]
