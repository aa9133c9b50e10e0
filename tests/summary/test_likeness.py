"""Two versions of a module that say the same at other places."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from greenlint.summary.extract import summarise
from greenlint.summary.facts import ModuleFacts
from greenlint.summary.likeness import alike_but_for_places

SOURCE = '''\
"""A shop."""
import httplib2


class Shop:
    """Sells."""

    http = httplib2.Http()

    def sell(self, items, *, price=3):
        """Sell the items."""
        for item in items:
            if item.left(price): self.http.request(item.url, "PUT")
        return [item.name for item in items]


def main(shop):
    with shop.lock:
        shop.sell([1, 2])
'''


def facts(text: str) -> ModuleFacts:
    return summarise(ast.parse(text))


inserts = st.tuples(st.integers(0, SOURCE.count("\n")), st.sampled_from(["", "# note", "    # deep"]))


@given(st.lists(inserts, max_size=5))
def test_comments_and_blank_lines_move_what_is_said_and_change_nothing(inserted: list[tuple[int, str]]) -> None:
    lines = SOURCE.split("\n")
    for number, text in inserted:
        lines.insert(number, text)
    assert alike_but_for_places(facts(SOURCE), facts("\n".join(lines)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Sells."""', '"""Sells what there is,\n    and more.\n    """'),
        ("price=3", "price = 3"),
        ("self.http.request(", "self.http . request( "),
        ("[1, 2]", "[1,  2]"),
    ],
)
def test_docstrings_and_spaces_change_nothing(old: str, new: str) -> None:
    assert old in SOURCE
    assert alike_but_for_places(facts(SOURCE), facts(SOURCE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price=3", "price=4"),
        ("price=3", "price=True"),
        ("item.left", "item.right"),
        ('"PUT"', '"PUT", {}'),
        ("httplib2.Http()", "None"),
        ("import httplib2", "import httplib2, socket"),
        ("def sell", "async def sell"),
        ("shop.lock", "shop.door"),
        ("[1, 2]", "(1, 2, 3)"),
        ("return [", "yield ["),
        ("class Shop", "class Store"),
        ("\n\ndef main", "\n\n@main\ndef main"),
    ],
)
def test_another_statement_is_something_else(old: str, new: str) -> None:
    assert old in SOURCE
    assert not alike_but_for_places(facts(SOURCE), facts(SOURCE.replace(old, new)))


def test_what_stood_on_one_line_must_stay_on_one() -> None:
    """A comment for one line could mean only one of the two afterwards."""
    split = SOURCE.replace("if item.left(price): self", "if item.left(price):\n                self")
    assert not alike_but_for_places(facts(SOURCE), facts(split))


def test_facts_that_cannot_be_read_are_like_nothing() -> None:
    whole = facts(SOURCE)
    forged = structs.replace(whole, scopes=(structs.replace(whole.scopes[0], body=b"\xff"),))
    assert not alike_but_for_places(forged, forged)
