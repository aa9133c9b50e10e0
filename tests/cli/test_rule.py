"""``greenlint rule``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from greenlint.cli import main
from tests.cli.stand_in import Engine


class TestRule:
    @pytest.mark.parametrize("word", ["GRN101", "shared-client", "grn101"])
    def test_prints_the_page_as_markdown_outside_a_terminal(
        self, engine: Engine, capsys: pytest.CaptureFixture[str], word: str
    ) -> None:
        assert main(["rule", word]) == 0
        assert capsys.readouterr().out == "# GRN101\n"

    def test_draws_the_page_in_a_terminal(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "GRN101", "--color", "always"])
        out = capsys.readouterr().out
        assert "GRN101" in out
        assert "# GRN101" not in out

    def test_prints_all_pages(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "--all"])
        assert capsys.readouterr().out == "# GRN101\n\n# GRN302\n"

    def test_describes_rules_as_json(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "GRN302", "--output-format", "json"])
        assert json.loads(capsys.readouterr().out) == [
            {
                "code": "GRN302",
                "name": "late-monkey-patch",
                "severity": "warning",
                "summary": "Patched after an import.",
                "opt_in": False,
                "page": "# GRN302\n",
            }
        ]

    def test_writes_one_page_per_rule_and_leaves_other_files_alone(self, engine: Engine, project: Path) -> None:
        pages = project / "docs" / "rules"
        pages.mkdir(parents=True)
        (pages / "index.md").write_text("mine\n")
        assert main(["rule", "--all", "--output-dir", "docs/rules"]) == 0
        assert {path.name: path.read_text() for path in pages.iterdir()} == {
            "GRN101.md": "# GRN101\n",
            "GRN302.md": "# GRN302\n",
            "index.md": "mine\n",
        }
