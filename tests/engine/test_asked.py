"""Which files count: tests only when somebody asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint import engine
from tests.engine.shop import FILES, write

TEST = (
    "import eventlet\nimport httplib2\n\nHTTP = httplib2.Http()\n\n\n"
    "def test_many():\n    for url in range(9):\n        eventlet.spawn(HTTP.request, url)\n"
)


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        (".", {"shop/clients.py"}),
        ("shop", {"shop/clients.py"}),
        ("tests", {"tests/unit/test_shop.py"}),
        ("tests/unit", {"tests/unit/test_shop.py"}),
        ("tests/unit/test_shop.py", {"tests/unit/test_shop.py"}),
    ],
)
def test_tests_are_checked_when_they_are_named(tmp_path: Path, asked: str, paths: set[str]) -> None:
    root = write(tmp_path / "program", {**FILES, "tests/__init__.py": "", "tests/unit/test_shop.py": TEST})
    report = engine.check([root / asked], engine.Request(cache=False))
    assert {finding.location.path for finding in report.findings} == paths
