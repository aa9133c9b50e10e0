"""When two uses overlap: which kinds of use conflict, and what on their paths puts one before the other."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from greenlint.project.guards import Guards, Taken, share_a_lock
from greenlint.project.origins import Origin, State
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Root
from greenlint.project.uses import Use
from greenlint.summary import facts

MOST_REACHES = 200
ENDS = frozenset(("close", "stop", "shutdown", "disconnect", "terminate", "kill", "__del__", "__exit__", "cleanup"))
"""Methods that end the life of an object; nothing is asked of it at the same time."""
_ARMS = ("if", "else")


class Overlap(enum.Enum):
    """How two uses come to overlap."""

    MANY = "many greenthreads of one kind"
    PAIR = "greenthreads of two kinds"
    STARTER = "a greenthread and the code that started it"
    OWNER = "a greenthread of the owner and a caller of the owner"


class Reach(NamedTuple):
    """A use and one origin of the object used."""

    use: Use
    origin: Origin

    @property
    def state(self) -> State:
        """The state in which the search ended."""
        return self.origin.state


def conflict(one: Use, other: Use) -> bool:
    """Tell whether two uses of one object at once are a fault."""
    if one.method in ENDS and other.method in ENDS:
        return False
    directions = {one.direction, other.direction}
    if one.client.row.direction == "state":
        return bool(directions & {"use", "mutate"})
    if directions <= {"read"} or directions <= {"write"}:
        return True
    return bool(directions & {"exclusive", "mutate"})


def shortest_first(reach: Reach) -> tuple[object, ...]:
    """Return a key that sorts the plainest proof first."""
    state = reach.state
    return (len(state.assumptions), len(state.crossed), len(state.hops), reach.use.key, str(reach.origin.kind))


def distinct(reaches: Sequence[Reach]) -> list[Reach]:
    """The first of the reaches that a verdict cannot tell apart, shortest path first."""
    found: dict[tuple[object, ...], Reach] = {}
    for reach in reaches:
        state = reach.state
        key = (reach.use.scope, reach.use.direction, reach.origin.holder, state.crossed, state.many, state.locks)
        found.setdefault(key, reach)
    return list(found.values())[:MOST_REACHES]


def precedes(one: Reach, other: Reach) -> bool:
    """Whether one use is over when the function that it stands in starts the greenthread of the other."""
    for root in other.state.crossed:
        for scope, index in places(one):
            if root.site is not None and scope is root.scope and index < root.site.index:
                block = scope.body.calls[index].block if index < len(scope.body.calls) else 0
                if not scope.loops_around(block) & scope.loops_around(root.block):
                    return True
    return False


def apart(one: Sequence[Root], other: Sequence[Root]) -> tuple[list[Root], list[Root]]:
    """The roots of two reaches without the outer ones that they have in common (innermost first)."""
    first, second = list(one), list(other)
    while first and second and first[-1] is second[-1]:
        first.pop()
        second.pop()
    return first, second


def are_alternatives(first: Reach, second: Reach) -> bool:
    """Whether one call leads to both uses through different targets, or they start in two arms of one condition."""
    kept = {hop.function for reach in (first, second) for hop in reach.state.hops if hop.keeper is not None}
    targets = {hop.site: hop.function for hop in first.state.hops if hop.site is not None}
    for hop in second.state.hops:
        if hop.site is not None and targets.get(hop.site, hop.function) is not hop.function:
            if not {hop.function, targets[hop.site]} <= kept:
                return True
    return any(
        _in_other_arm(scope, index, other_index)
        for scope, index in places(first, spawns=True)
        for other_scope, other_index in places(second, spawns=True)
        if scope is other_scope
    )


def _in_other_arm(scope: Scope, one: int, other: int) -> bool:
    calls = scope.body.calls
    if one >= len(calls) or other >= len(calls):
        return False
    arms = {_arm(block): block.kind for _, block in scope.blocks_around(calls[one].block) if block.kind in _ARMS}
    return any(
        block.kind in _ARMS and arms.get(_arm(block), block.kind) != block.kind
        for _, block in scope.blocks_around(calls[other].block)
    )


def _arm(block: facts.Block) -> tuple[int, int]:
    return block.parent, block.line


def keepers(reach: Reach) -> frozenset[Site]:
    """The places at which what a reach comes through was handed over to be kept."""
    return frozenset(hop.site for hop in reach.state.hops if hop.keeper is not None and hop.site is not None)


def leads_to_start(reach: Reach, root: Root) -> Iterator[tuple[Scope, int]]:
    """The calls that led to the start of a greenthread by a root, innermost first."""
    hops = iter(reach.state.hops)
    for hop in hops:
        if hop.root is root:
            break
    for hop in hops:
        if hop.root is not None:
            return
        if hop.site is not None:
            yield hop.scope, hop.site.index


def places(reach: Reach, spawns: bool = False) -> Iterator[tuple[Scope, int]]:
    """The calls on the path of a reach: the use itself, then its callers; on demand the spawns as well.

    Where a function was handed over to be kept, nothing runs it: the path ends there.
    """
    yield reach.use.scope, reach.use.at
    for hop in reach.state.hops:
        if hop.keeper is not None:
            return
        if hop.site is not None and (spawns or hop.root is None):
            yield hop.scope, hop.site.index


def taken(reach: Reach, guards: Guards) -> tuple[Taken, ...]:
    """Return where the locks are taken that count for a reach: around its use, or a call within the greenthread."""
    use = reach.use
    found = [*guards.taken_at(use.scope, use.block, use.at)]
    for hop in reach.state.hops:
        if hop.root is not None or hop.site is None:
            break
        found += guards.taken_at(hop.scope, hop.site.call.block, hop.site.index)
    return tuple(dict.fromkeys(one for one in found if share_a_lock([one.lock], reach.state.locks)))
