"""Spawn sites and inferred spawners: one worklist over the calls under spawn names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.conditions import holds
from greenlint.project.gates import gated_loops
from greenlint.project.handing import argument_of, as_called, called_parameters, handed_on, position_of
from greenlint.project.implicit import Implicit
from greenlint.project.patching import PatchState
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Entry, Root, Roots, Serial
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    External,
    FunctionType,
    Instance,
    Member,
    Type,
    unwrap_partial,
)
from greenlint.project.types import Types
from greenlint.project.waiting import Waits
from greenlint.summary import facts
from greenlint.summary.facts import Value

MOST_ALIASES = 400
_CALLED_TARGETS = frozenset(
    ("argument", "hook-methods", "endpoint-methods", "all-methods-of-argument", "wsgi-application", "greenlet-argument")
)
_CONTAINER_METHODS = frozenset(name for kind in (dict, list, set, str) for name in vars(kind))
_NEVER_NAMES = frozenset(("self", "cls", "func", "function", "f", "fn", "callback", "args", "kwargs", "target", ""))


class Spawn(NamedTuple):
    """A call that spawns: the position of the callable among its arguments, and what is known of the spawner.

    ``wrapper`` is the project function that spawns on behalf of its caller, None for a library's; ``inner`` is the
    wrapper's own spawn when that hands over values of the wrapper.
    """

    site: Site
    row: SpawnRow
    position: int
    keyword: str
    many: bool
    wrapper: Scope | None
    pool: Site | None
    serial: Serial = ""
    inner: Root | None = None


class Spawning:
    """Finds the roots of one program."""

    def __init__(self, types: Types, patched: PatchState, implicit: Implicit) -> None:
        self._types = types
        self._patched = patched
        self._implicit = implicit
        self._names = self._spawn_names()
        self.waits = Waits(types)
        self._spawners: set[tuple[Scope, str]] = set()
        self._roots: list[Root] = []
        self._work: list[Spawn] = []

    def roots(self) -> Roots:
        """Return all roots, explicit and implicit."""
        self._roots, self._spawners = [], set()
        self._work = sorted(self._spawn_calls(), key=lambda spawn: (*spawn.site.key, spawn.row.id), reverse=True)
        for spawn in self._work:
            self.waits.note(spawn.site)
        seen: set[tuple[Site, int, str]] = set()
        while self._work:
            spawn = self._work.pop()
            key = (spawn.site, spawn.position, spawn.keyword)
            if key not in seen:
                seen.add(key)
                self._spawn(spawn)
        return Roots([*self._roots, *self._implicit.roots()])

    def _spawn_names(self) -> frozenset[str]:
        """Last names under which a spawner may be called: the knowledge's, and what the program calls them."""
        names = {
            name.rpartition(".")[2]
            for row in self._types.library.knowledge.rows.spawn
            if row.target in _CALLED_TARGETS and row.kind != "decorator" and self._implicit.is_active(row)
            for name in row.names
            if self._types.may_name(self._types.library.canonical(name))
        }
        names |= self._names_of_aliases(names)
        for klass in self._types.program.classes:
            if any(self._is_started(base) for base in self._types.hierarchy.external_bases(klass)):
                names.add(klass.name)
        handed = self._types.program.aliases_of(names)
        if len(handed) - len(names) > MOST_ALIASES:
            handed = frozenset(names)
        return (handed | self._parameters_given(handed)) - _NEVER_NAMES

    def _names_of_aliases(self, names: set[str]) -> set[str]:
        """Other last names under which libraries offer the same things."""
        library = self._types.library
        found = set()
        for spelling in library.knowledge.aliases.spellings():
            canonical = library.canonical(spelling)
            if canonical.rpartition(".")[2] in names and library.spawns(canonical):
                found.add(spelling.rpartition(".")[2])
        return found

    def _is_started(self, base: str) -> bool:
        return any(row.multiplicity != "many" for row in self._types.library.hook_rows(base))

    def _parameters_given(self, names: frozenset[str]) -> frozenset[str]:
        """Names of the parameters that spawn functions are passed to: ``pass_context(eventlet.spawn, ...)``."""
        found: set[str] = set()
        for name in sorted(name for name in names if "spawn" in name or "submit" in name):
            for site, position, _ in self._types.program.handed(name):
                if isinstance(position, str):
                    found.add(position)
                else:
                    found.update(self._parameter_names(site.scope, site.call, position))
        return frozenset(found)

    def _parameter_names(self, scope: Scope, call: facts.CallSite, position: int) -> Iterator[str]:
        for callee in self._types.of(scope, call.callee):
            for function, bound in self._types.callers.targets(callee):
                names = [p.name for p in function.body.parameters if p.kind == "positional"]
                index = position + (1 if bound and function.owner is not None else 0)
                if index < len(names):
                    yield names[index]

    def _spawn_calls(self) -> Iterator[Spawn]:
        for name in sorted(self._names):
            for site in self._sites(name):
                for callee in self._types.callees(site):
                    yield from self._as_spawn(site, callee)

    def _sites(self, name: str) -> Iterator[Site]:
        """Yield the calls under a name; where containers have such a method, those of modules that import a spawner.

        Who is asked what each ``seen.add(...)`` of a program is called on has to know the types of half of it.
        """
        tops = self._types.library.tops_spawning(name) if name in _CONTAINER_METHODS else None
        for site in self._types.program.calls_named(name):
            if tops is None or any(path.partition(".")[0] in tops for _, path, _ in site.scope.module.facts.imported):
                yield site

    def _as_spawn(self, site: Site, callee: Type) -> Iterator[Spawn]:
        library = self._types.library
        rows: tuple[SpawnRow, ...] = ()
        pool: Site | None = None
        if isinstance(callee, External):
            rows = library.spawns(callee.path)
        elif isinstance(callee, Member):
            rows = library.spawns_of_member(callee.owner.path, callee.name)
            pool = callee.owner.birth
        elif isinstance(callee, ClassType):
            rows = self._implicit.constructed(site, callee, self.waits)
        if isinstance(callee, External) and isinstance(site.call.callee, facts.Attribute):
            for base in self._types.of(site.scope, site.call.callee.base):
                if isinstance(base, ClassType) and self._implicit.constructed(
                    site, base, self.waits, site.call.callee.name
                ):
                    rows = ()
        for row in (as_called(row, site.call) for row in rows):
            if row.target == "argument" and self._implicit.is_active(row, site.scope):
                many = row.multiplicity == "many"
                yield Spawn(site, row, row.callable_position, row.callable_keyword, many, None, pool)
            elif self._implicit.is_active(row, site.scope):
                self._roots.extend(self._implicit.by_argument(site, row, self.waits))

    def _spawn(self, spawn: Spawn) -> None:
        scope, call = spawn.site.scope, spawn.site.call
        callable_ = argument_of(call, spawn.position, spawn.keyword)
        if callable_ is None:
            self._forwarded(spawn)
            return
        root = self._root(spawn, callable_)
        parameters = list(self._parameters_behind(scope, callable_, 0))
        for function, name in parameters:
            self._infer(function, name, root, spawn)
        self._infer_through(root, spawn)
        direct = isinstance(callable_, facts.Name) and any(name == callable_.id for _, name in parameters)
        if not direct:
            self._run(root, callable_)

    def _root(self, spawn: Spawn, callable_: Value) -> Root:
        call = spawn.site.call
        waiting = self.waits.of(spawn.site, spawn.row)
        positional, keywords = handed_on(call, spawn)
        serial = spawn.serial or waiting.serial
        single = spawn.pool if spawn.pool is not None and self._holds_one(spawn.pool) else None
        return Root(
            row=spawn.row,
            scope=spawn.site.scope,
            site=spawn.site,
            callee=callable_,
            block=call.block,
            loops=frozenset() if single else waiting.loops,
            positional=positional,
            keywords=keywords,
            many=spawn.many and not single,
            serial="contained" if single and not serial else serial,
            single=single,
            slot=waiting.slot,
            library=spawn.row.runtime,
            wrapper=spawn.wrapper,
            given_in=spawn.inner.given_in or spawn.inner.scope if spawn.inner else None,
            given_block=spawn.inner.given_block or spawn.inner.block if spawn.inner else 0,
        )

    def _holds_one(self, pool: Site) -> bool:
        """Whether a pool was made for one greenthread at a time."""
        for callee in self._types.callees(pool):
            if isinstance(callee, External):
                guard = self._types.library.guard(callee.path)
                if guard is not None and guard.kind == "single-owner" and holds(self._types, guard, pool, None):
                    return True
        return False

    def _run(self, root: Root, callable_: Value) -> None:
        for t in self._types.of(root.scope, callable_):
            self._enter(root, t)
        root.loops -= gated_loops(root)
        self._roots.append(root)

    def _enter(self, root: Root, callee: Type) -> None:
        target = unwrap_partial(callee)
        if isinstance(target, FunctionType):
            root.entries.append(Entry(target.scope, "value", None, callee))
        elif isinstance(target, BoundMethod):
            root.entries.append(Entry(target.scope, "value", target.klass, callee))
        elif isinstance(target, Instance):
            for method in self._types.hierarchy.find(target.klass, "__call__")[0]:
                root.entries.append(Entry(method, "value", target.klass, callee))
        elif isinstance(target, ClassType):
            for method in self._types.hierarchy.find(target.klass, "__init__")[0]:
                root.entries.append(Entry(method, "fresh", target.klass, callee))
        elif isinstance(target, Member):
            root.direct.append(target)
            self._spawn_through(root, self._types.library.spawns_of_member(target.owner.path, target.name))
        elif isinstance(target, External):
            self._spawn_through(root, self._types.library.spawns(target.path))
        self._implicit.hand_over(root)

    def _infer_through(self, root: Root, spawn: Spawn) -> None:
        """What the greenthread's function is handed and calls: ``spawn(_launch, *args)`` runs ``args[0]``."""
        for t in self._types.of(root.scope, root.callee):
            function = unwrap_partial(t).scope if isinstance(unwrap_partial(t), FunctionType | BoundMethod) else None  # type: ignore[union-attr]
            if function is None:
                continue
            names = [p.name for p in function.body.parameters if p.kind == "positional"]
            skip = 1 if isinstance(t, BoundMethod) else 0
            for call in function.body.calls:
                if isinstance(call.callee, facts.Name) and call.callee.id in names[skip:]:
                    self._infer_argument(root, spawn, names.index(call.callee.id) - skip)

    def _infer_argument(self, root: Root, spawn: Spawn, position: int) -> None:
        for index, value in enumerate(root.positional):
            if isinstance(value, facts.Starred) and isinstance(value.value, facts.Name):
                owner = self._owner_of_vararg(root.scope, value.value.id)
                if owner is not None and index <= position:
                    self._forward(owner, spawn, root.serial, position - index)
                return
            if index == position and isinstance(value, facts.Name):
                for function, name in self._parameters_behind(root.scope, value, 0):
                    self._infer(function, name, root, spawn)

    def _forward(self, owner: Scope, spawn: Spawn, serial: Serial, offset: int) -> None:
        """A function hands its ``*args`` on: the callable is among the arguments of each caller."""
        key = (owner, f"*{offset}")
        if key in self._spawners:
            return
        self._spawners.add(key)
        before = sum(p.kind == "positional" for p in owner.body.parameters)
        position = before - (1 if owner.owner is not None else 0) + offset
        for edge in self._types.callers.of(owner):
            self.waits.note(edge.site)
            self._work.append(Spawn(edge.site, spawn.row, position, "", spawn.many, owner, spawn.pool, serial))

    def _spawn_through(self, root: Root, rows: Sequence[SpawnRow]) -> None:
        """A greenthread that runs a spawner: ``eventlet.spawn(wsgi.server, listener, application)``."""
        for row in rows:
            if row.target != "argument" or not self._implicit.is_active(row):
                continue
            given = dict(root.keywords).get(row.callable_keyword or None)
            if given is None and 0 <= row.callable_position < len(root.positional):
                given = root.positional[row.callable_position]
            if given is not None:
                inner = replace(
                    root,
                    row=row,
                    callee=given,
                    many=root.many or row.multiplicity == "many",
                    positional=root.positional[row.args_from :] if row.args_style == "star" else (),
                    keywords=(),
                    serial="",
                    entries=[],
                    direct=[],
                )
                self._run(inner, given)

    def _infer(self, function: Scope, name: str, root: Root, spawn: Spawn) -> None:
        """Make a function a spawner of its parameter: each caller is a spawn."""
        if (function, name) in self._spawners:
            return
        self._spawners.add((function, name))
        inside = root.scope is function and bool(root.loops)
        many = spawn.many or inside
        position = position_of(function, name)
        forwards = any(isinstance(value, facts.Starred) for value in root.positional)
        inner = root if root.positional and not forwards else None
        for edge in self._types.callers.of(function):
            if edge.site.scope is not function:
                self.waits.note(edge.site)
                self._work.append(
                    Spawn(edge.site, spawn.row, position, name, many, function, spawn.pool, root.serial, inner)
                )
        for scope in self._decorated_by(function):
            self._decorated(scope, root, function)

    def _decorated_by(self, decorator: Scope) -> Iterator[Scope]:
        for module in self._types.program.modules.values():
            for index in module.facts.decorated.get(decorator.name, ()):
                scope = module.scopes[index]
                for value in scope.body.decorators:
                    for t in self._types.of(scope.parent or scope, value):
                        if isinstance(t, FunctionType | BoundMethod) and t.scope is decorator:
                            yield scope

    def _decorated(self, function: Scope, root: Root, decorator: Scope) -> None:
        """A decorator of the program that spawns what it decorates: every call of the function is a root."""
        found = Root(
            row=root.row, scope=function, site=None, callee=None, at_calls=True, library=root.library, wrapper=decorator
        )
        found.entries.append(Entry(function, "value", function.owner, None))
        self._roots.append(found)

    def _forwarded(self, spawn: Spawn) -> None:
        """``def spawn(*args, **kwargs): return eventlet.spawn(*args, **kwargs)``."""
        scope = spawn.site.scope
        for index, argument in enumerate(spawn.site.call.arguments):
            if isinstance(argument, facts.Starred) and isinstance(argument.value, facts.Name):
                owner = self._owner_of_vararg(scope, argument.value.id)
                if owner is not None and index <= spawn.position:
                    serial = self.waits.of(spawn.site, spawn.row).serial
                    self._forward(owner, spawn, serial, spawn.position - index)
                return

    @staticmethod
    def _owner_of_vararg(scope: Scope, name: str) -> Scope | None:
        at: Scope | None = scope
        while at is not None:
            parameter = at.parameter(name)
            if parameter is not None:
                return at if parameter.kind == "vararg" else None
            at = at.parent
        return None

    def _parameters_behind(self, scope: Scope, value: Value | None, depth: int) -> Iterator[tuple[Scope, str]]:
        """Yield the parameters that the callable is, calls, or was made from."""
        if depth > 3 or value is None:
            return
        if isinstance(value, facts.Name):
            owner = self._types.binding_scope(scope, value.id)
            if owner is not None and owner.parameter(value.id) is not None and not _is_receiver(owner, value.id):
                yield owner, value.id
                return
            for binding in owner.locals.get(value.id, ()) if owner is not None else ():
                if isinstance(binding.value, facts.Call):
                    yield from self._parameters_behind(scope, binding.value, depth + 1)
        if isinstance(value, facts.Call):
            call = Site(scope.module.scopes[value.scope], value.index).call
            for argument in call.arguments:
                if isinstance(argument, facts.Name):
                    yield from self._parameters_behind(scope, argument, depth + 1)
        if isinstance(value, facts.Attribute) and not self._types.of(scope, value):
            yield from self._stored_parameter(scope, value)
        for t in self._types.of(scope, value) if not isinstance(value, facts.Attribute) else ():
            if isinstance(t, FunctionType):
                yield from called_parameters(t.scope)

    def _stored_parameter(self, scope: Scope, value: facts.Attribute) -> Iterator[tuple[Scope, str]]:
        """``self.target`` that a constructor stores from its parameter."""
        for base in self._types.of(scope, value.base):
            if isinstance(base, Instance):
                for stored_in, store in self._types.hierarchy.stores(base.klass, value.name):
                    if stored_in.name == "__init__" and isinstance(store.value, facts.Name):
                        if stored_in.parameter(store.value.id) is not None:
                            yield stored_in, store.value.id


def _is_receiver(function: Scope, name: str) -> bool:
    parameters = function.body.parameters
    return function.owner is not None and bool(parameters) and parameters[0].name == name
