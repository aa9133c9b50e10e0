from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine import shop


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The program, below a directory of its own."""
    return shop.write(tmp_path / "program")
