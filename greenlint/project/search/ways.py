"""Who runs a function: the calls and the roots that lead into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from greenlint.project.forks import is_in_forked_child
from greenlint.project.origins import Hop, Origin, Slot, State
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Entry, Root
from greenlint.project.search.ground import MOST_WAYS, Ground
from greenlint.project.terms import (
    Type,
)
from greenlint.summary.facts import Value


class Way(NamedTuple):
    """A way into a function: from a call or a root, with the state on the other side."""

    scope: Scope
    block: int
    state: State
    edge_type: Type | None
    site: Site | None
    root: Root | None
    entry: Entry | None
    handed: Value | None = None
    was_many: bool = False


class Ways(Ground):
    """The steps up from a function to what runs it."""

    def _ways_into(self, function: Scope, block: int, state: State, me: Origin, depth: int) -> Iterator[Way | Origin]:
        """Yield calls and roots that lead into a function; the search's own end where there is none."""
        looped = bool(self._loops(function, block, state))
        state = state.in_loop(looped, "spawned in a loop")
        ended = Origin(me.kind, me.key, state, me.klass, me.path)
        if state.crossed or function in self._roots.elsewhere:
            yield ended
        if function in self._roots.elsewhere and not state.crossed:
            return
        count = 0
        for root, entry in self._roots.into(function):
            if root in state.crossed:
                continue
            if root.at_calls:
                yield from self._spawned_at_calls(function, root, entry, state)
                count += 1
                continue
            count += 1
            hop = Hop(root.scope, root.site, function, root)
            beyond = state.called_from(hop, frozenset()) if root.serial == "call" else state.crossing(hop, root)
            was_many = state.many or root.row.multiplicity == "many"
            yield Way(root.scope, root.block, beyond, entry.via, root.site, root, entry, None, was_many)
        for edge in self._types.callers.of(function)[:MOST_WAYS]:
            caller = edge.site.scope
            if caller is function:
                continue
            count += 1
            call = edge.site.call
            locks = frozenset() if state.crossed else self._guards.held_at(caller, call.block, edge.site.index)
            hop = Hop(caller, edge.site, function, None)
            beyond = state.called_from(hop, locks)
            if beyond.crossed and is_in_forked_child(caller, call.block):
                beyond = replace(beyond, contained=True)
            yield Way(caller, call.block, beyond, edge.via, edge.site, None, None, edge.handed)
        if not count and not state.crossed:
            yield ended

    def _spawned_at_calls(self, function: Scope, root: Root, entry: Entry, state: State) -> Iterator[Way]:
        """A function whose decorator spawns it: every call is a crossing."""
        for edge in self._types.callers.of(function)[:MOST_WAYS]:
            caller = edge.site.scope
            hop = Hop(caller, edge.site, function, root)
            beyond = state.crossing(hop, root)
            yield Way(caller, edge.site.call.block, beyond, edge.via, edge.site, None, entry)

    def _shared(
        self, scope: Scope, slot: Slot, klass: Klass | None, block: int, state: State, depth: int
    ) -> Iterator[Origin]:
        """A holder that every greenthread sees: only who runs this code, and how many, is still open."""
        state = state.in_loop(bool(self._loops(scope, block, state)), "spawned in a loop")
        me = Origin("global", slot, state, klass)
        if state.crossed and state.many:
            yield me
            return
        if scope.kind == "module":
            yield me
        elif not self._spent(depth):
            question = ("shared", scope, block, slot, klass, state.question)
            yield from self._once(question, state, lambda: self._shared_above(me, scope, slot, klass, block, depth))

    def _shared_above(
        self, me: Origin, scope: Scope, slot: Slot, klass: Klass | None, block: int, depth: int
    ) -> Iterator[Origin]:
        state = me.state
        if state.crossed:
            yield me
        for way in self._ways_into(scope, block, state, me, depth):
            if isinstance(way, Origin):
                if not way.state.crossed:
                    yield me
            elif is_top(way):
                yield Origin("global", slot, way.state, klass)
            else:
                yield from self._shared(way.scope, slot, klass, way.block, way.state, depth + 1)


def is_top(way: Way) -> bool:
    """Whether a framework runs the function: nobody in the program stands above it."""
    return way.root is not None and way.root.site is None
