"""Runs under the real libraries are not measured: what they show hangs on time, and none of them loads greenlint."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def unmeasured_runs(unmeasured: None) -> None:
    """Nothing that a test of this directory starts is traced."""
