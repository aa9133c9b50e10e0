"""A memo for questions that lead back to themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenlint.project.memo import DEEPEST, MOST_TIMES, Memo

Graph = Mapping[int, list[int]]
NODES = st.integers(0, 6)
GRAPHS = st.dictionaries(NODES, st.lists(NODES, max_size=4), max_size=7)
QUESTIONS = st.lists(NODES, min_size=1, max_size=6)


def ask(memo: Memo[int], graph: Graph, node: int, noted: frozenset[int] = frozenset()) -> tuple[int, ...]:
    """What can be reached from a node, asked of each neighbour in turn; what the ``noted`` ones tell is noted."""

    def compute() -> tuple[int, ...]:
        return tuple(dict.fromkeys([node, *(found for n in graph.get(node, []) for found in told(n))]))

    def told(neighbour: int) -> tuple[int, ...]:
        if neighbour not in noted:
            return ask(memo, graph, neighbour, noted)
        return memo.note(("through", neighbour), lambda: memo.note(("noted", neighbour), lambda: asked(neighbour)))

    def asked(neighbour: int) -> tuple[int, ...]:
        return ask(memo, graph, neighbour, noted)

    return memo.ask(node, compute)


def reachable(graph: Graph, node: int) -> set[int]:
    seen, work = {node}, [node]
    while work:
        for other in graph.get(work.pop(), []):
            if other not in seen:
                seen.add(other)
                work.append(other)
    return seen


def ask_through(memo: Memo[int], graph: Graph, node: int) -> tuple[int, ...]:
    """The neighbours of a node, and those of every node that is among its own answer: who is asked, answers tell."""

    def compute() -> tuple[int, ...]:
        found = list(graph.get(node, []))
        for each in (*found, *ask_through(memo, graph, node)):
            found += ask_through(memo, graph, each)
        return tuple(dict.fromkeys(found))

    return memo.ask(node, compute)


@given(graph=GRAPHS, questions=QUESTIONS, noted=st.frozensets(NODES))
def test_answers_do_not_depend_on_which_question_was_asked_first(
    graph: Graph, questions: list[int], noted: frozenset[int]
) -> None:
    memo: Memo[int] = Memo()
    for question in questions:
        assert set(ask(memo, graph, question, noted)) == reachable(graph, question)


@given(graph=GRAPHS, questions=QUESTIONS)
def test_whom_a_question_asks_may_hang_on_its_own_answer(graph: Graph, questions: list[int]) -> None:
    memo: Memo[int] = Memo()
    for question in questions:
        beyond = set().union(*(reachable(graph, n) for n in graph.get(question, [])))
        assert set(ask_through(memo, graph, question)) == beyond


@given(graph=GRAPHS, questions=QUESTIONS, forgotten=NODES, noted=st.frozensets(NODES))
def test_what_rests_on_a_forgotten_answer_is_asked_again(
    graph: Graph, questions: list[int], forgotten: int, noted: frozenset[int]
) -> None:
    memo: Memo[int] = Memo()
    for question in questions:
        ask(memo, graph, question, noted)
    memo.forget([forgotten])
    grown = {**graph, forgotten: [*graph.get(forgotten, []), 9]}
    for question in questions:
        assert set(ask(memo, grown, question, noted)) == reachable(grown, question)


def test_what_was_noted_is_not_made_again() -> None:
    memo: Memo[int] = Memo()
    made: list[int] = []

    def make() -> tuple[int, ...]:
        made.append(1)
        return ask(memo, {0: [1]}, 0)

    assert memo.note("noted", make) == memo.note("noted", make) == (0, 1)
    assert made == [1]
    memo.forget([1])
    memo.note("noted", make)
    assert made == [1, 1]


def test_what_was_noted_of_open_questions_is_made_again_when_these_have_more_to_tell() -> None:
    memo: Memo[int] = Memo()
    made: list[int] = []

    def make() -> tuple[int, ...]:
        made.append(len(memo.ask("whole", whole)))
        return memo.ask("whole", whole)

    def whole() -> tuple[int, ...]:
        told = memo.note("part", make) + memo.note("part", make)
        return (0, 1, 2) if told else (0, 1)

    assert memo.ask("whole", whole) == (0, 1, 2)
    assert made == [0, 2, 3]
    assert memo.note("part", make) == (0, 1, 2)
    assert made == [0, 2, 3]


@pytest.mark.parametrize("last", [[], [0], [DEEPEST]], ids=["a chain", "a cycle", "a cycle at its end"])
def test_questions_deeper_than_may_be_open_at_once_are_put_off(last: list[int]) -> None:
    end = 3 * DEEPEST
    graph = {**{n: [n + 1] for n in range(end)}, end: last}
    memo: Memo[int] = Memo()
    assert set(ask(memo, graph, 0)) == set(range(end + 1))
    assert set(ask(memo, graph, 5)) == reachable(graph, 5)


def test_an_answer_that_grows_without_end_is_given_up() -> None:
    memo: Memo[int] = Memo()

    def successors() -> tuple[int, ...]:
        return (0, *(n + 1 for n in memo.ask("numbers", successors)))

    assert memo.ask("numbers", successors) == tuple(range(MOST_TIMES))


def test_parts_that_do_not_count_start_no_further_round() -> None:
    memo: Memo[int] = Memo(lambda part: part < 3)

    def successors() -> tuple[int, ...]:
        return (0, *(n + 1 for n in memo.ask("numbers", successors)))

    assert memo.ask("numbers", successors) == (0, 1, 2, 3)


def test_a_question_that_fails_leaves_nothing_open() -> None:
    memo: Memo[int] = Memo()

    def fails() -> tuple[int, ...]:
        memo.ask("inner", lambda: memo.ask("outer", fails))
        raise KeyError("no answer")

    with pytest.raises(KeyError):
        memo.ask("outer", fails)
    assert memo.ask("inner", lambda: memo.ask("outer", lambda: (1,))) == (1,)
