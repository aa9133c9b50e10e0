"""Edits after which the files say the same: no run could tell them, so none is made; all others are seen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenlint.engine import run
from tests.engine.shop import FILES, check, counts, said, write

SHELF = "shop/stock/shelf.py"
"""A file of which no finding speaks."""

PYTHON_FILES = sum(name.endswith(".py") for name in FILES) + 1


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def save_by_rename(root: Path, path: str, text: str) -> None:
    """Save as careful editors do: what is there is replaced by another file."""
    (root / f"{path}.new").write_text(text)
    os.replace(root / f"{path}.new", root / path)


def comment(root: Path) -> None:
    change(root, SHELF, "def count", "# how many there are\n\n\ndef count")


def document(root: Path) -> None:
    change(root, SHELF, "    return", '    """Count the items."""\n    return')


def save_a_comment_by_rename(root: Path) -> None:
    save_by_rename(root, SHELF, "# shelves\n" + FILES[SHELF])


def comment_two_files(root: Path) -> None:
    comment(root)
    (root / "shop/stock/__init__.py").write_text("# the stock\n")


def hush_another_linter(root: Path) -> None:
    change(root, SHELF, "(items)\n", "(items)  # noqa: E501, F401  # long\n")


IDLE = [comment, document, hush_another_linter, save_a_comment_by_rename, comment_two_files]


@pytest.mark.parametrize("idle", IDLE, ids=lambda idle: idle.__name__)
def test_an_edit_that_changes_no_fact_needs_no_run(
    root: Path, idle: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = check(root)
    idle(root)
    expected = said(check(root, cache=False))
    monkeypatch.setattr(run.Run, "report", lambda self: pytest.fail("the program was analysed again"))
    after = check(root)
    assert said(after) == said(before) == expected
    assert 1 <= counts(after)[0] <= 2
    assert sum(counts(after)) == PYTHON_FILES
    assert counts(check(root)) == (0, PYTHON_FILES)


def test_edit_after_edit_needs_no_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root)
    monkeypatch.setattr(run.Run, "report", lambda self: pytest.fail("the program was analysed again"))
    for number in range(3):
        change(root, SHELF, "def count", f"# {number}\ndef count")
        assert counts(check(root)) == (1, PYTHON_FILES - 1)


def move_a_finding(root: Path) -> None:
    change(root, "shop/clients.py", "HTTP =", "# one for all\nHTTP =")


def suppress(root: Path) -> None:
    change(root, "shop/clients.py", "Http()", "Http()  # greenlint: ignore[GRN101] one per process")


def say_something_to_a_linter(root: Path) -> None:
    change(root, SHELF, "(items)\n", "(items)  # noqa: GRN101\n")


def name_a_rule_to_a_linter(root: Path) -> None:
    change(root, SHELF, "(items)\n", "(items)  # noqa: shared-client\n")


def call_another(root: Path) -> None:
    change(root, SHELF, "len(", "sum(")


def share_another_client(root: Path) -> None:
    write(root, {SHELF: "import httplib2\n\nHTTP = httplib2.Http()\n\n\ndef count(url):\n    HTTP.request(url)\n"})
    change(root, "shop/main.py", "import fetch", "import fetch\nfrom shop.stock.shelf import count")
    change(root, "shop/main.py", "(fetch, url)", "(fetch, url)\n        eventlet.spawn(count, url)")


def break_it(root: Path) -> None:
    change(root, SHELF, "(items):", "(items:")


def replace_by_a_link(root: Path) -> None:
    (root / SHELF).rename(root / "shelf.txt")
    (root / SHELF).symlink_to(root / "shelf.txt")


def comment_and_add_a_file(root: Path) -> None:
    comment(root)
    (root / "shop/stock/more.py").write_text("import eventlet\n\neventlet.spawn_n(print)\n")


TELLING = [
    move_a_finding, suppress, say_something_to_a_linter, name_a_rule_to_a_linter, call_another, share_another_client,
    break_it, replace_by_a_link, comment_and_add_a_file,
]  # fmt: skip


@pytest.mark.parametrize("telling", TELLING, ids=lambda telling: telling.__name__)
def test_any_other_edit_is_seen(root: Path, telling: Callable[[Path], None]) -> None:
    request = {"overrides": {"extend-select": "GRN9"}}
    check(root, **request)
    telling(root)
    fresh = said(check(root, cache=False, **request))
    after = check(root, **request)
    assert said(after) == fresh
    assert said(check(root, **request)) == fresh


def test_a_declared_place_that_is_taken_back_counts(root: Path) -> None:
    change(root, "shop/clients.py", "def fetch", "# greenlint: runs-in=main\ndef fetch")
    declared = said(check(root))
    change(root, "shop/clients.py", "# greenlint: runs-in=main", "# it runs anywhere")
    assert said(check(root)) == said(check(root, cache=False)) != declared


def test_what_another_question_saw_of_a_file_is_not_what_this_one_saw(root: Path) -> None:
    """Facts of the file as it was when the other question was asked say nothing of the older report."""
    check(root)
    call_another(root)
    check(root, overrides={"select": "GRN1"})
    change(root, SHELF, "def count", "# a comment\ndef count")
    assert said(check(root)) == said(check(root, cache=False))
    assert counts(check(root)) == (0, PYTHON_FILES)


def test_the_only_mention_of_a_library_counts_even_in_a_comment(root: Path) -> None:
    for path in ("shop/clients.py", "shop/main.py", "bin/serve", "Procfile"):
        (root / path).unlink()
    change(root, SHELF, "def count", "# under eventlet\ndef count")
    assert check(root).statistics.files
    change(root, SHELF, "# under eventlet", "# under a counter")
    assert said(check(root)) == said(check(root, cache=False))


LINES = [
    "", "# a comment", "import eventlet", "import httplib2", "HTTP = httplib2.Http()", "eventlet.spawn(print)",
    "HTTP.request('x')", "x = len('y')", "# noqa", "'text'", "(",
]  # fmt: skip


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([SHELF, "shop/clients.py", "shop/main.py"]), st.lists(st.sampled_from(LINES), max_size=3)
        ),
        max_size=4,
    )
)
def test_whatever_is_written_where_the_cache_changes_nothing(root: Path, edits: list[tuple[str, list[str]]]) -> None:
    write(root)
    for path, lines in edits:
        (root / path).write_text("\n".join([*lines, FILES[path]]))
        assert said(check(root)) == said(check(root, cache=False))
