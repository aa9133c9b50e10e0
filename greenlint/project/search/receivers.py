"""What a parameter stands for: the receiver of a method, an argument, what a framework passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from greenlint.project.calls import Edge
from greenlint.project.handing import handed_to
from greenlint.project.keeping import Kept
from greenlint.project.origins import LOOPED_ON_ONE, MADE_BEFORE, Key, Origin, Slot, State
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Entry, Root
from greenlint.project.search.ground import Frames
from greenlint.project.search.ways import Way, Ways
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    Instance,
    PartialType,
    SuperType,
)
from greenlint.project.types import alternatives
from greenlint.summary import facts
from greenlint.summary.facts import Value


class Receivers(Ways):
    """The steps from a parameter to what was passed."""

    def _parameter(
        self, scope: Scope, name: str, block: int, frames: Frames, state: State, depth: int
    ) -> Iterator[Origin]:
        own = is_receiver(scope, name)
        if frames:
            yield from self._through_frame(scope, name, frames, state, depth, own)
            return
        klass = scope.owner
        if own:
            state = state.in_loop(bool(self._loops(scope, block, state)), LOOPED_ON_ONE)
            key: Key = (klass,) if klass else ()
            if state.many:
                yield Origin("self", key, state, klass)
                return
            me = Origin("self", key, state, klass)
        else:
            yield from self._default(scope, name, block, state, depth)
            me = Origin("parameter", (scope, name), state)
        for way in self._ways_into(scope, block, state, me, depth):
            if isinstance(way, Origin):
                yield way
            elif own:
                yield from self._receiver(way, scope, depth)
            else:
                yield from self._argument(way, scope, name, depth)

    def _default(self, scope: Scope, name: str, block: int, state: State, depth: int) -> Iterator[Origin]:
        """The default of a parameter: one for all calls, but taken anew by each run of the ``def`` it stands in."""
        parameter = scope.parameter(name)
        value = parameter.default if parameter is not None else None
        if not isinstance(value, facts.Call | facts.Name | facts.Attribute):
            return
        slot: Slot = ("default", scope.module.name, scope.qualname, name)
        state = state.with_slot(slot) if isinstance(value, facts.Call) else state
        ways = list(self._ways_into(scope, block, state, Origin("variable", slot, state), depth))
        inside = [way for way in ways if isinstance(way, Way) and way.scope is scope.parent]
        if len(inside) == len(ways):
            for way in inside:
                yield from self._taken_anew(way, value, depth)
        elif isinstance(value, facts.Call):
            yield from self._shared(scope, slot, None, block, state, depth)
        elif isinstance(value, facts.Attribute):
            yield from self._back(scope, value, block, (), state, depth)
        elif self._types.binding_scope(scope.parent or scope.module.body, value.id) is None:
            yield from self._global(scope, value.id, block, (), state, depth)

    def _taken_anew(self, way: Way, value: Value, depth: int) -> Iterator[Origin]:
        """The default of a function that is started in the function which defines it."""
        made = way.block
        if isinstance(value, facts.Call):
            made = Site(way.scope.module.scopes[value.scope], value.index).call.block
        around = self._loops(way.scope, way.block, way.state) - way.scope.loops_around(made)
        state = way.state.in_loop(bool(around), MADE_BEFORE)
        yield from self._back(way.scope, value, made, (), state, depth)

    def _through_frame(
        self, scope: Scope, name: str, frames: Frames, state: State, depth: int, own: bool
    ) -> Iterator[Origin]:
        frame = frames[-1]
        outer = frames[:-1]
        if own:
            if isinstance(frame.receiver, tuple):
                slot, held = frame.receiver
                yield from self._shared(frame.scope, slot, held, frame.block, state, depth)
            else:
                yield from self._back(frame.scope, frame.receiver, frame.block, outer, state, depth)  # type: ignore[arg-type]
        elif frame.site is not None:
            for callee in self._types.callees(frame.site):
                for target, _ in self._types.callers.targets(callee):
                    if target is scope:
                        for given in self._types.callers.argument(Edge(frame.site, callee), scope, name):
                            yield from self._back(frame.scope, given.value, frame.block, outer, state, depth)

    def _receiver(self, way: Way, function: Scope, depth: int) -> Iterable[Origin]:
        """The object that a method runs on, seen from a caller or a root."""
        if way.root is not None and way.entry is not None:
            return self._receiver_at_root(way, way.root, way.entry, depth)
        if way.site is None or way.edge_type is None:
            return ()
        if way.handed is not None:
            return self._receiver_of_value(way.scope, way.handed, way.block, way.state, depth)
        via = way.edge_type
        callee = way.site.call.callee
        if isinstance(via, ClassType):
            return (Origin("born", (way.site,), way.state, via.klass),)
        if kept := self._kept_way(way, function):
            return self._handed_over(way, function, kept, depth)
        if isinstance(callee, facts.Attribute):
            value = callee if isinstance(via, Instance) else self._bound_receiver(way.scope, way.site, callee)
            return self._back(way.scope, value, way.block, (), way.state, depth)
        if isinstance(callee, facts.Name):
            return self._receiver_of_value(way.scope, callee, way.block, way.state, depth)
        if isinstance(callee, facts.Item):
            return self._receiver_in_container(way.scope, callee, way.block, way.state, depth)
        return ()

    def _bound_receiver(self, scope: Scope, site: Site, callee: facts.Attribute) -> Value | None:
        """What stands for the object in a call of its method."""
        kinds = {type(base) for base in self._types.of(scope, callee.base)}
        if ClassType in kinds and site.call.arguments:
            return site.call.arguments[0]
        return self_name(scope) if SuperType in kinds else callee.base

    def _receiver_at_root(self, way: Way, root: Root, entry: Entry, depth: int) -> Iterator[Origin]:
        if entry.receiver == "fresh":
            return
        if entry.receiver == "born" and root.site is not None and entry.klass is not None:
            yield Origin("born", (root.site,), way.state, entry.klass)
        elif entry.receiver == "shared" and entry.klass is not None:
            yield Origin("self", (entry.klass,), way.state, entry.klass)
        elif kept := self._kept_way(way, entry.function):
            yield from self._handed_over(way, entry.function, kept, depth)
        else:
            yield from self._receiver_of_value(way.scope, root.callee, way.block, way.state, depth)

    def _handed_over(self, way: Way, function: Scope, kept: Sequence[Kept], depth: int) -> Iterator[Origin]:
        """The receiver of a method that an attribute keeps: the one it had when it was handed over."""
        for where, state in self._where_handed_over(way, function, kept, depth):
            yield from self._receiver_of_value(where.site.scope, where.value, where.site.call.block, state, depth)

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
            owner = self._types.home_of(scope, value.id)
            found = self._types.of(scope, value)
            if any(isinstance(t, Instance) for t in found):
                yield from self._back(scope, value, block, (), state, depth)
                return
            around = self._loops(scope, block, state) if owner is scope else frozenset()
            for binding in owner.locals.get(value.id, ()):
                if isinstance(binding.value, facts.Element | facts.Item):
                    yield from self._receiver_in_container(owner, binding.value, binding.block, state, depth)
                    continue
                inner = around - scope.loops_around(binding.block)
                looped = state.in_loop(bool(inner), MADE_BEFORE)
                yield from self._receiver_of_value(owner, binding.value, binding.block, looped, depth)
        elif isinstance(value, facts.Operation):
            for option in alternatives(value):
                yield from self._receiver_of_value(scope, option, block, state, depth)
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


def is_receiver(scope: Scope, name: str) -> bool:
    """Tell whether a name is the first parameter of a method that runs on an object."""
    parameters = scope.body.parameters
    if scope.owner is None or not parameters or parameters[0].name != name:
        return False
    return not {"staticmethod", "classmethod"} & set(scope.decorator_names())


def self_name(scope: Scope) -> Value | None:
    """Return the first parameter of the method that a scope is or is nested in, as a value."""
    method = scope.method()
    parameters = method.body.parameters if method is not None else ()
    return facts.Name(parameters[0].name) if parameters else None
