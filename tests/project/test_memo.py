"""A memo for questions that lead back to themselves."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from greenlint.project.memo import DEEPEST, Memo

Graph = Mapping[int, list[int]]
GRAPHS = st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=4), max_size=7)


def ask(memo: Memo[frozenset[int]], graph: Graph, node: int) -> frozenset[int]:
    """What can be reached from a node, asked of each neighbour in turn."""

    def compute() -> frozenset[int]:
        return frozenset({node}).union(*(ask(memo, graph, n) for n in graph.get(node, [])))

    return memo.ask(node, compute)


def reachable(graph: Graph, node: int) -> frozenset[int]:
    seen, work = {node}, [node]
    while work:
        for other in graph.get(work.pop(), []):
            if other not in seen:
                seen.add(other)
                work.append(other)
    return frozenset(seen)


@given(graph=GRAPHS, questions=st.lists(st.integers(0, 6), min_size=1, max_size=6))
def test_answers_do_not_depend_on_which_question_was_asked_first(graph: Graph, questions: list[int]) -> None:
    memo: Memo[frozenset[int]] = Memo(frozenset())
    for question in questions:
        assert ask(memo, graph, question) == reachable(graph, question)


def test_a_chain_deeper_than_anybody_follows_is_cut_and_not_kept() -> None:
    memo: Memo[frozenset[int]] = Memo(frozenset())
    graph = {n: [n + 1] for n in range(2 * DEEPEST)}
    assert len(ask(memo, graph, 0)) == DEEPEST
    assert len(ask(memo, graph, DEEPEST)) == DEEPEST
