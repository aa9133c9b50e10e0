"""The backward search: from a use of a client to the owners of the object used, crossing greenthread boundaries.

Demand-driven and context-sensitive along call results (frames), as in the CFL-reachability formulation of Reps
(1998), with the concurrency questions answered on the way: each step up a call collects locks, each step through a
root crosses into the code that starts the greenthread, and a loop between an object's birth and the crossing makes
the greenthreads many. An object born after the last crossing is fresh.

The three suppliers of edges are the callers of a function, the roots that run it, and what it is stored in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from greenlint.project.origins import MADE_BEFORE, Origin, Slot, State
from greenlint.project.program import Scope
from greenlint.project.search.ground import Frames
from greenlint.project.search.holders import stored_just_before
from greenlint.project.search.made import Made
from greenlint.project.search.ways import is_top
from greenlint.project.terms import (
    ClassType,
    Instance,
    ModuleType,
    Opaque,
    SuperType,
)
from greenlint.project.types import alternatives, elements
from greenlint.summary import facts
from greenlint.summary.facts import Value

_ANYTHING: Slot = ()


class Search(Made):
    """One search; ``gave_up`` tells that the budget ended it."""

    def origins(self, scope: Scope, value: Value | None, block: int, state: State) -> list[Origin]:
        """Return where the value used in a block of a scope can come from."""
        found = self._back(scope, value, block, (), state, 0)
        return [origin for origin in found if not origin.state.distinct]

    def ways(self, scope: Scope) -> list[Origin]:
        """Return who runs a function, whatever the object: one origin for each end of the search."""
        return list(self._shared(scope, _ANYTHING, None, 0, State(), 0))

    def _back(
        self, scope: Scope, value: Value | None, block: int, frames: Frames, state: State, depth: int
    ) -> Iterable[Origin]:
        if value is None or self._spent(depth):
            return ()
        question = (scope, value, block, state.question, frames)
        return self._once(question, state, lambda here: self._back_to(scope, value, block, frames, here, depth + 1))

    def _back_to(
        self, scope: Scope, value: Value, block: int, frames: Frames, state: State, depth: int
    ) -> Iterable[Origin]:
        if isinstance(value, facts.Name):
            return self._name(scope, value.id, block, frames, state, depth)
        if isinstance(value, facts.Attribute):
            return self._attribute(scope, value, block, frames, state, depth)
        if isinstance(value, facts.Call):
            return self._call(scope, value, block, frames, state, depth)
        if isinstance(value, facts.Item):
            return self._item(scope, value, block, frames, state, depth)
        if isinstance(value, facts.Element):
            return self._element(scope, value, block, frames, state, depth)
        if isinstance(value, facts.Entered):
            return self._entered(scope, value, block, frames, state, depth)
        if isinstance(value, facts.Class):
            klass = scope.module.classes[value.index]
            return (Origin("born", (klass,), state, klass),)
        if isinstance(value, facts.Starred):
            return self._back(scope, value.value, block, frames, state, depth)
        return (origin for v in _parts(value) for origin in self._back(scope, v, block, frames, state, depth))

    def _element(
        self, scope: Scope, value: facts.Element, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """An element of an iteration: beyond a crossing, each greenthread has another one."""
        if state.crossed:
            state = replace(state, distinct=True)
        for origin in self._back(scope, value.of, block, frames, state, depth):
            held = self._ownership.class_of(elements(self._types.of(scope, value.of)))
            yield origin if origin.klass is not None and not origin.path else origin.below("[]", held)

    def _name(self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int) -> Iterable[Origin]:
        owner = self._types.binding_scope(scope, name)
        if owner is None and not (scope.kind == "module" and state.crossed and name in scope.locals):
            return self._global(scope, name, block, frames, state, depth)
        if owner is not None and owner is not scope:
            return self._free_variable(scope, owner, name, block, frames, state, depth)
        assigned = self._assignments(scope, name, block, frames, state, depth)
        if owner is None or owner.parameter(name) is None:
            return assigned
        return chain(assigned, self._parameter(scope, name, block, frames, state, depth))

    def _assignments(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """Each assignment; a loop around the spawn but not around the assignment makes many."""
        around = self._loops(scope, block, state)
        local = state.with_slot(("variable", scope.module.name, scope.qualname, name)) if state.crossed else state
        for binding in scope.locals.get(name, ()):
            inner = around - scope.loops_around(binding.block) - self._renewed(scope, name, block, binding)
            looped = local.in_loop(bool(inner), MADE_BEFORE)
            yield from self._back(scope, binding.value, binding.block, frames, looped, depth)
        for child, binding in scope.nonlocal_bindings(name):
            looped = local.in_loop(bool(around), MADE_BEFORE)
            yield from self._back(child, binding.value, binding.block, (), looped, depth)

    def _free_variable(
        self, scope: Scope, owner: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        slot: Slot = ("variable", owner.module.name, owner.qualname, name)
        state = state.with_slot(slot)
        if frames and frames[-1].scope.within(owner):
            frame = frames[-1]
            yield from self._name(frame.scope, name, frame.block, frames[:-1], state, depth)
            return
        me = Origin("variable", slot, state)
        for way in self._ways_into(scope, block, state, me, depth):
            if isinstance(way, Origin):
                yield way
            elif is_top(way):
                yield Origin("variable", slot, way.state)
            elif way.scope.within(owner):
                yield from self._back(way.scope, facts.Name(name), way.block, (), way.state, depth)
            elif kept := self._kept_way(way, scope):
                for where, state in self._where_handed_over(way, scope, kept, depth):
                    yield from self._name(owner, name, where.site.call.block, (), state, depth)
            else:
                yield from self._name(owner, name, 0, (), way.state, depth)

    def _attribute(
        self, scope: Scope, value: facts.Attribute, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        bases = self._types.of(scope, value.base)
        for base in bases:
            if isinstance(base, Opaque) and self._ownership.is_local(base):
                return
            if isinstance(base, Instance) and self._ownership.is_per_greenthread(base.klass):
                return
            if isinstance(base, ModuleType):
                yield from self._module_attribute(scope, base, value.name, block, frames, state, depth)
                return
            if isinstance(base, ClassType):
                yield from self._class_attribute(scope, base.klass, value.name, block, frames, state, depth)
                return
            if isinstance(base, Instance | SuperType):
                declared = self._ownership.class_level(base.klass, value.name)
                if declared is not None:
                    yield from self._declared(scope, declared, value.name, block, frames, state, depth)
                    return
        properties = list(self._ownership.properties(bases, value.name))
        if properties:
            yield from self._property(scope, value, properties, block, frames, state, depth)
            return
        slot = self._ownership.field_slot(bases, value.name)
        if slot is not None:
            state = state.with_slot(slot)
        renewed = stored_just_before(scope, value, block)
        if renewed is not None:
            yield from self._back(scope, renewed, block, frames, state, depth)
            return
        for origin in self._back(scope, value.base, block, frames, state, depth):
            yield from self._field(origin, value.name, depth)


def _parts(value: Value) -> Sequence[Value | None]:
    """The values that stand for a value: what an operation chooses from, what a display holds."""
    if isinstance(value, facts.Operation):
        return alternatives(value)
    return value.items if isinstance(value, facts.Sequence | facts.Mapping) else ()
