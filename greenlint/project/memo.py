"""A memo for recursive questions that may ask themselves again.

A question that comes back to itself is answered with what is known of it so far, and an answer that rests on such
a gap is *provisional*. When the outermost question of the cycle has its answer, every question that was told less
than is known now is worked out again, until nothing is added: all questions of the cycle then have the least answers
that agree with each other, whichever of them was asked first. (Cycles are found as strongly connected components,
Tarjan 1972, by the lowest open question that an answer depends on; they are closed by a worklist, as tabled logic
programs are, Chen and Warren 1996.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

Part = TypeVar("Part")
DEEPEST = 100
"""How many questions may be open at once; those beyond are put off until the first has been gone through."""
MOST_TIMES = 12
"""How often a question is worked out at most, should its answer grow without end."""

KEPT = -1


class Memo(Generic[Part]):
    """Answers by question; an answer is a tuple of parts, and more evidence only adds parts.

    ``counts`` tells for which parts those who have asked already are to ask again; of parts for which ``same`` gives
    the same, the first is enough.
    """

    def __init__(
        self, counts: Callable[[Any], bool] = lambda _: True, same: Callable[[Any], Hashable] = lambda part: part
    ) -> None:
        self._counts = counts
        self._same = same
        self._final: dict[Hashable, tuple[Part, ...]] = {}
        self._cycle: dict[Hashable, _Member[Part]] = {}
        self._resting: dict[int, list[Hashable]] = {}
        self._lowest: list[int] = []
        self._asking: list[Hashable] = []
        self._reading: list[Hashable] = []
        self._gaps: list[list[tuple[_Member[Part], int]]] = [[]]
        self._noted: dict[Hashable, _Note[Part]] = {}
        self._readers: defaultdict[Hashable, set[Hashable]] | None = defaultdict(set)

    def read(self, question: Hashable) -> None:
        """Note that what is being answered rests on ``question``, which need not be one of this memo."""
        if self._reading and self._readers is not None:
            self._readers[question].add(self._reading[-1])

    def forget(self, questions: Iterable[Hashable]) -> None:
        """Forget the answers to these questions and to all that rest on them."""
        assert self._readers is not None
        work = list(questions)
        forgotten = set(work)
        while work:
            question = work.pop()
            self._final.pop(question, None)
            self._noted.pop(question, None)
            fresh = self._readers.pop(question, set()) - forgotten
            forgotten |= fresh
            work += fresh

    def settle(self) -> None:
        """Keep all answers from now on: what they rest on changes no more."""
        self._readers = None

    def ask(self, question: Hashable, compute: Callable[[], tuple[Part, ...]]) -> tuple[Part, ...]:
        """Return the answer, or what is known of it if it is already being computed."""
        if self._readers is not None and self._reading:
            self._readers[question].add(self._reading[-1])
        known = self._final.get(question)
        if known is not None:
            return known
        member = self._cycle.get(question) or self._compute(question, compute)
        if member.lowest != KEPT and self._asking:
            self._rest_on(member)
        return member.answer

    def note(self, question: Hashable, compute: Callable[[], tuple[Part, ...]]) -> tuple[Part, ...]:
        """Return what is made of answers to other questions; it is kept if all of these are final.

        Such a question is no member of a cycle: those that ask it ask what it asks, and are told the same again as
        long as nothing was added to that.
        """
        if self._readers is not None and self._reading:
            self._readers[question].add(self._reading[-1])
        known = self._final.get(question)
        if known is not None:
            return known
        note = self._noted.get(question)
        if note is not None and note.holds():
            for member, _ in note.gaps:
                if member.lowest != KEPT:
                    self._rest_on(member)
            return note.answer
        before = len(self._gaps[-1])
        self._reading.append(question)
        try:
            found = compute()
        finally:
            self._reading.pop()
        gaps = tuple(dict.fromkeys(self._gaps[-1][before:]))
        if gaps:
            self._noted[question] = _Note(found, gaps)
        else:
            self._final[question] = found
        return found

    def _rest_on(self, member: _Member[Part]) -> None:
        """Note that what is being worked out rests on a question that is open."""
        self._gaps[-1].append((member, len(member.answer)))
        self._tell(member)
        self._depend(member.lowest)

    def _tell(self, member: _Member[Part]) -> None:
        """Note how much is known of a question when it is first asked in the course of working out another."""
        asker = self._asking[-1]
        time = self._cycle[asker].times
        if member.told.get(asker, (-1, 0))[0] != time:
            member.told[asker] = (time, len(member.answer))

    def _compute(self, question: Hashable, compute: Callable[[], tuple[Part, ...]]) -> _Member[Part]:
        """Compute an answer, and those of the cycle that it is the outermost question of.

        If too many questions are open, the first of them has it put off to its end.
        """
        depth = len(self._lowest)
        if depth >= DEEPEST:
            member = self._cycle[question] = _Member(compute, 0)
            self._resting.setdefault(0, []).append(question)
            return member
        member = self._cycle[question] = _Member(compute, depth)
        self._lowest.append(depth)
        try:
            self._work_out(question, member)
            if self._lowest[-1] >= depth and (member.told or depth in self._resting):
                self._close(question, depth)
        except BaseException:
            for each in (question, *self._resting.pop(depth, ())):
                del self._cycle[each]
            self._lowest.pop()
            self._noted.clear()
            raise
        lowest = self._lowest.pop()
        if lowest < depth or depth in self._resting:
            self._leave(question, depth, lowest)
        else:  # as a rule
            del self._cycle[question]
            self._final[question] = member.answer
            member.lowest = KEPT
        if not depth and self._noted:
            self._keep_notes()
        return member

    def _keep_notes(self) -> None:
        """Keep what was made of answers to which nothing was added until they became final."""
        self._final.update((question, note.answer) for question, note in self._noted.items() if note.holds())
        self._noted.clear()

    def _leave(self, question: Hashable, depth: int, lowest: int) -> None:
        """Keep the answers to a question and to its cycle, or leave them open until the lowest one is answered."""
        members = (question, *self._resting.pop(depth, ()))
        if lowest >= depth:
            for each in members:
                member = self._cycle.pop(each)
                member.lowest = KEPT
                self._final[each] = member.answer
            return
        for each in members:
            self._cycle[each].lowest = lowest
        self._resting.setdefault(lowest, []).extend(members)
        self._depend(lowest)

    def _work_out(self, question: Hashable, member: _Member[Part]) -> bool:
        """Compute an answer, perhaps not for the first time; tell whether something was added."""
        self._asking.append(question)
        self._reading.append(question)
        self._gaps.append([])
        try:
            found = member.compute()
        finally:
            self._asking.pop()
            self._reading.pop()
            self._gaps.pop()
        if member.times:
            known = frozenset(map(self._same, member.answer))
            found = (*member.answer, *(part for part in found if self._same(part) not in known))
        member.times += 1
        grown = len(found) > len(member.answer)
        member.answer = found
        return grown

    def _close(self, head: Hashable, depth: int) -> None:
        """Work out the questions of a cycle again that were told too little, as long as ``head`` is outermost.

        Those that were answered first go first: others rest on them.
        """
        members = self._resting.setdefault(depth, [])
        stale = self._told_less(head)
        seen = 0
        while stale or seen < len(members):
            for each in members[seen:]:
                stale |= self._told_less(each) if self._cycle[each].times else {each}
            seen = len(members)
            for question in (*members, head):
                if question in stale:
                    stale.discard(question)
                    if self._works_out_more(question):
                        stale |= self._told_less(question)
                    if self._lowest[-1] < depth:
                        return

    def _works_out_more(self, question: Hashable) -> bool:
        """Work out a question once more; tell whether that adds something."""
        member = self._cycle[question]
        return member.times < MOST_TIMES and self._work_out(question, member)

    def _told_less(self, question: Hashable) -> set[Hashable]:
        """Return those that asked a question and were told less than is known of it."""
        member = self._cycle[question]
        worth = len(member.answer)
        while worth and not self._counts(member.answer[worth - 1]):
            worth -= 1
        return {asker for asker, (_, told) in member.told.items() if told < worth}

    def _depend(self, depth: int) -> None:
        if self._lowest and depth < self._lowest[-1]:
            self._lowest[-1] = depth


class _Member(Generic[Part]):
    """A question that has no final answer yet: what is known of it, and the lowest open question that it rests on.

    ``told`` says how many parts of the answer each asker was told when it first asked, the last time it was worked out.
    """

    __slots__ = ("answer", "compute", "lowest", "times", "told")

    def __init__(self, compute: Callable[[], tuple[Part, ...]], lowest: int) -> None:
        self.compute = compute
        self.lowest = lowest
        self.answer: tuple[Part, ...] = ()
        self.told: dict[Hashable, tuple[int, int]] = {}
        self.times = 0


class _Note(Generic[Part]):
    """What was made of answers that are not final: ``gaps`` are the open questions, and how much each had told."""

    __slots__ = ("answer", "gaps")

    def __init__(self, answer: tuple[Part, ...], gaps: tuple[tuple[_Member[Part], int], ...]) -> None:
        self.answer = answer
        self.gaps = gaps

    def holds(self) -> bool:
        """Whether the questions would tell the same again."""
        return all(len(member.answer) == told for member, told in self.gaps)
