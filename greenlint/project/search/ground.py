"""State of one search, and the questions that all its parts ask: once each, within a budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from greenlint.project.guards import Guards
from greenlint.project.memo import Memo
from greenlint.project.origins import Frame, Origin, State
from greenlint.project.ownership import Ownership
from greenlint.project.program import Scope
from greenlint.project.roots import Roots
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

MOST_STEPS = 4000
DEEPEST = 60
MOST_WAYS = 60
LONGEST_PATH = 6
"""How many attributes deep in its owner an object lies at most for which a search goes round in a circle again."""
Frames = tuple[Frame, ...]


Answers = Memo[Origin]


class Ground(ABC):
    """What all parts of a search share; ``gave_up`` tells that the budget ended it.

    ``answers`` serve all searches of a program. Those of a search that gave up are not worth keeping.
    """

    def __init__(self, types: Types, roots: Roots, guards: Guards, ownership: Ownership, answers: Answers) -> None:
        self._types = types
        self._roots = roots
        self._guards = guards
        self._ownership = ownership
        self._answers = answers
        self.steps = 0
        self.gave_up = False

    def _spent(self, depth: int) -> bool:
        self.steps += 1
        if self.steps > MOST_STEPS or depth > DEEPEST:
            self.gave_up = True
        return self.gave_up

    def _once(
        self, question: Hashable, state: State, answer: Callable[[State], Iterable[Origin]]
    ) -> Sequence[Origin]:
        """Answer a question once; asked again on another path, the same ends are reached by the other path."""
        found = self._answers.ask(question, lambda: _shortest(answer(replace(state, hops=()))))
        before = state.hops
        if not before:
            return found
        return [replace(o, state=replace(o.state, hops=before + o.state.hops)) for o in found]

    @staticmethod
    def _loops(scope: Scope, block: int, state: State) -> frozenset[int]:
        """The loops around a block, less those that the crossed root does not repeat in."""
        last = state.crossed[-1] if state.crossed else None
        if last is not None and last.scope is scope and last.block == block and last.site is not None:
            return last.loops
        return scope.loops_around(block)

    @staticmethod
    def _renewed(scope: Scope, name: str, block: int, binding: facts.Binding) -> frozenset[int]:
        """The loops in which every round binds the name anew, so that an earlier value serves one round only."""
        around = [index for index, _ in scope.blocks_around(block)]
        renewing = {b.block for b in scope.locals.get(name, ()) if b is not binding and b.block in around}
        found: set[int] = set()
        for position, index in enumerate(around):
            if scope.body.blocks[index].kind in facts.LOOPS and renewing & set(around[: position + 1]):
                found.add(index)
        return frozenset(found)

    @abstractmethod
    def _back(
        self, scope: Scope, value: Value | None, block: int, frames: Frames, state: State, depth: int
    ) -> Iterable[Origin]:
        """Trace a value, used in a block of a scope, back to the owners of what it stands for."""

    @abstractmethod
    def _name(self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int) -> Iterable[Origin]:
        """Trace a name."""

    @abstractmethod
    def _global(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """Trace a name of the module."""

    @abstractmethod
    def _free_variable(
        self, scope: Scope, owner: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """Trace a variable of an enclosing function."""


def _shortest(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Return one origin for each end, by the shortest path."""
    shortest: dict[object, Origin] = {}
    for origin in origins:
        end = _end(origin)
        best = shortest.get(end)
        if best is None or len(origin.state.hops) < len(best.state.hops):
            shortest[end] = origin
    return tuple(shortest.values())


def _end(origin: Origin) -> Hashable:
    """What tells one end of a search from others, whatever the path to it."""
    last = origin.state.hops[-1] if origin.state.hops and not origin.state.crossed else None
    return (origin.kind, origin.key, origin.klass, origin.path, origin.state.question, last)


def no_answers() -> Answers:
    """Return what keeps the answers of all searches of a program."""
    answers: Answers = Memo(lambda origin: len(origin.path) < LONGEST_PATH, _end)
    answers.settle()
    return answers
