"""The counts of a run."""

from __future__ import annotations

from pathlib import Path

from tests.engine.shop import FILES, check, write

LOADER = "shop/clients.py"
UNKNOWN = """
class Loader:
    def fetch(self, url):
        return url


def load(plugin, url):
    return plugin.fetch(url)
"""


def test_calls_that_nobody_can_name_are_counted(tmp_path: Path) -> None:
    named = check(write(tmp_path / "named")).statistics
    assert (named.roots, named.unresolved_calls) == (1, 0)
    unnamed = check(write(tmp_path / "unnamed", {**FILES, LOADER: FILES[LOADER] + UNKNOWN})).statistics
    assert (unnamed.calls, unnamed.unresolved_calls) == (named.calls + 1, 1)
