"""A memo for recursive questions that may ask themselves again.

A question that comes back to itself is answered with "nothing so far", and every answer that rests on such a gap is
*provisional*: it serves while the outermost question of the cycle is open and is then forgotten, so that what is
kept does not depend on which question was asked first. (The strongly connected components are found as in
Tarjan 1972, by the lowest open question an answer depends on.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
DEEPEST = 160
"""How many questions may be open at once; a chain of evidence that long convinces nobody."""


class Memo(Generic[Answer]):
    """Answers by question; ``empty`` is the answer to a question that is already open."""

    def __init__(self, empty: Answer) -> None:
        self._empty = empty
        self._final: dict[Hashable, Answer] = {}
        self._provisional: dict[Hashable, tuple[Answer, int]] = {}
        self._depending: dict[int, list[Hashable]] = {}
        self._open: dict[Hashable, int] = {}
        self._lowest: list[int] = []
        self._asking: list[Hashable] = []
        self._readers: defaultdict[Hashable, set[Hashable]] | None = defaultdict(set)

    def read(self, question: Hashable) -> None:
        """Note that what is being answered rests on ``question``, which need not be one of this memo."""
        if self._asking and self._readers is not None:
            self._readers[question].add(self._asking[-1])

    @contextmanager
    def answering(self, question: Hashable) -> Iterator[None]:
        """Note what an answer that is kept elsewhere rests on."""
        self._asking.append(question)
        try:
            yield
        finally:
            self._asking.pop()

    def forget(self, questions: Iterable[Hashable]) -> set[Hashable]:
        """Forget the answers to these questions and to all that rest on them; return all of these questions."""
        assert self._readers is not None
        work = list(questions)
        forgotten = set(work)
        while work:
            question = work.pop()
            self._final.pop(question, None)
            fresh = self._readers.pop(question, set()) - forgotten
            forgotten |= fresh
            work += fresh
        return forgotten

    def settle(self) -> None:
        """Keep all answers from now on: what they rest on changes no more."""
        self._readers = None

    def ask(self, question: Hashable, compute: Callable[[], Answer]) -> Answer:
        """Return the answer, computing it unless it is known or already being computed."""
        if self._readers is not None and self._asking:
            self._readers[question].add(self._asking[-1])
        known = self._final.get(question)
        if known is not None:
            return known
        depth = self._open.get(question)
        if depth is not None:
            self._depend(depth)
            return self._empty
        if len(self._lowest) >= DEEPEST:
            self._depend(0)
            return self._empty
        earlier = self._provisional.get(question)
        if earlier is not None:
            self._depend(earlier[1])
            return earlier[0]
        return self._compute(question, compute)

    def _compute(self, question: Hashable, compute: Callable[[], Answer]) -> Answer:
        depth = len(self._lowest)
        self._open[question] = depth
        self._lowest.append(depth)
        self._asking.append(question)
        try:
            answer = compute()
        finally:
            self._asking.pop()
            lowest = self._lowest.pop()
            del self._open[question]
        if lowest >= depth:
            self._final[question] = answer
            for forgotten in self._depending.pop(depth, ()):
                self._provisional.pop(forgotten, None)
        else:
            self._postpone(question, answer, depth, lowest)
        return answer

    def _postpone(self, question: Hashable, answer: Answer, depth: int, lowest: int) -> None:
        """Keep an answer, and those that rest on its question, until the lowest question they rest on is answered."""
        self._provisional[question] = (answer, lowest)
        resting = self._depending.pop(depth, [])
        for other in resting:
            self._provisional[other] = (self._provisional[other][0], lowest)
        self._depending.setdefault(lowest, []).extend((*resting, question))
        self._depend(lowest)

    def _depend(self, depth: int) -> None:
        if self._lowest and depth < self._lowest[-1]:
            self._lowest[-1] = depth
