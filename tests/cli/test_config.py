"""``greenlint config``."""

from __future__ import annotations

import json

import pytest

from greenlint.cli import main
from greenlint.cli.commands.config import KEYS
from greenlint.options import KNOWLEDGE_KEYS, Options


class TestConfig:
    def test_documents_every_key_that_the_options_know(self) -> None:
        assert set(KEYS) == set(Options.__struct_encode_fields__) - {"knowledge"}

    def test_lists_the_keys_with_their_defaults(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config"]) == 0
        out = capsys.readouterr().out
        assert 'min-confidence = "likely"\n    The least confidence' in out
        assert "[[client]]\n    A client or connection type" in out

    def test_describes_one_key(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "jobs"])
        assert capsys.readouterr().out == "jobs = 0\n    Processes that read sources; 0 is one per CPU.\n"

    def test_describes_keys_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "--output-format", "json"])
        described = json.loads(capsys.readouterr().out)
        assert described["hub"]["default"] == "auto"
        assert list(described) == [*KEYS, *KNOWLEDGE_KEYS]

    @pytest.mark.parametrize("table", KNOWLEDGE_KEYS)
    def test_describes_every_table_of_the_knowledge(self, capsys: pytest.CaptureFixture[str], table: str) -> None:
        assert main(["config", table]) == 0
        head, meaning, *_ = capsys.readouterr().out.splitlines()
        assert head == f"[[{table}]]"
        assert meaning.strip()

    def test_lists_the_columns_of_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["config", "client"])
        lines = capsys.readouterr().out.splitlines()
        assert "id (required)" in lines
        assert 'evidence = "documented"   one of: observed, documented, derived' in lines
