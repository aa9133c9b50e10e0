"""Values of the backward search: the state it carries and the origins it ends at.

Terms
-----
slot      the variable or attribute that holds a client: what a finding is about.
origin    where the search ended: the owner of the slot, and the state in which it got there.
crossing  a step from a function that runs in a greenthread to the code that starts the greenthread.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from greenlint.project.guards import Lock, is_common
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Root

OriginKind = Literal["born", "global", "self", "variable", "parameter"]
LOOPED = "spawned in a loop"
LOOPED_ON_ONE = "spawned in a loop on one object"
MADE_BEFORE = "spawned in a loop, made before it"
Slot = tuple[str, ...]
Key = tuple[object, ...]


class Hop(NamedTuple):
    """One step up: ``function`` is called at ``site`` in ``scope``, or started there by ``root``.

    ``keeper``: what is called there takes ``function`` to keep it, and whoever keeps it calls it later.
    """

    scope: Scope
    site: Site | None
    function: Scope
    root: Root | None
    keeper: Scope | None = None


class Frame(NamedTuple):
    """A call whose result is being traced: where to go on for the callee's parameters."""

    scope: Scope
    site: Site | None
    receiver: object
    block: int


class State(msgspec.Struct, frozen=True, gc=False):
    """What the search knows on its way from a use back to the object's birth.

    crossed      the roots crossed, innermost first: the greenthreads that reach the use with this object.
    many         several greenthreads of the crossed kind may hold the same object at once.
    why          the loop that makes them many, for the message; empty if a root does.
    contained    the function that started the last crossed root waited for it before it returned, so loops further
                 out add no overlap.
    locks        locks held around the use before the first crossing.
    hops         the path, use first.
    slot         the innermost slot met so far.
    assumptions  what the path takes for granted.
    distinct     each greenthread has an object of its own here (an element of what the starter loops over); only what
                 these objects were all given can still be shared.
    derived_at   the call by which the object used was derived from the one traced (a cursor from its connection).
    """

    crossed: tuple[Root, ...] = ()
    many: bool = False
    why: str = ""
    contained: bool = False
    locks: frozenset[Lock] = frozenset()
    hops: tuple[Hop, ...] = ()
    slot: Slot | None = None
    assumptions: tuple[str, ...] = ()
    derived_at: Site | None = None
    distinct: bool = False

    @property
    def common_locks(self) -> frozenset[Lock]:
        """The locks that keep many greenthreads apart, each with an owner of its own or not."""
        return frozenset(filter(is_common, self.locks))

    @property
    def question(self) -> tuple[object, ...]:
        """All but the path: what decides how the search goes on."""
        return (
            self.crossed,
            self.many,
            self.contained,
            self.locks,
            self.slot,
            self.assumptions,
            self.derived_at,
            self.distinct,
        )

    def in_loop(self, looped: bool, why: str) -> State:
        """Return the state after leaving loops that the crossing stands in and the object's birth does not."""
        if looped and self.crossed and not self.many and not self.contained:
            return replace(self, many=True, why=why)
        return self

    def with_slot(self, slot: Slot) -> State:
        """Return the state with a slot, unless an inner one is known."""
        return self if self.slot is not None else replace(self, slot=slot)

    def called_from(self, hop: Hop, locks: frozenset[Lock]) -> State:
        """Return the state one call further up; locks count until the first crossing."""
        if not self.crossed:
            return replace(self, hops=(*self.hops, hop), locks=self.locks | locks)
        last = self.crossed[-1]
        contained = self.contained or (last.serial == "contained" and last.scope.within(hop.function))
        return replace(self, hops=(*self.hops, hop), contained=contained)

    def crossing(self, hop: Hop, root: Root) -> State:
        """Return the state on the other side of a root."""
        return replace(
            self,
            crossed=(*self.crossed, root),
            many=self.many or root.many,
            contained=False,
            hops=(*self.hops, hop),
        )


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where a search ended: the owner's kind and key (birth site, variable, class), the path of attributes below
    it, and the class of the object there when it is one of the program's."""

    kind: OriginKind
    key: Key
    state: State
    klass: Klass | None = None
    path: tuple[str, ...] = ()

    def below(self, name: str, klass: Klass | None) -> Origin:
        """Return the origin of an attribute of the object."""
        return replace(self, path=(*self.path, name), klass=klass)

    @property
    def holder(self) -> tuple[object, ...]:
        """What must be equal for two origins to be one object."""
        return (self.kind, self.key, self.path)
