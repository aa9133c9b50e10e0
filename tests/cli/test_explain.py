"""``greenlint explain``."""

from __future__ import annotations

import pytest

from greenlint.cli import main
from tests.cli.stand_in import Engine


class TestExplain:
    @pytest.mark.parametrize("place", ["app/clients.py:6", "app/clients.py:6:8"])
    def test_asks_the_engine_about_the_line(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], place: str
    ) -> None:
        assert main(["explain", place]) == 0
        assert engine.places == ["app/clients.py:6"]
        assert capsys.readouterr().out == "GRN101 is reported here\n"
