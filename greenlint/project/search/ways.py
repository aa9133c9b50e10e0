"""Who runs a function: the calls and the roots that lead into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from greenlint.project.forks import is_in_forked_child
from greenlint.project.keeping import Kept, is_held
from greenlint.project.origins import LOOPED, Hop, Origin, Slot, State
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Entry, Root
from greenlint.project.search.ground import MOST_WAYS, Ground
from greenlint.project.terms import (
    Instance,
    Type,
)
from greenlint.summary import facts
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
        state = state.in_loop(looped, LOOPED)
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
            beyond = self._within_process(beyond, root.scope, root.block)
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
            beyond = self._within_process(state.called_from(hop, locks), caller, call.block)
            beyond = beyond.in_loop(edge.repeated, LOOPED)
            yield Way(caller, call.block, beyond, edge.via, edge.site, None, None, edge.handed)
        if not count and not state.crossed:
            yield ended

    def _within_process(self, state: State, caller: Scope, block: int) -> State:
        """A greenthread that a forked child starts is the only one of it in that process, however many are forked."""
        if not (state.crossed and is_in_forked_child(caller, block)):
            return state
        state = state.in_loop(bool(self._loops(caller, block, state)), LOOPED)
        return replace(state, contained=True)

    def _kept_way(self, way: Way, function: Scope) -> Sequence[Kept]:
        """Where the function was handed over that a way runs through an attribute; nothing if it is a method there."""
        callee = way.root.callee if way.root is not None else way.site.call.callee if way.site is not None else None
        if way.handed is not None or not isinstance(callee, facts.Attribute | facts.Name):
            return ()
        held = [kept for kept in self._types.callers.keeping.of(function) if kept.end.among]
        if held and (found := [kept for kept in held if is_held(way.scope, callee, kept.end.attribute)]):
            return found
        if isinstance(callee, facts.Name):
            owner = self._types.binding_scope(way.scope, callee.id)
            if owner is None or owner is way.scope or owner.parameter(callee.id) is None:
                return ()
            return [kept for kept in self._types.callers.keeping.of(function) if kept.end.around is owner]
        for base in self._types.of(way.scope, callee.base):
            if not isinstance(base, Instance) or self._types.hierarchy.find(base.klass, callee.name)[0]:
                return ()
        return [kept for kept in self._types.callers.keeping.of(function) if kept.end.attribute == callee.name]

    def _where_handed_over(
        self, way: Way, function: Scope, kept: Sequence[Kept], depth: int
    ) -> Iterator[tuple[Kept, State]]:
        """The places at which a kept function was handed over, each in the states in which it is called."""
        for state in self._starts(way, depth):
            for each in kept:
                hop = Hop(each.site.scope, each.site, function, None, each.keeper)
                contained = state.contained or not each.end.renewed
                assumed = state.assumptions
                if each.end.keyed:
                    assumed += (f"what {each.keeper.label} keeps is called by the key that it is kept under",)
                yield each, replace(state, hops=(*state.hops, hop), contained=contained, assumptions=assumed)

    def _starts(self, way: Way, depth: int) -> Iterator[State]:
        """The states in which a kept function is called: up to the start of the greenthread that calls it.

        Beyond that start only methods of the class that keeps it count: each keeper has a greenthread of its own.
        """
        method = way.scope.method()
        home = self._types.hierarchy.family(method.owner) if method is not None and method.owner is not None else ()
        yield from self._starts_above(way, home, depth, set())

    def _starts_above(self, way: Way, home: Sequence[Klass], depth: int, seen: set[object]) -> Iterator[State]:
        state = way.state.in_loop(bool(self._loops(way.scope, way.block, way.state)), LOOPED)
        if self._spent(depth) or (way.scope, state.question) in seen:
            return
        seen.add((way.scope, state.question))
        above = list(self._ways_into(way.scope, way.block, state, Origin("global", (), state), depth))
        ways = [way for way in above if isinstance(way, Way)]
        inside = [way for way in ways if not state.crossed or _is_within(way.scope, home)]
        if state.crossed and (not inside or len(inside) < len(ways)):
            yield state
        for each in above:
            if not state.crossed and (isinstance(each, Origin) or is_top(each)):
                yield each.state
        for each in inside:
            if not is_top(each):
                yield from self._starts_above(each, home, depth + 1, seen)

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
        state = state.in_loop(bool(self._loops(scope, block, state)), LOOPED)
        me = Origin("global", slot, state, klass)
        if state.crossed and state.many:
            yield me
            return
        if scope.kind == "module":
            yield me
        elif not self._spent(depth):
            question = ("shared", scope, block, slot, klass, state.question)
            above = partial(self._shared_above, scope, slot, klass, block, depth)
            yield from self._once(question, state, above)

    def _shared_above(
        self, scope: Scope, slot: Slot, klass: Klass | None, block: int, depth: int, state: State
    ) -> Iterator[Origin]:
        me = Origin("global", slot, state, klass)
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


def _is_within(scope: Scope, home: Sequence[Klass]) -> bool:
    method = scope.method()
    return method is not None and method.owner in home


def is_top(way: Way) -> bool:
    """Whether a framework runs the function: nobody in the program stands above it."""
    return way.root is not None and way.root.site is None
