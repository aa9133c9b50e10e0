"""Which reaches of one slot overlap: many greenthreads, two of them, or one and the code that goes on beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from greenlint.project.guards import share_a_lock
from greenlint.project.overlap import (
    ENDS,
    Overlap,
    Reach,
    apart,
    are_alternatives,
    conflict,
    distinct,
    keepers,
    leads_to_start,
    places,
    precedes,
    shortest_first,
)
from greenlint.project.program import Klass, Scope
from greenlint.project.roots import Root
from greenlint.project.types import Types
from greenlint.project.waiting import Waits


class Pairs:
    """Answers for one program."""

    def __init__(self, types: Types, waits: Waits) -> None:
        self._types = types
        self._waits = waits

    def conflicts(self, reaches: Sequence[Reach]) -> Iterator[tuple[Overlap, Reach, Reach]]:
        """Yield what overlaps and conflicts, the plainest first."""
        crossed = distinct(sorted((r for r in reaches if r.state.crossed), key=shortest_first))
        others = [reach for reach in reaches if not reach.state.crossed]
        many = [reach for reach in crossed if _is_many(reach)]
        for reach in many:
            if not keepers(reach):
                yield Overlap.MANY, reach, reach
        for first, second in self._pairs(crossed):
            yield Overlap.PAIR, first, second
        beside = [(first, second) for first in crossed for second in others if self._unguarded(first, second)]
        followed = [pair for pair in beside if self._follows_spawn(*pair, pair[0].state.crossed[-1])]
        for first, second in followed:
            yield Overlap.STARTER, first, second
        for reach in many:
            yield Overlap.MANY, reach, reach
        for first, second in beside:
            if self._is_owner_use(first, second):
                yield Overlap.OWNER, first, second

    def _pairs(self, crossed: Sequence[Reach]) -> list[tuple[Reach, Reach]]:
        """Reaches by two greenthreads; those of one direction first, whose fault is the plainest."""
        pairs = [
            (first, second)
            for index, first in enumerate(crossed)
            for second in crossed[index + 1 :]
            if self._is_pair(first, second)
        ]
        return sorted(pairs, key=lambda pair: "exclusive" in (pair[0].use.direction, pair[1].use.direction))

    def _unguarded(self, first: Reach, second: Reach) -> bool:
        if not conflict(first.use, second.use) or share_a_lock(first.state.locks, second.state.locks):
            return False
        return "parameter" not in (first.origin.kind, second.origin.kind) and self._same_object(first, second)

    def _is_pair(self, first: Reach, second: Reach) -> bool:
        if first is second or not self._unguarded(first, second) or are_alternatives(first, second):
            return False
        one, other = apart(first.state.crossed, second.state.crossed)
        if not one and not other:
            return first.state.many or second.state.many or _have_keepers_of_their_own(first, second)
        if not one or not other:
            inner, outer = (first, second) if one else (second, first)
            return self._follows_spawn(inner, outer, (one or other)[-1])
        if set(one) & set(other):
            return False
        if precedes(first, second) or precedes(second, first):
            return False
        if _have_keepers_of_their_own(first, second):
            return True
        return not _one_at_a_time(one) & _one_at_a_time(other)

    def _same_object(self, first: Reach, second: Reach) -> bool:
        one, other = first.origin, second.origin
        if one.kind == "self" == other.kind:
            return one.path == other.path and self._related(one.key[0], other.key[0])
        return one.holder == other.holder

    def _related(self, one: object, other: object) -> bool:
        if not isinstance(one, Klass) or not isinstance(other, Klass):
            return one == other
        order = self._types.hierarchy.order
        return one in order(other) or other in order(one)

    def _follows_spawn(self, first: Reach, second: Reach, root: Root) -> bool:
        """Whether the starter itself, or who called it to start, goes on to use the object before it waits."""
        if root.site is None or root.serial == "call" or root.many:
            return False
        later = dict(reversed(list(places(second))))
        if root.scope in later:
            return self._goes_on(root.scope, root.site.index, later[root.scope])
        waits = root.serial == "contained" and not root.slot
        if waits or any(scope.name in ENDS for scope in later) or are_alternatives(first, second):
            return False
        for scope, index in leads_to_start(first, root):
            if scope in later:
                return self._goes_on(scope, index, later[scope]) and not self._has_waited(second, scope)
        return False

    def _goes_on(self, scope: Scope, start: int, use: int) -> bool:
        """Whether a function comes from the call that starts a greenthread to the one that uses the object."""
        calls = scope.body.calls
        if use <= start or any(self._waits_in(scope, index) for index in range(start + 1, use)):
            return False
        around = {index for index, _ in scope.blocks_around(calls[start].block)}
        beside = {index for index, _ in scope.blocks_around(calls[use].block)} if use < len(calls) else set()
        return not any(
            start < exit_.at <= use and exit_.block in around - beside and exit_.kind != "break"
            for exit_ in scope.body.exits
        )

    def _waits_in(self, scope: Scope, index: int) -> bool:
        """Whether a call waits for greenthreads, or runs a function that does."""
        call = scope.body.calls[index]
        if self._waits.is_join(call):
            return True
        return any(
            self._waits.is_join(inner)
            for callee in self._types.of(scope, call.callee)
            for target, _ in self._types.callers.targets(callee)
            for inner in target.body.calls
        )

    def _has_waited(self, reach: Reach, common: Scope) -> bool:
        """Whether a use comes after a wait on the way from a function down to it."""
        for scope, index in places(reach):
            if scope is common:
                return False
            if any(self._waits.is_join(call) for call in scope.body.calls[:index]):
                return True
        return False

    def _is_owner_use(self, first: Reach, second: Reach) -> bool:
        """Whether a greenthread that the owner started uses what callers of the owner's other methods use."""
        root = first.state.crossed[-1]
        method, other = root.scope.method(), second.use.scope.method()
        if first.origin.kind != "self" or method is None or other is None or root.site is None:
            return False
        if not first.origin.path or method.owner is None or second.use.scope is first.use.scope:
            return False
        if other.name in ENDS or other.name == "__init__" or not self._related(method.owner, other.owner):
            return False
        before = [i for scope, i in places(second) if scope is root.scope and i < root.site.index]
        return not before and not any(scope.name in ("__init__", *ENDS) for scope, _ in places(second))


def _one_at_a_time(roots: Sequence[Root]) -> set[object]:
    """The pools of one and the attributes that hold one greenthread of these roots at a time."""
    return {held for root in roots for held in (root.single, root.slot) if held}


def _is_many(reach: Reach) -> bool:
    """Whether many greenthreads make one reach, which conflicts with itself."""
    state = reach.state
    return state.many and not state.common_locks and reach.origin.kind != "parameter" and conflict(reach.use, reach.use)


def _have_keepers_of_their_own(first: Reach, second: Reach) -> bool:
    """Whether two functions were handed over to different keepers, each with a greenthread that calls it."""
    if first.state.contained or second.state.contained:
        return False
    one, other = keepers(first), keepers(second)
    return bool(one and other) and one.isdisjoint(other)
