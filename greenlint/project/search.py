"""The backward search: from a use of a client to the owners of the object used, crossing greenthread boundaries.

Demand-driven and context-sensitive along call results (frames), as in the CFL-reachability formulation of Reps
(1998), with the concurrency questions answered on the way: each step up a call collects locks, each step through a
root crosses into the code that starts the greenthread, and a loop between an object's birth and the crossing makes
the greenthreads many. An object born after the last crossing is fresh.

The three suppliers of edges are the callers of a function, the roots that run it, and what it is stored in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from greenlint.project.calls import Edge
from greenlint.project.guards import Guards
from greenlint.project.origins import Frame, Hop, Key, Origin, Slot, State
from greenlint.project.ownership import Ownership
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Entry, Root, Roots
from greenlint.project.spawning import handed_to
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    Member,
    ModuleType,
    Opaque,
    PartialType,
    SuperType,
    Type,
)
from greenlint.project.types import Types, alternatives, elements
from greenlint.summary import facts
from greenlint.summary.facts import Value

MOST_STEPS = 4000
DEEPEST = 60
MOST_WAYS = 60
_EXCLUSIVE_TAKES = frozenset(("pop", "popleft", "popitem", "get_nowait"))
Frames = tuple[Frame, ...]


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


class Search:
    """One search; ``gave_up`` tells that the budget ended it."""

    def __init__(self, types: Types, roots: Roots, guards: Guards, ownership: Ownership) -> None:
        self._types = types
        self._roots = roots
        self._guards = guards
        self._ownership = ownership
        self._answers: dict[object, tuple[Origin, ...]] = {}
        self.steps = 0
        self.gave_up = False

    def origins(self, scope: Scope, value: Value | None, block: int, state: State) -> list[Origin]:
        """Return where the value used in a block of a scope can come from."""
        found = self._back(scope, value, block, (), state, 0)
        return [origin for origin in found if not origin.state.distinct]

    def ways(self, scope: Scope) -> list[Origin]:
        """Return who runs a function, whatever the object: one origin for each end of the search."""
        slot: Slot = ("function", scope.module.name, scope.qualname)
        return list(self._shared(scope, slot, None, 0, State(), 0))

    def _spent(self, depth: int) -> bool:
        self.steps += 1
        if self.steps > MOST_STEPS or depth > DEEPEST:
            self.gave_up = True
        return self.gave_up

    def _back(
        self, scope: Scope, value: Value | None, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        if value is None or self._spent(depth):
            return
        question = (scope, value, block, state.question, frames)
        yield from self._once(question, state, lambda: self._back_to(scope, value, block, frames, state, depth + 1))

    def _once(
        self, question: object, state: State, answer: Callable[[], Iterator[Origin]]
    ) -> Iterator[Origin]:
        """Answer a question once; asked again on another path, the same ends are reached by the other path."""
        known = self._answers.get(question)
        before = state.hops
        if known is None:
            self._answers[question] = ()
            shortest: dict[object, Origin] = {}
            for origin in answer():
                last = origin.state.hops[-1] if origin.state.hops and not origin.state.crossed else None
                end = (origin.kind, origin.key, origin.klass, origin.path, origin.state.question, last)
                best = shortest.get(end)
                if best is None or len(origin.state.hops) < len(best.state.hops):
                    shortest[end] = origin
            known = tuple(
                replace(o, state=replace(o.state, hops=o.state.hops[len(before) :])) for o in shortest.values()
            )
            self._answers[question] = known
        for origin in known:
            yield replace(origin, state=replace(origin.state, hops=before + origin.state.hops))

    def _back_to(
        self, scope: Scope, value: Value, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        if isinstance(value, facts.Name):
            yield from self._name(scope, value.id, block, frames, state, depth)
        elif isinstance(value, facts.Attribute):
            yield from self._attribute(scope, value, block, frames, state, depth)
        elif isinstance(value, facts.Call):
            yield from self._call(scope, value, block, frames, state, depth)
        elif isinstance(value, facts.Item):
            yield from self._item(scope, value, block, frames, state, depth)
        elif isinstance(value, facts.Element):
            yield from self._element(scope, value, block, frames, state, depth)
        elif isinstance(value, facts.Operation):
            for option in alternatives(value):
                yield from self._back(scope, option, block, frames, state, depth)
        elif isinstance(value, facts.Entered):
            yield from self._entered(scope, value, block, frames, state, depth)
        elif isinstance(value, facts.Class):
            klass = scope.module.classes[value.index]
            yield Origin("born", (klass,), state, klass)
        elif isinstance(value, facts.Starred):
            yield from self._back(scope, value.value, block, frames, state, depth)
        elif isinstance(value, facts.Sequence | facts.Mapping):
            for item in value.items:
                yield from self._back(scope, item, block, frames, state, depth)

    def _element(
        self, scope: Scope, value: facts.Element, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """An element of an iteration: beyond a crossing, each greenthread has another one."""
        if state.crossed:
            state = replace(state, distinct=True)
        for origin in self._back(scope, value.of, block, frames, state, depth):
            held = self._ownership.class_of(elements(self._types.of(scope, value.of)))
            yield origin if origin.klass is not None and not origin.path else origin.below("[]", held)

    # names

    def _name(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        owner = self._types.binding_scope(scope, name)
        if owner is None and scope.kind == "module" and state.crossed and name in scope.locals:
            yield from self._assignments(scope, name, block, frames, state, depth)
        elif owner is None:
            yield from self._global(scope, name, block, frames, state, depth)
        elif owner is not scope:
            yield from self._free_variable(scope, owner, name, block, frames, state, depth)
        elif owner.parameter(name) is not None:
            yield from self._assignments(scope, name, block, frames, state, depth)
            yield from self._parameter(scope, name, block, frames, state, depth)
        else:
            yield from self._assignments(scope, name, block, frames, state, depth)

    def _assignments(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """Each assignment; a loop around the spawn but not around the assignment makes many."""
        around = self._loops(scope, block, state)
        local = state.with_slot(("variable", scope.module.name, scope.qualname, name)) if state.crossed else state
        for binding in scope.locals.get(name, ()):
            inner = around - scope.loops_around(binding.block) - self._renewed(scope, name, block, binding)
            looped = local.in_loop(bool(inner), "spawned in a loop, made before it")
            yield from self._back(scope, binding.value, binding.block, frames, looped, depth)

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

    @staticmethod
    def _loops(scope: Scope, block: int, state: State) -> frozenset[int]:
        """The loops around a block, less those that the crossed root does not repeat in."""
        last = state.crossed[-1] if state.crossed else None
        if last is not None and last.scope is scope and last.block == block and last.site is not None:
            return last.loops
        return scope.loops_around(block)

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
            elif _is_top(way):
                yield Origin("variable", slot, way.state)
            elif way.scope.within(owner):
                yield from self._back(way.scope, facts.Name(name), way.block, (), way.state, depth)
            else:
                yield from self._name(owner, name, 0, (), way.state, depth)

    def _parameter(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        is_receiver = _is_receiver(scope, name)
        if frames:
            yield from self._through_frame(scope, name, frames, state, depth, is_receiver)
            return
        klass = scope.owner
        if is_receiver:
            state = state.in_loop(bool(self._loops(scope, block, state)), "spawned in a loop on one object")
            key: Key = (klass,) if klass else ()
            if state.many:
                yield Origin("self", key, state, klass)
                return
            me = Origin("self", key, state, klass)
        else:
            default = scope.parameter(name)
            if default is not None and isinstance(default.default, facts.Call):
                slot: Slot = ("default", scope.module.name, scope.qualname, name)
                yield from self._shared(scope, slot, None, block, state.with_slot(slot), depth)
            me = Origin("parameter", (scope, name), state)
        for way in self._ways_into(scope, block, state, me, depth):
            if isinstance(way, Origin):
                yield way
            elif is_receiver:
                yield from self._receiver(way, scope, depth)
            else:
                yield from self._argument(way, scope, name, depth)

    def _through_frame(
        self, scope: Scope, name: str, frames: Frames, state: State, depth: int, is_receiver: bool
    ) -> Iterator[Origin]:
        frame = frames[-1]
        outer = frames[:-1]
        if is_receiver:
            if isinstance(frame.receiver, tuple):
                slot, held = frame.receiver
                yield from self._shared(frame.scope, slot, held, frame.block, state, depth)
            else:
                yield from self._back(frame.scope, frame.receiver, frame.block, outer, state, depth)  # type: ignore[arg-type]
        elif frame.site is not None:
            for callee in self._types.of(frame.site.scope, frame.site.call.callee):
                for target, _ in self._types.callers.targets(callee):
                    if target is scope:
                        for given in self._types.callers.argument(Edge(frame.site, callee), scope, name):
                            yield from self._back(frame.scope, given.value, frame.block, outer, state, depth)

    # what reaches a function

    def _ways_into(
        self, function: Scope, block: int, state: State, me: Origin, depth: int
    ) -> Iterator[Way | Origin]:
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
            if beyond.crossed and caller.is_in_forked_child(call.block):
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

    def _receiver(self, way: Way, function: Scope, depth: int) -> Iterator[Origin]:
        """The object that a method runs on, seen from a caller or a root."""
        if way.root is not None and way.entry is not None:
            yield from self._receiver_at_root(way, way.root, way.entry, depth)
            return
        if way.site is None or way.edge_type is None:
            return
        via = way.edge_type
        callee = way.site.call.callee
        if way.handed is not None:
            yield from self._receiver_of_value(way.scope, way.handed, way.block, way.state, depth)
            return
        if isinstance(via, ClassType):
            yield Origin("born", (way.site,), way.state, via.klass)
        elif isinstance(callee, facts.Attribute):
            yield from self._bound_receiver(way, callee, depth)
        elif isinstance(callee, facts.Name):
            yield from self._receiver_of_value(way.scope, callee, way.block, way.state, depth)

    def _bound_receiver(self, way: Way, callee: facts.Attribute, depth: int) -> Iterator[Origin]:
        bases = self._types.of(way.scope, callee.base)
        if any(isinstance(base, ClassType) for base in bases) and way.site is not None and way.site.call.arguments:
            value: Value | None = way.site.call.arguments[0]
        elif any(isinstance(base, SuperType) for base in bases):
            value = _self_name(way.scope)
        else:
            value = callee.base
        yield from self._back(way.scope, value, way.block, (), way.state, depth)

    def _receiver_at_root(self, way: Way, root: Root, entry: Entry, depth: int) -> Iterator[Origin]:
        if entry.receiver == "fresh":
            return
        if entry.receiver == "born" and root.site is not None and entry.klass is not None:
            yield Origin("born", (root.site,), way.state, entry.klass)
        elif entry.receiver == "shared" and entry.klass is not None:
            yield Origin("self", (entry.klass,), way.state, entry.klass)
        else:
            yield from self._receiver_of_value(way.scope, root.callee, way.block, way.state, depth)

    def _receiver_of_value(
        self, scope: Scope, value: Value | None, block: int, state: State, depth: int
    ) -> Iterator[Origin]:
        """The object that a callable value is bound to: ``self.run``, a name for it, a partial of it."""
        if isinstance(value, facts.Attribute):
            types = self._types.of(scope, value)
            if any(isinstance(t, Instance) for t in types):
                yield from self._back(scope, value, block, (), state, depth)
            else:
                yield from self._back(scope, value.base, block, (), state, depth)
        elif isinstance(value, facts.Name):
            owner = self._types.binding_scope(scope, value.id) or scope.module.body
            found = self._types.of(scope, value)
            if any(isinstance(t, Instance) for t in found):
                yield from self._back(scope, value, block, (), state, depth)
                return
            for binding in owner.locals.get(value.id, ()):
                if isinstance(binding.value, facts.Element | facts.Item):
                    yield from self._receiver_in_container(owner, binding.value, binding.block, state, depth)
                else:
                    yield from self._receiver_of_value(owner, binding.value, binding.block, state, depth)
        elif isinstance(value, facts.Call):
            yield from self._receiver_of_call(scope, value, block, state, depth)

    def _receiver_in_container(
        self, scope: Scope, value: facts.Element | facts.Item, block: int, state: State, depth: int
    ) -> Iterator[Origin]:
        """The object that a registered handler is bound to: whoever runs this code meets the same one."""
        container = value.of if isinstance(value, facts.Element) else value.base
        for index, around in scope.blocks_around(block):
            if around.kind in facts.LOOPS and around.value == container:
                block = scope.body.blocks[index].parent
        for t in self._types.of(scope, value):
            if isinstance(t, BoundMethod):
                slot: Slot = ("handler", t.klass.module.name, t.klass.qualname)
                yield from self._shared(scope, slot, t.klass, block, state, depth)

    def _receiver_of_call(
        self, scope: Scope, value: facts.Call, block: int, state: State, depth: int
    ) -> Iterator[Origin]:
        site = Site(scope.module.scopes[value.scope], value.index)
        for t in self._types.of(scope, value):
            if isinstance(t, PartialType) and t.site == site:
                first = site.call.arguments[0] if site.call.arguments else None
                yield from self._receiver_of_value(scope, first, block, state, depth)
            elif isinstance(t, Instance):
                yield from self._back(scope, value, block, (), state, depth)
            elif isinstance(t, BoundMethod):
                for argument in site.call.arguments:
                    if any(isinstance(a, BoundMethod) for a in self._types.of(scope, argument)):
                        yield from self._receiver_of_value(scope, argument, block, state, depth)

    def _argument(self, way: Way, function: Scope, name: str, depth: int) -> Iterator[Origin]:
        """What a caller or a root passes for a parameter."""
        if way.root is not None and way.entry is not None:
            given = handed_to(way.root, way.entry, name)
            if given is not None:
                beyond = way.state
                if way.root.given_in is not None:
                    beyond = replace(beyond, many=way.was_many, why=beyond.why if way.was_many else "")
                yield from self._back(given.scope, given.value, given.block, (), beyond, depth)
            else:
                yield from self._from_framework(way, way.root, function, name)
            return
        if way.site is not None and way.edge_type is not None and way.handed is None:
            for passed in self._types.callers.argument(Edge(way.site, way.edge_type), function, name):
                yield from self._back(way.scope, passed.value, way.block, (), way.state, depth)

    def _from_framework(self, way: Way, root: Root, function: Scope, name: str) -> Iterator[Origin]:
        """What the framework passes: one object of the program for all calls, or a library's, new for each."""
        for t in self._types.callers.handed.get((function, name), ()):
            if isinstance(t, Instance):
                yield Origin("self", (t.klass,), way.state, t.klass)
            elif root.site is not None:
                yield Origin("born", (root.site, name), _before(way.state))

    # shared holders

    def _global(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        home = self._ownership.home_of_global(scope.module, name)
        for t in self._types.global_name(home[0], home[1]):
            if isinstance(t, ModuleType | ClassType):
                return
        klass = self._ownership.class_of(self._types.global_name(home[0], home[1]))
        slot: Slot = ("global", home[0].name, home[1])
        while frames:
            scope, block, frames = frames[-1].scope, frames[-1].block, frames[:-1]
        yield from self._shared(scope, slot, klass, block, state.with_slot(slot), depth)

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
            elif _is_top(way):
                yield Origin("global", slot, way.state, klass)
            else:
                yield from self._shared(way.scope, slot, klass, way.block, way.state, depth + 1)

    # attributes and items

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
            if isinstance(base, Instance):
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
        renewed = _stored_just_before(scope, value, block)
        if renewed is not None:
            yield from self._back(scope, renewed, block, frames, state, depth)
            return
        for origin in self._back(scope, value.base, block, frames, state, depth):
            yield from self._field(origin, value.name, depth)

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
                yield from self._back(scope, value, block, (), beyond, depth)
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

    def _item(
        self, scope: Scope, value: facts.Item, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        if self._is_worker_number(scope, value.key):
            return
        if isinstance(value.base, facts.Call) and isinstance(value.key, facts.Constant):
            site = Site(scope.module.scopes[value.base.scope], value.base.index)
            if any(isinstance(t, Opaque) and t.birth == site for t in self._types.of(scope, value)):
                around = self._loops(scope, block, state) - scope.loops_around(site.call.block)
                yield Origin("born", (site,), state.in_loop(bool(around), "spawned in a loop, made before it"))
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

    # calls

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
        state = state.in_loop(bool(around), "spawned in a loop, made before it")
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
                yield Origin("born", (site,), state, callee.klass)
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
            base = _self_name(scope)
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
            yield from self._back(scope, _self_name(scope), site.call.block, frames, state, depth)
        elif callee.path in ("builtins.list", "builtins.tuple", "builtins.iter", "builtins.next", "builtins.dict"):
            if arguments:
                yield from self._back(scope, arguments[0], site.call.block, frames, state, depth)
        else:
            yield Origin("born", (site,), state)

    def _member_call(
        self, scope: Scope, site: Site, callee: Opaque | Member, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        """A method of a library's object: a new object, or one that shares the receiver's connection."""
        made = tuple(self._types.results.called(site, callee))
        if any(isinstance(t, Opaque) and t.birth == site for t in made):
            yield Origin("born", (site,), state)
            if not state.crossed and isinstance(callee, Member) and self._shares_connection(callee):
                derived = replace(state, derived_at=site)
                receiver = site.call.callee.base if isinstance(site.call.callee, facts.Attribute) else None
                yield from self._back(scope, receiver, site.call.block, frames, derived, depth)
        elif isinstance(callee, Member) and isinstance(site.call.callee, facts.Attribute):
            if any(isinstance(t, Opaque) and t.birth is not None for t in made):
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


def _stored_just_before(scope: Scope, value: facts.Attribute, block: int) -> Value | None:
    """The new object that a function always puts into an attribute before it goes on with it."""
    around = [index for index, _ in scope.blocks_around(block)]
    for store in scope.body.stores:
        if store.name == value.name and store.base == value.base and store.block in around:
            if isinstance(store.value, facts.Call):
                return store.value
    return None


def _is_top(way: Way) -> bool:
    """Whether a framework runs the function: nobody in the program stands above it."""
    return way.root is not None and way.root.site is None


def _before(state: State) -> State:
    """The state before the last crossing: an object that the framework makes for each greenthread."""
    return State(
        crossed=state.crossed[:-1],
        many=False,
        locks=state.locks,
        hops=state.hops,
        slot=state.slot,
        assumptions=state.assumptions,
    )


def _is_receiver(scope: Scope, name: str) -> bool:
    parameters = scope.body.parameters
    if scope.owner is None or not parameters or parameters[0].name != name:
        return False
    return not {"staticmethod", "classmethod"} & set(scope.decorator_names())


def _is_counted(types: Types, scope: Scope, value: Value | None) -> bool:
    """Whether a value counts up: an element of ``range()``, or the number of an ``enumerate()``."""
    if isinstance(value, facts.Name):
        owner = types.binding_scope(scope, value.id) or scope.module.body
        bound = owner.locals.get(value.id, ())
        return bool(bound) and all(_is_counted(types, owner, binding.value) for binding in bound)
    wanted = "builtins.range"
    if isinstance(value, facts.Item):
        value, wanted = value.base, "builtins.enumerate"
    if isinstance(value, facts.Element) and isinstance(value.of, facts.Call):
        callee = scope.module.scopes[value.of.scope].body.calls[value.of.index].callee
        return External(wanted) in types.of(scope, callee)
    return False


def _self_name(scope: Scope) -> Value | None:
    method = scope.method()
    parameters = method.body.parameters if method is not None else ()
    return facts.Name(parameters[0].name) if parameters else None


