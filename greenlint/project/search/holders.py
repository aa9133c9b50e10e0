"""What holds an object: globals, class attributes, properties, and fields of an owner."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from greenlint.project.origins import Frame, Origin, Slot, State
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.search.ground import Frames
from greenlint.project.search.receivers import Receivers
from greenlint.project.terms import (
    ClassType,
    External,
    ModuleType,
)
from greenlint.project.types import alternatives
from greenlint.summary import facts
from greenlint.summary.facts import Value


class Holders(Receivers):
    """The steps from an attribute or a global to its owner."""

    def _global(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        home = self._ownership.home_of_global(scope.module, name)
        for t in self._types.name(home[0].body, home[1]):
            if isinstance(t, ModuleType | ClassType) or (isinstance(t, External) and t.path.startswith("builtins.")):
                return
        klass = self._ownership.class_of(self._types.global_name(home[0], home[1]))
        slot: Slot = ("global", home[0].name, home[1])
        while frames:
            scope, block, frames = frames[-1].scope, frames[-1].block, frames[:-1]
        yield from self._shared(scope, slot, klass, block, state.with_slot(slot), depth)

    def _module_attribute(
        self, scope: Scope, base: ModuleType, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        home = self._ownership.home_of_global(base.module, name)
        slot: Slot = ("global", home[0].name, home[1])
        klass = self._ownership.class_of(self._types.global_name(home[0], home[1]))
        while frames:
            scope, block, frames = frames[-1].scope, frames[-1].block, frames[:-1]
        yield from self._shared(scope, slot, klass, block, state.with_slot(slot), depth)

    def _class_attribute(
        self, scope: Scope, klass: Klass, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        holder = self._types.hierarchy.holder(klass, name)
        slot: Slot = ("field", holder.module.name, holder.qualname, name)
        if holder.enclosing.kind == "function" and scope.within(holder.enclosing):
            yield from self._free_variable(scope, holder.enclosing, holder.name, block, frames, state, depth)
            return
        held = self._ownership.class_of(self._types.attributes.class_variable(klass, name))
        while frames:
            scope, block, frames = frames[-1].scope, frames[-1].block, frames[:-1]
        yield from self._shared(scope, slot, held, block, state.with_slot(slot), depth)

    def _declared(
        self, scope: Scope, klass: Klass, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """An attribute that only the class has; a descriptor there stands for what its method returns."""
        methods = list(self._ownership.descriptors(klass, name))
        if not methods:
            yield from self._class_attribute(scope, klass, name, block, frames, state, depth)
        for method, held in methods:
            slot: Slot = ("field", klass.module.name, klass.qualname, name)
            inner = (*frames, Frame(scope, None, (slot, held), block))
            for result in method.body.returns:
                yield from self._back(method, result.value, result.block, inner, state, depth)

    def _property(
        self,
        scope: Scope,
        value: facts.Attribute,
        properties: list[tuple[Scope, Klass]],
        block: int,
        frames: Frames,
        state: State,
        depth: int,
    ) -> Iterator[Origin]:
        for method, klass in properties:
            if self._ownership.is_memoised(method):
                holder: Slot = ("field", klass.module.name, klass.qualname, value.name)
                for origin in self._back(scope, value.base, block, frames, state.with_slot(holder), depth):
                    yield origin.below(value.name, None)
            else:
                inner = (*frames, Frame(scope, None, value.base, block))
                for result in method.body.returns:
                    yield from self._back(method, result.value, result.block, inner, state, depth)

    def _field(self, origin: Origin, name: str, depth: int) -> Iterator[Origin]:
        """An attribute of an object that the search has found the owner of."""
        klass = origin.klass
        if klass is not None and (
            self._ownership.is_per_greenthread(klass) or not self._ownership.may_hold(klass, name)
        ):
            return
        if origin.kind == "born" and klass is not None and not origin.path:
            passed, direct = self._constructor_arguments(origin, klass, name)
            beyond = replace(origin.state, distinct=False)
            for scope, value, block in passed:
                for further in self._back(scope, value, block, (), beyond, depth):
                    if not (origin.state.distinct and _is_made_with(origin, value, further)):
                        yield further
            if passed and not direct:
                return
        held = self._ownership.class_of(self._types.attributes.field(klass, name, True)) if klass else None
        yield origin.below(name, held)

    def _constructor_arguments(
        self, origin: Origin, klass: Klass, name: str
    ) -> tuple[list[tuple[Scope, Value | None, int]], bool]:
        """What the object's own constructor call passes for an attribute; whether it is also set otherwise."""
        birth = origin.key[0]
        if isinstance(birth, Site) and self._types.attributes.is_record(klass):
            record = self._types.attributes.record_argument(klass, birth, name)
            return ([(birth.scope, record, birth.call.block)] if record is not None else []), record is None
        passed: list[tuple[Scope, Value | None, int]] = []
        direct = False
        for scope, store in self._types.hierarchy.stores(klass, name, subclasses=False):
            options = alternatives(store.value) if isinstance(store.value, facts.Operation) else (store.value,)
            for option in options:
                is_parameter = isinstance(option, facts.Name) and scope.parameter(option.id) is not None
                if is_parameter and scope.name == "__init__" and isinstance(birth, Site):
                    found = self._ownership.constructor_argument(klass, birth, scope, option.id)  # type: ignore[union-attr]
                    passed += [(given.scope, given.value, given.block) for given in found]
                elif option is not None and not isinstance(option, facts.Constant):
                    direct = True
        return passed, direct


def _is_made_with(owner: Origin, given: Value | None, further: Origin) -> bool:
    """Whether each round of the loops in which an owner is made makes what the owner is given as well."""
    birth, site = owner.key[0], further.key[0] if further.key else None
    if not isinstance(birth, Site) or not isinstance(site, Site) or further.kind != "born" or further.path:
        return False
    if site.scope is not birth.scope:
        return isinstance(given, facts.Call)
    return birth.scope.loops_around(birth.call.block) <= site.scope.loops_around(site.call.block)


def stored_just_before(scope: Scope, value: facts.Attribute, block: int) -> Value | None:
    """The object, new or handed to it, that a method always puts into an attribute before it goes on with it."""
    around = [index for index, _ in scope.blocks_around(block)]
    for store in scope.body.stores:
        same = store.name == value.name and store.base == value.base and store.block in around
        if same and (isinstance(store.value, facts.Call) or _is_handed(scope, store.value)):
            return store.value
    return None


def _is_handed(scope: Scope, value: Value | None) -> bool:
    """Whether a value is what the caller hands to a method that runs after the object was made."""
    if not isinstance(value, facts.Name) or scope.name == "__init__" or value.id in scope.locals:
        return False
    return scope.parameter(value.id) is not None
