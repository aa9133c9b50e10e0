"""Abstract execution of one entry point: module bodies in import order, and what patches when.

A package runs before its modules, a module once, a class body where the class statement stands, and a function when
it is called on a way that leads to a patch. Tests that are open do not end the walk: what they guard happens under
a condition. Nothing is kept of values; the walk yields the order of events, and who imported what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from greenlint.project.calls import bound_value
from greenlint.project.entry_points import EntryPoint, selected
from greenlint.project.patching.calls import PatchCalls
from greenlint.project.patching.conditions import ALWAYS, Conditions, conditions_of, constant, left_before
from greenlint.project.patching.groups import UNKNOWN, Selection, all_groups, effective_groups, selection
from greenlint.project.patching.imports import Imports
from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import FunctionType
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Span, Value

Position = tuple[int, int, int]
"""Where something stands in a scope: calls before it, line, rank; a call stands behind what else has its number."""

_LAST = 1 << 30
_DEEPEST = 200


class Frame(NamedTuple):
    """A scope that runs: from where it was entered, and under which conditions.

    ``span`` is the import statement or call in the scope of ``parent`` that entered it; None when the launcher did.
    """

    scope: Scope
    parent: Frame | None
    span: Span | None
    call: facts.CallSite | None
    conditions: Conditions

    def chain(self) -> list[Frame]:
        """Return the frames from the entry point to this one."""
        found: list[Frame] = []
        frame: Frame | None = self
        while frame is not None:
            found.append(frame)
            frame = frame.parent
        return found[::-1]


@dataclass(frozen=True, slots=True, eq=False)
class PatchEvent:
    """Something patches: a call, the import of a library that does, or the launcher (no frame).

    ``standing`` tells how far each scope had come that was running; ``clock`` counts all events.
    """

    selection: Selection
    clock: int
    frame: Frame | None
    span: Span | None
    name: str
    conditions: Conditions
    standing: Mapping[Scope, Position] = field(default_factory=dict)
    site: Site | None = None


class ImportEvent(NamedTuple):
    """A module of a library is imported."""

    path: str
    clock: int
    frame: Frame
    position: Position
    span: Span
    conditions: Conditions


class Execution:
    """The run of one entry point."""

    def __init__(self, types: Types, calls: PatchCalls, imports: Imports, patchy: frozenset[Module]) -> None:
        self._types = types
        self._calls = calls
        self._imports = imports
        self._patchy = patchy
        self._clock = 0
        self._standing: dict[Scope, Position] = {}
        self._main: Module | None = None
        self._conditions: Conditions = ALWAYS
        self.patches: list[PatchEvent] = []
        self.imports: list[ImportEvent] = []
        self.entered: dict[Scope, tuple[int, Frame]] = {}
        self.never: set[Site] = set()

    def run(self, entry: EntryPoint) -> None:
        """Execute an entry point."""
        if entry.config is not None:
            self._import(entry.config, None, None)
        if entry.before is not None and not entry.preload:
            self._patched(entry.before, None, None, f"what {entry.name} patches")
        if entry.as_main:
            self._main = entry.module
            if _imports_relatively(entry.module):
                self._packages(entry.module)
            self._enter(Frame(entry.module.body, None, None, None, ALWAYS))
        else:
            self._packages(entry.module)
            self._import(entry.module, None, None)
        if entry.function is not None:
            for scope in (*self._wrappers(entry.function), entry.function):
                self._enter(Frame(scope, None, None, None, ALWAYS))
        if entry.before is not None and entry.preload:
            self._patched(entry.before, None, None, f"what {entry.name} patches")

    def _wrappers(self, function: Scope) -> Iterator[Scope]:
        """Yield the functions inside the project's decorators of a function: they run in its place, and call it."""
        for decorator in function.body.decorators:
            value: Value | None = decorator
            if isinstance(decorator, facts.Call):
                value = Site(function.module.scopes[decorator.scope], decorator.index).call.callee
            for t in self._types.of(function.parent or function.module.body, value):
                if isinstance(t, FunctionType):
                    yield from (scope for scope in t.scope.module.scopes if _is_inside(scope, t.scope))

    def import_only(self, module: Module) -> None:
        """Execute the import of a module by somebody outside the program."""
        self._packages(module)
        self._import(module, None, None)

    def _packages(self, module: Module) -> None:
        for package in self._imports.with_packages(module.name.rpartition(".")[0]):
            self._import(package, None, None)

    def _import(self, module: Module, parent: Frame | None, span: Span | None) -> None:
        self._enter(Frame(module.body, parent, span, None, self._conditions))

    def _enter(self, frame: Frame) -> None:
        """Run a scope unless it has run, or is running, on a way that is as sure."""
        scope = frame.scope
        before = self.entered.get(scope)
        if before is not None and (before[1].conditions <= frame.conditions or scope in self._standing):
            return
        if len(self._standing) >= _DEEPEST or scope in self._standing:
            return
        if before is None:
            self.entered[scope] = (self._tick(), frame)
        else:
            self.entered[scope] = (before[0], frame)
        if scope.kind == "module" and self._is_settled() and scope.module not in self._patchy:
            return
        outer = self._conditions
        self._body(frame)
        self._conditions = outer

    def _is_settled(self) -> bool:
        """Whether each group has met its first patch, so that only modules that patch themselves matter any more."""
        if not self.patches:
            return False
        met = frozenset.union(*(p.selection.groups | p.selection.possible for p in self.patches))
        return met >= all_groups(self._types.library.knowledge, self.patches[0].selection.library)

    def _body(self, frame: Frame) -> None:
        scope = frame.scope
        is_main = scope.module is self._main
        for position, thing in self._items(scope):
            self._standing[scope] = position
            around = conditions_of(self._types, scope, thing.block, is_main)
            left = left_before(self._types, scope, thing.block, position[:2], is_main)
            if around is None or left is None:
                self.never.add(Site(scope, position[0]))
                continue
            self._conditions = frame.conditions | around | left
            self._happens(frame, position, thing)
        self._standing.pop(scope, None)

    def _items(self, scope: Scope) -> Iterable[tuple[Position, facts.ImportSite | facts.Binding | facts.CallSite]]:
        """Return what can matter in a scope, in program order."""
        body = scope.body
        found: list[tuple[Position, facts.ImportSite | facts.Binding | facts.CallSite]] = []
        for rank, site in enumerate(body.imports):
            found.append(((site.at, site.span[0], rank), site))
        for rank, binding in enumerate(body.bindings):
            if isinstance(binding.value, facts.Class):
                found.append(((binding.at, binding.line, len(body.imports) + rank), binding))
        calls = {*self._calls.sites.get(scope, ()), *self._calls.edges.get(scope, ())}
        found.extend((call_position(index), body.calls[index]) for index in calls)
        return sorted(found, key=lambda pair: pair[0])

    def _happens(
        self, frame: Frame, position: Position, thing: facts.ImportSite | facts.Binding | facts.CallSite
    ) -> None:
        if isinstance(thing, facts.ImportSite):
            self._imported(frame, position, thing)
        elif isinstance(thing, facts.Binding):
            assert isinstance(thing.value, facts.Class)
            owner = frame.scope.module.classes[thing.value.index]
            self._enter(Frame(owner.scope, frame, None, None, self._conditions))
        else:
            self._called(frame, position[0], thing)

    def _imported(self, frame: Frame, position: Position, site: facts.ImportSite) -> None:
        for target in self._imports.run_by(frame.scope.module, site):
            if isinstance(target, Module):
                self._import(target, frame, site.span)
            else:
                self._patched_by_import(target, frame, site.span)
                event = ImportEvent(target, self._tick(), frame, position, site.span, self._conditions)
                self.imports.append(event)

    def _patched_by_import(self, target: str, frame: Frame, span: Span) -> None:
        """Patch as a library does when it is imported: before it imports what it patches for."""
        for row in self._types.library.auto_patchers(target):
            if row.trigger_kind == "import" and row.groups:
                everything = all_groups(self._types.library.knowledge, row.runtime)
                self._patched(
                    Selection(row.runtime, selected(row, everything), frozenset()), frame, span, f"import {target}"
                )

    def _called(self, frame: Frame, index: int, call: facts.CallSite) -> None:
        row = self._calls.sites.get(frame.scope, {}).get(index)
        if row is not None:
            effective = effective_groups(self._types.library.knowledge, row.runtime)
            covered = selection(row, call, lambda value: self._value(frame, value), effective)
            self._patched(covered, frame, call.span, f"{row.names[0]}()", Site(frame.scope, index))
            return
        for function in self._calls.edges[frame.scope][index]:
            self._enter(Frame(function, frame, call.span, call, self._conditions))

    def _value(self, frame: Frame, value: Value | None) -> object:
        """Return the value of a keyword, also of a parameter that the call before gave or left to its default."""
        found = constant(self._types, frame.scope, value)
        if found is not None:
            return found.value
        parameter = frame.scope.parameter(value.id) if isinstance(value, facts.Name) else None
        if parameter is None or frame.call is None or parameter.name in frame.scope.locals:
            return UNKNOWN
        skip = 1 if frame.scope.owner is not None else 0
        given = bound_value(frame.scope, parameter.name, list(frame.call.arguments), dict(frame.call.keywords), skip)
        if given is None:
            given = parameter.default
        if given is None or frame.parent is None:
            return UNKNOWN
        return self._value(frame.parent, given)

    def _patched(
        self, covered: Selection, frame: Frame | None, span: Span | None, name: str, site: Site | None = None
    ) -> None:
        standing = dict(self._standing)
        self.patches.append(PatchEvent(covered, self._tick(), frame, span, name, self._conditions, standing, site))

    def _tick(self) -> int:
        self._clock += 1
        return self._clock


def call_position(index: int) -> Position:
    """Return where a call stands in its scope."""
    return (index, _LAST, 0)


def _is_inside(scope: Scope, function: Scope) -> bool:
    around = scope.parent if scope.kind == "function" else None
    while around is not None and around is not function:
        around = around.parent
    return around is not None


def _imports_relatively(module: Module) -> bool:
    return any(level for level, _, _ in module.facts.imported)
