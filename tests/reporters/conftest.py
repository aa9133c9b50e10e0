"""A report on a small program that shares a client, as every format must show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reporters.samples import SOURCES, report


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample program on disk."""
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def sample(root: Path):
    return report(root)
