"""Clients that are used again after a Timeout cut a request on them short.

The reply to that request is still on its way. Whoever uses the connection next gets it as the answer to something
else, or is refused, unless the connection is closed, replaced or thrown away in between.

From a use one climbs to the callers. On the way a Timeout has to be met, and above it, where the object still lives, a
loop that goes on after the Timeout, a further use, or something that runs the same code again for the same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from greenlint.knowledge.schema import TimeoutReuseRow
from greenlint.project.climbing import Climber, Held, Place
from greenlint.project.deadlines import Deadline, Deadlines
from greenlint.project.origins import Slot
from greenlint.project.overlap import ENDS, Reach
from greenlint.project.program import Scope, Site
from greenlint.project.renewal import After, Renewal
from greenlint.project.roots import Roots
from greenlint.project.sharing import Sharing
from greenlint.project.types import Types
from greenlint.project.uses import is_datagram
from greenlint.summary import facts

_MOST = 120
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Reused:
    """A client that lives on after a deadline cut ``reach`` short; ``again`` is the use that suffers, if another.

    ``calls`` lead from the deadline's function to the use, outermost first.
    """

    reach: Reach
    deadline: Deadline
    calls: tuple[Site, ...]
    row: TimeoutReuseRow
    slot: Slot
    again: Site | None


class _Cut(NamedTuple):
    """A use, the calls to it, and the deadline met on the way up, if any; ``after``: how code goes on up here."""

    place: Place
    calls: tuple[Site, ...] = ()
    deadline: Deadline | None = None
    after: After = After.RAISES
    height: int = 0


class Reuse:
    """Finds such clients in one program."""

    def __init__(self, types: Types, roots: Roots, sharing: Sharing) -> None:
        self._types = types
        self._sharing = sharing
        self._climber = Climber(types, roots)
        self._deadlines = Deadlines(types)
        self._renewal = Renewal(types)

    def all(self) -> Iterator[Reused]:
        """Yield one for each deadline and slot, in source order."""
        if not (self._deadlines.by_scope or self._deadlines.by_function):
            return
        found: dict[tuple[Site, Slot], Reused] = {}
        seen: set[tuple[object, ...]] = set()
        for reach in self._sharing.reaches:
            use, row = reach.use, self._row(reach)
            if row is not None and (use.site, use.client.birth) not in seen:
                seen.add((use.site, use.client.birth))
                for reused in self._of(reach, row):
                    found.setdefault((reused.deadline.site, reused.slot), reused)
        yield from sorted(found.values(), key=lambda one: (one.deadline.site.key, one.slot))

    def _row(self, reach: Reach) -> TimeoutReuseRow | None:
        use = reach.use
        waits = use.direction in ("read", "exclusive") and use.method not in ENDS and not is_datagram(use.client)
        rows = self._types.library.knowledge.timeout_reuse.get(use.client.row.id, ()) if waits and not use.fresh else ()
        row = rows[0] if rows and rows[0].after_timeout != "ok" else None
        if row is None or (row.waits and use.method not in row.waits) or not self._sharing.can_wait(reach):
            return None
        return row

    def _of(self, reach: Reach, row: TimeoutReuseRow) -> Iterator[Reused]:
        use, slot = reach.use, self._sharing.slots.of(reach)
        held = self._climber.held(use.scope, _connection(reach))
        work = [_Cut(Place(use.scope, use.block, use.at, held, use.site))] if held.value is not None else []
        count = 0
        while work and count < _MOST:
            count += 1
            cut = work.pop(0)
            if cut.deadline is None:
                work += [met for met in self._met(cut) if self._stays(met, reach, slot, row)]
                after = After.RAISES
            else:
                after, again = self._again(cut, cut.deadline, reach, slot)
                if again is not None:
                    calls, other = cut.calls, again if again != use.site else None
                    yield Reused(reach, cut.deadline, calls, row, slot, other)
                    continue
            if cut.height < _DEEPEST:
                work += self._above(cut, after)

    def _met(self, cut: _Cut) -> Iterator[_Cut]:
        """Yield the deadlines that cover a place, set in its own function or by what runs the function."""
        place = cut.place
        for deadline in self._deadlines.by_scope.get(place.scope, ()):
            if deadline.covers(place.block, place.at):
                yield self._under(cut, deadline, place.held)
        for deadline in self._deadlines.by_function.get(place.scope, ()):
            if place.held.everywhere:
                yield self._under(cut, deadline, place.held)

    @staticmethod
    def _under(cut: _Cut, deadline: Deadline, held: Held) -> _Cut:
        place = Place(deadline.scope, deadline.within, deadline.ends - 1, held, cut.place.site)
        after = After.GOES_ON if deadline.silent else After.RAISES_ANOTHER if deadline.own else After.RAISES
        return _Cut(place, cut.calls, deadline, after, cut.height)

    def _above(self, cut: _Cut, after: After) -> Iterator[_Cut]:
        for place in self._climber.above(cut.place):
            if place.root is not None and cut.deadline is None:
                continue
            calls = (place.site, *cut.calls) if cut.deadline is None and place.site else cut.calls
            beyond = After.GOES_ON if place.root is not None or after is After.RETURNS else after
            if place.held.value is not None:
                yield _Cut(place, calls, cut.deadline, beyond, cut.height + 1)

    def _stays(self, cut: _Cut, reach: Reach, slot: Slot, row: TimeoutReuseRow) -> bool:
        """Whether the client is left as the deadline leaves it: nobody closes or replaces it."""
        deadline = cut.deadline
        assert deadline is not None
        scopes = tuple(dict.fromkeys((deadline.scope, *(call.scope for call in cut.calls), reach.use.scope)))
        if row.asks and not self._asks(scopes, slot):
            return False
        if self._climber.is_made_here(cut.place) and self._is_bound_under(cut.place, deadline):
            return False
        return not self._renewal.follows(deadline, scopes, slot, reach.use.client.birth)

    @staticmethod
    def _is_bound_under(place: Place, deadline: Deadline) -> bool:
        return any(deadline.covers(b.block, b.at) for b in _bound(place))

    def _asks(self, scopes: tuple[Scope, ...], slot: Slot) -> bool:
        """Whether something is sent on the same connection on the way: what is cut short is more than listening."""
        return any(
            other.use.direction == "write" and other.use.scope in scopes and self._sharing.slots.of(other) == slot
            for other in self._sharing.reaches
        )

    def _again(self, cut: _Cut, deadline: Deadline, reach: Reach, slot: Slot) -> tuple[After, Site | None]:
        """Return how code goes on here, and the next use of the same object if one is seen from here."""
        place, same = cut.place, reach.use.site
        after, loops = self._renewal.onwards(place.scope, place.block, deadline, cut.after)
        bound = [b.block for b in _bound(place)] if self._climber.is_made_here(place) else []
        if any(not any(loop in place.scope.loops_around(block) for block in bound) for loop in loops):
            return after, same
        if after is After.GOES_ON:
            later = self._later(place)
            if later is not None:
                return after, later
        if place.root is not None and (place.root.many or place.root.loops):
            return after, same
        if self._runs_for_all(place) or (place.held.everywhere and self._repeats(place.scope)):
            return after, same
        if place.held.everywhere:
            return after, self._elsewhere(cut, reach, slot)
        return after, None

    def _later(self, place: Place) -> Site | None:
        """Return a later call of the scope on the same object, or of the same function on its owner."""
        around = {index for index, _ in place.scope.blocks_around(place.block)}
        calls = place.scope.body.calls
        for index, call in enumerate(calls[place.at + 1 :], place.at + 1):
            callee = call.callee
            again = isinstance(callee, facts.Attribute) and callee == calls[place.at].callee
            on_it = isinstance(callee, facts.Attribute) and callee.name not in ENDS and callee.base == place.held.value
            if again or on_it:
                blocks = place.scope.blocks_around(call.block)
                if all(block.kind not in ("except", "else") or i in around for i, block in blocks):
                    return Site(place.scope, index)
        return None

    def _runs_for_all(self, place: Place) -> bool:
        """Whether a framework runs the scope many times on one object."""
        return any(
            above.root is not None and above.root.site is None and self._climber.is_shared_by(place, above.root)
            for above in self._climber.above(place)
        )

    def _repeats(self, scope: Scope, depth: int = 3) -> bool:
        """Whether a function runs more than once: it is called twice, in a loop, or by something that is."""
        edges = self._types.callers.of(scope)
        if len({edge.site for edge in edges}) > 1:
            return True
        return any(
            edge.site.scope.loops_around(edge.site.call.block)
            or (depth and edge.site.scope is not scope and self._repeats(edge.site.scope, depth - 1))
            for edge in edges
        )

    def _elsewhere(self, cut: _Cut, reach: Reach, slot: Slot) -> Site | None:
        """Return a use of a global client in another function."""
        below = {reach.use.scope, *(call.scope for call in cut.calls), cut.place.scope}
        for other in self._sharing.reaches:
            use = other.use
            asks = use.direction in ("read", "write", "exclusive") and use.method not in ENDS and not use.fresh
            if asks and use.scope not in below and self._sharing.slots.of(other) == slot:
                return use.site
        return None


def _connection(reach: Reach) -> facts.Value | None:
    """Return what stands for the client in the scope of a use: the connection that a cursor was made of."""
    made = reach.state.derived_at
    if made is not None and made.scope is reach.use.scope and isinstance(made.call.callee, facts.Attribute):
        return made.call.callee.base
    return reach.use.receiver


def _bound(place: Place) -> list[facts.Binding]:
    """The bindings of the variable that holds the object, less those to a constant."""
    value = place.held.value
    while isinstance(value, facts.Attribute):
        value = value.base
    bindings = place.scope.locals.get(value.id, ()) if isinstance(value, facts.Name) else ()
    return [b for b in bindings if not isinstance(b.value, facts.Constant)]
