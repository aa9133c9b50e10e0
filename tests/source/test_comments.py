"""The comments of a file: which are ours, what they speak of, and what is wrong with them."""

from __future__ import annotations

import pytest

from greenlint.model import Location
from greenlint.source.comments import Comment, comments
from greenlint.source.suppressions import Suppressions

KNOWN = ("GRN101", "shared-client", "GRN102", "shared-session")


def read(text: str) -> list[Comment]:
    return list(comments("a.py", Suppressions.of(text), KNOWN))


def problem(comment: str) -> str:
    (found,) = read(f"x = 1  {comment}\n")
    return found.problem


class TestComments:
    def test_stand_where_they_are_written(self) -> None:
        (found,) = read("x = 1\ny = 'é'  # why  # noqa: GRN101\n")
        assert found.location == Location("a.py", 2, 17, 2, 31)
        assert found.text == "# noqa: GRN101"

    @pytest.mark.parametrize(
        ("comment", "words"),
        [
            ("# noqa: GRN101", ("GRN101",)),
            ("# noqa: E501, GRN1", ("GRN1",)),
            ("# NOQA:GRN101,GRN102 both are fine", ("GRN101", "GRN102")),
            ("# greenlint: ignore[shared-client] one worker", ("shared-client",)),
            ("# greenlint: shared-safe", ("GRN1",)),
            ("# greenlint: runs-in=native", ()),
        ],
    )
    def test_name_rules_without_a_problem(self, comment: str, words: tuple[str, ...]) -> None:
        (found,) = read(f"def f():  {comment}\n    pass\n")
        assert (found.words, found.problem) == (words, "")

    @pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501", "#noqa", "# a greenlint: word", "# noqa: E501 x"])
    def test_of_others_are_left_alone(self, comment: str) -> None:
        assert read(f"x = 1  {comment}\n") == []

    def test_in_strings_are_none(self) -> None:
        assert read("x = '# noqa : GRN101'\n") == []

    def test_speak_of_all_lines_that_flake8_joins(self) -> None:
        (found,) = read('x = f("""\n\n""")  # noqa: GRN101\n')
        assert found.lines == {1, 2, 3}

    def test_for_a_file_speak_of_no_line(self) -> None:
        (found,) = read("# greenlint: file-ignore[GRN1]\n")
        assert found.lines is None

    def test_are_told_up_to_a_syntax_error(self) -> None:
        assert [found.location.line for found in read("x = 1  # noqa: GRN101\ny = '\n")] in ([1], [])


class TestProblems:
    @pytest.mark.parametrize(
        "comment", ["# noqa : GRN101", "# noqa:  GRN101", "# noqa: shared-client", "# noqa GRN101", "# noqa: GRN"]
    )
    def test_blanket(self, comment: str) -> None:
        assert problem(comment).startswith("hides every finding of every linter")

    @pytest.mark.parametrize("comment", ["#noqa: GRN101", "#  noqa: GRN101"])
    def test_not_a_noqa_at_all(self, comment: str) -> None:
        assert problem(comment).startswith("does nothing: flake8 wants `# noqa: GRN101`")

    def test_lower_case(self) -> None:
        assert problem("# noqa: grn101").startswith("does nothing for grn101: ")

    def test_a_code_that_flake8_does_not_reach(self) -> None:
        assert problem("# noqa: E501; GRN101").startswith("does nothing for GRN101: ")

    @pytest.mark.parametrize(
        ("comment", "expected"),
        [
            ("# noqa: GRN109", "GRN109 names no rule"),
            ("# greenlint: ignore[GRN7]", "GRN7 names no rule"),
            ("# greenlint: ignore[shared-clint]", "shared-clint names no rule; did you mean 'shared-client'?"),
        ],
    )
    def test_no_such_rule(self, comment: str, expected: str) -> None:
        assert problem(comment) == expected

    @pytest.mark.parametrize(
        ("comment", "expected"),
        [
            ("# greenlint: ingore[GRN101]", "'ingore' is no word of greenlint; did you mean 'ignore'?"),
            ("# greenlint: zzz", "only ignore, file-ignore, shared-safe, runs-in are"),
            ("# greenlint: ignore GRN101", "write `ignore[GRN101]`"),
            ("# greenlint: runs-in=thread", "write `runs-in=greenthread`"),
        ],
    )
    def test_a_word_that_means_nothing(self, comment: str, expected: str) -> None:
        assert problem(comment).startswith("means nothing: ")
        assert expected in problem(comment)
