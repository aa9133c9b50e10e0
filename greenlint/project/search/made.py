"""Where a call, an item or a with statement takes an object from."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from greenlint.project.handing import handed_to
from greenlint.project.origins import MADE_BEFORE, Frame, Key, Origin, Slot, State
from greenlint.project.program import Scope, Site
from greenlint.project.search.ground import Frames
from greenlint.project.search.holders import Holders
from greenlint.project.search.receivers import self_name
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    Member,
    Opaque,
    PartialType,
    SuperType,
    Type,
)
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_EXCLUSIVE_TAKES = frozenset(("pop", "popleft", "popitem", "get_nowait"))


class Made(Holders):
    """The steps from a call to what it returns."""

    def _item(
        self, scope: Scope, value: facts.Item, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        if self._is_worker_number(scope, value.key):
            return
        if isinstance(value.base, facts.Call) and isinstance(value.key, facts.Constant):
            site = Site(scope.module.scopes[value.base.scope], value.base.index)
            if any(isinstance(t, Opaque) and t.birth == site for t in self._types.of(scope, value)):
                around = self._loops(scope, block, state) - scope.loops_around(site.call.block)
                yield Origin("born", (site,), state.in_loop(bool(around), MADE_BEFORE))
                return
        position = value.key.value if isinstance(value.key, facts.Constant) else None
        if isinstance(position, int) and isinstance(value.base, facts.Call):
            selected = list(self._selected(scope, value.base, position, frames))
            for function, item, item_block, inner in selected:
                yield from self._back(function, item, item_block, inner, state, depth)
            if selected:
                return
        for origin in self._back(scope, value.base, block, frames, state, depth):
            yield origin.below("[]", None)

    def _selected(
        self, scope: Scope, call: facts.Call, position: int, frames: Frames
    ) -> Iterator[tuple[Scope, Value | None, int, Frames]]:
        """The element of the tuples that a function of the program returns."""
        site = Site(scope.module.scopes[call.scope], call.index)
        base = site.call.callee.base if isinstance(site.call.callee, facts.Attribute) else None
        for callee in self._types.of(scope, site.call.callee):
            if isinstance(callee, FunctionType | BoundMethod):
                inner = (*frames, Frame(scope, site, base, site.call.block))
                for result in callee.scope.body.returns:
                    if isinstance(result.value, facts.Sequence) and 0 <= position < len(result.value.items):
                        yield callee.scope, result.value.items[position], result.block, inner

    def _is_worker_number(self, scope: Scope, key: Value | None) -> bool:
        """Whether a key is a number that each greenthread gets for itself: ``spawn(work, n)`` for n in range(...)."""
        if not isinstance(key, facts.Name) or scope.parameter(key.id) is None:
            return False
        given = [handed_to(root, entry, key.id) for root, entry in self._roots.into(scope)]
        return bool(given) and all(
            passed is not None and _is_counted(self._types, passed.scope, passed.value) for passed in given
        )

    def _call(
        self, scope: Scope, value: facts.Call, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        site = Site(scope.module.scopes[value.scope], value.index)
        call = site.call
        if isinstance(call.callee, facts.Attribute):
            if self._is_checked_out(scope, call.callee):
                return
            held = [t for t in self._types.of(scope, call.callee.base) if isinstance(t, ElementType)]
            if held:
                if call.callee.name not in _EXCLUSIVE_TAKES:
                    for origin in self._back(scope, call.callee.base, call.block, frames, state, depth):
                        yield origin.below("[]", None)
                return
        around = self._loops(scope, block, state) - scope.loops_around(call.block)
        state = state.in_loop(bool(around), MADE_BEFORE)
        for callee in self._types.of(scope, call.callee):
            yield from self._called(scope, site, callee, frames, state, depth)

    def _is_checked_out(self, scope: Scope, callee: facts.Attribute) -> bool:
        """Whether a call takes an object out of a pool or queue, for the taker alone."""
        for t in self._types.of(scope, callee.base):
            path = t.path if isinstance(t, Opaque) else ""
            if isinstance(t, Instance):
                path = next(iter(self._types.hierarchy.external_bases(t.klass)), "")
            if path and self._types.library.is_checkout(path):
                return True
        return False

    def _called(
        self, scope: Scope, site: Site, callee: Type, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        if isinstance(callee, ClassType):
            if self._ownership.is_singleton(callee.klass):
                slot: Slot = ("singleton", callee.klass.module.name, callee.klass.qualname)
                yield from self._shared(scope, slot, callee.klass, site.call.block, state.with_slot(slot), depth)
            else:
                yield Origin("born", _born(site, frames), state, callee.klass)
        elif isinstance(callee, FunctionType | BoundMethod):
            yield from self._returned(scope, site, callee, frames, state, depth)
        elif isinstance(callee, External):
            yield from self._library_call(scope, site, callee, frames, state, depth)
        elif isinstance(callee, Opaque | Member):
            yield from self._member_call(scope, site, callee, frames, state, depth)
        elif isinstance(callee, Instance):
            for method in self._types.hierarchy.find(callee.klass, "__call__")[0]:
                yield from self._returned(scope, site, BoundMethod(method, callee.klass), frames, state, depth)
        elif isinstance(callee, PartialType):
            yield from self._called(scope, site, callee.target, frames, state, depth)

    def _returned(
        self,
        scope: Scope,
        site: Site,
        callee: FunctionType | BoundMethod,
        frames: Frames,
        state: State,
        depth: int,
    ) -> Iterator[Origin]:
        function = callee.scope
        if self._ownership.is_memoised(function):
            slot: Slot = ("cache", function.module.name, function.qualname)
            klass = self._ownership.class_of(self._types.results.returned(function))
            yield from self._shared(scope, slot, klass, site.call.block, state.with_slot(slot), depth)
            return
        if len(frames) > 6:
            return
        base = site.call.callee.base if isinstance(site.call.callee, facts.Attribute) else None
        if base is not None and any(isinstance(t, SuperType) for t in self._types.of(scope, base)):
            base = self_name(scope)
        inner = (*frames, Frame(scope, site, base, site.call.block))
        for result in (*function.body.returns, *function.body.yields):
            yield from self._back(function, result.value, result.block, inner, state, depth)

    def _library_call(
        self, scope: Scope, site: Site, callee: External, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        arguments = site.call.arguments
        effect = self._types.library.effect(callee.path)
        if effect in ("first-argument", "partial") and arguments:
            yield from self._back(scope, arguments[0], site.call.block, frames, state, depth)
        elif callee.path == "builtins.getattr" and len(arguments) > 1:
            name = arguments[1]
            if isinstance(name, facts.Constant) and isinstance(name.value, str):
                value = facts.Attribute(arguments[0], name.value)
                yield from self._back(scope, value, site.call.block, frames, state, depth)
        elif callee.path == "builtins.super":
            yield from self._back(scope, self_name(scope), site.call.block, frames, state, depth)
        elif callee.path in ("builtins.list", "builtins.tuple", "builtins.iter", "builtins.next", "builtins.dict"):
            if arguments:
                yield from self._back(scope, arguments[0], site.call.block, frames, state, depth)
        else:
            yield Origin("born", _born(site, frames), state)

    def _member_call(
        self, scope: Scope, site: Site, callee: Opaque | Member, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """A method of a library's object: a new object, or one that shares the receiver's connection."""
        made = tuple(self._types.results.called(site, callee))
        if any(isinstance(t, Opaque) and t.birth == site for t in made):
            yield Origin("born", _born(site, frames), state)
            if not state.crossed and isinstance(callee, Member) and self._shares_connection(callee):
                derived = replace(state, derived_at=site)
                receiver = site.call.callee.base if isinstance(site.call.callee, facts.Attribute) else None
                yield from self._back(scope, receiver, site.call.block, frames, derived, depth)
        elif (
            isinstance(callee, Member)
            and isinstance(site.call.callee, facts.Attribute)
            and any(isinstance(t, Opaque) and t.birth is not None for t in made)
        ):
            yield from self._back(scope, site.call.callee.base, site.call.block, frames, state, depth)

    def _shares_connection(self, derive: Member) -> bool:
        """Whether what a method of a client returns talks over the client's own connection."""
        library = self._types.library
        made = library.clients(f"{derive.owner.path}.{derive.name}")
        for row in library.clients(derive.owner.path.partition("()")[0]):
            if row.use_of(derive.name) == "derive" or row in made:
                return True
        return False

    def _entered(
        self, scope: Scope, value: facts.Entered, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        manager = value.manager
        if isinstance(manager, facts.Call):
            site = Site(scope.module.scopes[manager.scope], manager.index)
            for callee in self._types.of(scope, site.call.callee):
                if isinstance(callee, FunctionType | BoundMethod) and callee.scope.body.yields:
                    base = site.call.callee.base if isinstance(site.call.callee, facts.Attribute) else None
                    inner = (*frames, Frame(scope, site, base, site.call.block))
                    for result in callee.scope.body.yields:
                        yield from self._back(callee.scope, result.value, result.block, inner, state, depth)
                    return
        for t in self._types.of(scope, manager):
            if isinstance(t, Instance):
                for method in self._types.hierarchy.find(t.klass, "__enter__")[0]:
                    inner = (*frames, Frame(scope, None, manager, block))
                    for result in method.body.returns:
                        yield from self._back(method, result.value, result.block, inner, state, depth)
                return
        yield from self._back(scope, manager, block, frames, state, depth)


def _born(site: Site, frames: Frames) -> Key:
    """What tells an object from others: the call that makes it, and the calls of the factories around it."""
    return (site, *(frame.site for frame in frames if frame.site is not None))


def _is_counted(types: Types, scope: Scope, value: Value | None) -> bool:
    """Whether a value counts up: an element of ``range()``, or the number of an ``enumerate()``."""
    if isinstance(value, facts.Name):
        owner = types.home_of(scope, value.id)
        bound = owner.locals.get(value.id, ())
        return bool(bound) and all(_is_counted(types, owner, binding.value) for binding in bound)
    wanted = "builtins.range"
    if isinstance(value, facts.Item):
        value, wanted = value.base, "builtins.enumerate"
    if isinstance(value, facts.Element) and isinstance(value.of, facts.Call):
        callee = scope.module.scopes[value.of.scope].body.calls[value.of.index].callee
        return External(wanted) in types.of(scope, callee)
    return False
