"""Comments are written where flake8 reads them, and the program stays what it is."""

from __future__ import annotations

import pytest

from greenlint.model import GreenlintError
from greenlint.source.noqa import with_noqa


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        pytest.param("a = C()\n", 1, "a = C()  # noqa: GRN101\n", id="at the end of the line"),
        pytest.param("a = C()", 1, "a = C()  # noqa: GRN101", id="of a last line without end"),
        pytest.param("a = C()  \t\r\n", 1, "a = C()  # noqa: GRN101\r\n", id="white space goes, the line end stays"),
        pytest.param("a = C()  # why\n", 1, "a = C()  # why  # noqa: GRN101\n", id="behind another comment"),
        pytest.param("a = C()  # noqa: E501\n", 1, "a = C()  # noqa: E501,GRN101\n", id="into a list"),
        pytest.param("a = C()  # noqa: E1, F2 x\n", 1, "a = C()  # noqa: E1, F2, GRN101 x\n", id="in its style"),
        pytest.param("a = C()  # NOQA:E501\n", 1, "a = C()  # NOQA:E501,GRN101\n", id="however it is spelt"),
        pytest.param("a = C(\n    1,\n)\n", 1, "a = C(  # noqa: GRN101\n    1,\n)\n", id="inside parentheses"),
        pytest.param("a = \\\n    C()\n", 1, "a = \\\n    C()  # noqa: GRN101\n", id="after a continuation"),
        pytest.param('a = C("""\nx\n""")\n', 1, 'a = C("""\nx\n""")  # noqa: GRN101\n', id="after a long string"),
    ],
)
def test_a_comment_is_written(before: str, line: int, after: str) -> None:
    assert with_noqa(before, {line: ["GRN101"]}) == after


def test_several_codes_are_sorted_and_several_lines_are_independent() -> None:
    text = "a = C()\nb = 1\nc = C()\n"
    assert with_noqa(text, {3: {"GRN102", "GRN101"}, 1: {"GRN101"}}) == (
        "a = C()  # noqa: GRN101\nb = 1\nc = C()  # noqa: GRN101,GRN102\n"
    )


@pytest.mark.parametrize("reason", ["seen by BUG123", "ABC123 allows it", "E501"])
def test_no_word_of_the_reason_is_read_as_a_code(reason: str) -> None:
    from greenlint.source.suppressions import Suppressions

    written = with_noqa("a = C()\n", {1: ["GRN101"]}, reason)
    assert written == f"a = C()  # noqa: GRN101 - {reason}\n"
    comments = Suppressions.of(written)
    assert comments.reason_for(1, "GRN101", "") == "noqa"
    assert comments.reason_for(1, "E501", "") is None
    assert comments.reason_for(1, "ABC123", "") is None


def test_a_place_where_no_comment_works_is_an_error() -> None:
    with pytest.raises(GreenlintError, match="line 1: a noqa comment has no effect here; use greenlint: file-ignore"):
        with_noqa("a = '# noqa: '; b = C()\n", {1: ["GRN101"]})
