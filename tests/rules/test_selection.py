"""Which rules run: codes, prefixes, names, ALL, and who wins where they disagree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from greenlint.model import Finding, GreenlintError, Severity
from greenlint.rules import Rule, select


class Stub(Rule):
    """A rule that is only chosen, never run."""

    severity = Severity.ERROR

    def __init__(self, code: str, name: str, *, opt_in: bool = False) -> None:
        self.code, self.name, self.opt_in = code, name, opt_in  # type: ignore[misc]

    def check(self, project: object) -> Iterator[Finding]:
        """Find nothing."""
        return iter(())


RULES = (
    Stub("GRN101", "shared-client"),
    Stub("GRN102", "shared-session"),
    Stub("GRN201", "unpatched-blocking-call"),
    Stub("GRN206", "cpu-bound-call", opt_in=True),
)


def chosen(**words: tuple[str, ...]) -> list[str]:
    return [rule.code for rule in select(RULES, **words)]


def test_runs_all_but_the_opt_in_rules_by_default() -> None:
    assert chosen() == ["GRN101", "GRN102", "GRN201"]


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("GRN102", ["GRN102"]),
        ("shared-session", ["GRN102"]),
        ("GRN1", ["GRN101", "GRN102"]),
        ("GRN", ["GRN101", "GRN102", "GRN201", "GRN206"]),
        ("ALL", ["GRN101", "GRN102", "GRN201", "GRN206"]),
        ("cpu-bound-call", ["GRN206"]),
    ],
)
def test_runs_what_is_selected_and_nothing_else(word: str, codes: list[str]) -> None:
    assert chosen(select=(word,)) == codes


@pytest.mark.parametrize("word", ["GRN102", "shared-session"])
def test_leaves_out_what_is_ignored(word: str) -> None:
    assert chosen(ignore=(word,)) == ["GRN101", "GRN201"]


def test_ignoring_all_leaves_nothing() -> None:
    assert chosen(ignore=("ALL",)) == []


def test_adds_to_the_default_rules() -> None:
    assert chosen(extend_select=("GRN206",)) == ["GRN101", "GRN102", "GRN201", "GRN206"]


def test_adds_to_the_selected_rules() -> None:
    assert chosen(select=("GRN101",), extend_select=("GRN206",)) == ["GRN101", "GRN206"]


def test_the_more_precise_word_wins() -> None:
    assert chosen(select=("GRN101",), ignore=("GRN1",)) == ["GRN101"]
    assert chosen(select=("GRN1",), ignore=("GRN101",)) == ["GRN102"]
    assert chosen(select=("ALL",), ignore=("GRN2",)) == ["GRN101", "GRN102"]
    assert chosen(extend_select=("cpu-bound-call",), ignore=("GRN2",)) == ["GRN101", "GRN102", "GRN206"]


def test_ignore_wins_between_equally_precise_words() -> None:
    assert chosen(select=("GRN1",), ignore=("GRN1",)) == []
    assert chosen(select=("GRN101",), ignore=("shared-client",)) == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("GRN1011", "unknown rule 'GRN1011'; did you mean 'GRN101'?"),
        ("shared-clients", "unknown rule 'shared-clients'; did you mean 'shared-client'?"),
        ("E501", "unknown rule 'E501'"),
        ("", "unknown rule ''"),
    ],
)
@pytest.mark.parametrize("place", ["select", "ignore", "extend_select"])
def test_a_word_that_names_no_rule_is_an_error(place: str, word: str, said: str) -> None:
    with pytest.raises(GreenlintError) as caught:
        chosen(**{place: (word,)})
    assert str(caught.value).startswith(said)
