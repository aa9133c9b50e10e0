"""GRN902 and GRN903: comments that suppress nothing, or not what they seem to, in a whole run."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.engine import Request, check
from tests.front_ends.shop import CLIENTS, CREATED, MAIN, SPAWNED, shop


def told(directory: Path, **overrides: str) -> list[tuple[str, int, str]]:
    """Path, line and code of what is said about comments."""
    asked = {"extend-select": "GRN9", **overrides}
    report = check([directory], Request(overrides=asked))
    return [
        (finding.location.path, finding.location.line, finding.code)
        for finding in report.findings
        if finding.code.startswith("GRN9")
    ]


def shop_with(directory: Path, comment: str, *, at: str = CREATED) -> Path:
    texts = {"clients": CLIENTS, "main": MAIN}
    return shop(directory, **{name: text.replace(at, f"{at}  {comment}") for name, text in texts.items()})


class TestUnused:
    @pytest.mark.parametrize(
        "comment",
        ["# noqa: GRN101", "# noqa: GRN1", "# greenlint: ignore[shared-client] why", "# greenlint: file-ignore[GRN1]"],
    )
    def test_a_comment_that_suppresses_is_in_use(self, tmp_path: Path, comment: str) -> None:
        assert told(shop_with(tmp_path, comment)) == []

    @pytest.mark.parametrize("comment", ["# noqa: GRN101", "# greenlint: ignore[GRN101] why"])
    def test_so_is_one_on_another_step(self, tmp_path: Path, comment: str) -> None:
        assert told(shop_with(tmp_path, comment, at=SPAWNED)) == []

    @pytest.mark.parametrize("comment", ["# noqa: GRN102", "# greenlint: ignore[GRN101,GRN102] why"])
    def test_one_for_a_rule_that_finds_nothing_is_not(self, tmp_path: Path, comment: str) -> None:
        assert told(shop_with(tmp_path, comment)) == [("app/clients.py", 3, "GRN902")]

    def test_nor_is_one_in_a_program_without_greenthreads(self, tmp_path: Path) -> None:
        directory = shop_with(tmp_path, "# noqa: GRN101")
        (directory / "app/main.py").unlink()
        assert told(directory) == [("app/clients.py", 3, "GRN902")]

    def test_nothing_is_said_of_rules_that_are_not_asked(self, tmp_path: Path) -> None:
        assert told(shop_with(tmp_path, "# noqa: GRN102"), ignore="GRN102") == []

    def test_nothing_is_said_of_files_that_cannot_be_parsed(self, tmp_path: Path) -> None:
        directory = shop(tmp_path)
        (directory / "app/broken.py").write_text("x = 1  # noqa: GRN102\ndef f(:\n")
        assert told(directory) == []

    def test_it_is_opt_in(self, tmp_path: Path) -> None:
        report = check([shop_with(tmp_path, "# noqa: GRN102")], Request())
        assert {finding.code for finding in report.findings} == {"GRN101"}


class TestMisleading:
    def test_a_blanket_noqa_does_not_hide_what_is_said_about_it(self, tmp_path: Path) -> None:
        assert told(shop_with(tmp_path, "# noqa : GRN101")) == [("app/clients.py", 3, "GRN903")]

    def test_a_comment_is_told_once(self, tmp_path: Path) -> None:
        assert told(shop_with(tmp_path, "# noqa: GRN109")) == [("app/clients.py", 3, "GRN903")]

    def test_what_is_said_about_a_comment_can_be_suppressed(self, tmp_path: Path) -> None:
        directory = shop_with(tmp_path, "# noqa: GRN102, GRN902")
        suppressed = {
            f.code: f.suppressed for f in check([directory], Request(overrides={"extend-select": "GRN9"})).findings
        }
        assert suppressed["GRN902"] == "noqa"


class TestInFlake8:
    """A bare GRN says that the plugin is wanted; opting in takes more."""

    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            (["--select=GRN"], False),
            (["--ignore=E501"], False),
            (["--select=E,GRN9"], True),
            (["--extend-select=GRN902"], True),
            (["--select=GRN,GRN902", "--ignore=GRN902"], False),
        ],
    )
    def test_opt_in_rules_are_selected_by_a_prefix_that_says_more(
        self, tmp_path: Path, arguments: list[str], shown: bool
    ) -> None:
        from tests.front_ends.hosts import flake8

        run = flake8(shop_with(tmp_path, "# noqa: GRN102"), *arguments)
        assert bool(run.of("GRN902")) is shown


def test_in_pylint_they_are_enabled_by_name(tmp_path: Path) -> None:
    from tests.front_ends.hosts import pylint

    directory = shop_with(tmp_path, "# noqa: GRN102")
    assert pylint(directory, "--disable=all", "--enable=shared-client", "app").of("GRN902") == []
    assert len(pylint(directory, "--disable=all", "--enable=unused-suppression", "app").of("GRN902")) == 1
