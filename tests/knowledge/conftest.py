from __future__ import annotations

import pytest

from greenlint.knowledge.knowledge import Knowledge, know
from greenlint.knowledge.loader import own_rows
from greenlint.knowledge.schema import Rows


@pytest.fixture(scope="session")
def rows() -> Rows:
    return own_rows()


@pytest.fixture(scope="session")
def knowledge(rows: Rows) -> Knowledge:
    return know(rows)
