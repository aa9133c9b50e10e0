"""``greenlint explain``."""

from __future__ import annotations

import pytest

from greenlint.cli import main
from tests.cli.stand_in import Engine

TOLD = """\
GRN101 one httplib2.Http is used by several greenthreads at once
  1. app/clients.py:6:8: made once, when app.clients is imported
  2. app/main.py:22:9: greenthreads start here, in a loop
  3. app/main.py:15:12: worker() calls fetch()
  4. app/clients.py:10:12: used here, no lock held
  at run time: RuntimeError: Second simultaneous read on fileno N detected
  because: both greenthreads read the connection that httplib2 keeps per host
  help: make one per greenthread, or check one out of eventlet.pools.Pool
"""


class TestExplain:
    @pytest.mark.parametrize("place", ["app/clients.py:6", "app/clients.py:6:8"])
    def test_asks_the_engine_about_the_line(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], place: str
    ) -> None:
        assert main(["explain", place]) == 0
        assert engine.places == ["app/clients.py:6"]
        assert capsys.readouterr().out == TOLD

    def test_says_that_there_is_nothing_to_explain(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.told = ()
        assert main(["explain", "app/clients.py:1"]) == 0
        assert capsys.readouterr().out.startswith("app/clients.py:1: nothing is reported here, and no client")
