"""Roots without a spawn in the program's own code: frameworks that run handlers, hooks, endpoints and applications."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.handing import as_called
from greenlint.project.patching import Patched, PatchState
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Entry, Receiver, Root, hook_methods
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    Member,
    Opaque,
    Type,
)
from greenlint.project.types import Types
from greenlint.summary import facts

if TYPE_CHECKING:
    from greenlint.project.waiting import Waits

_HANDED = ("argument", "endpoint-methods", "all-methods-of-argument")
_RUNS_GREEN = ("green", "green-if-patched", "depends", "hub", "native")


@dataclass(frozen=True, slots=True)
class Launch:
    """A command line or configuration that starts the program: by what kind of launcher, with which library."""

    kind: str
    target: str
    library: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A root named in the configuration: a pattern over dotted names."""

    pattern: str
    many: bool


class Implicit:
    """Finds roots that frameworks make."""

    def __init__(
        self,
        types: Types,
        patched: PatchState,
        runs_native: Callable[[Scope], bool],
        is_run: Callable[[Scope], bool],
        launches: Sequence[Launch] = (),
        declared: Sequence[Declared] = (),
    ) -> None:
        self._runs_native = runs_native
        self._is_run = is_run
        self._types = types
        self._patched = patched
        self._launches = launches
        self._declared = declared
        self._pending: list[Root] = []

    def is_active(self, row: SpawnRow, scope: Scope | None = None) -> bool:
        """Tell whether a row makes greenthreads in this program, or where a scope of it runs."""
        if row.runtime == "both" and scope is not None and self._runs_native(scope):
            return False
        if row.runs_in not in _RUNS_GREEN or row.runtime == "caller-greenthread" or row.kind == "not-spawn":
            return False
        if row.runtime in ("eventlet", "gevent", "oslo-backend"):
            return True
        if row.runs_in == "native":
            return False
        if row.runtime == "pool-option":
            return any(launch.kind == "celery" and launch.library for launch in self._launches)
        if row.runtime == "both":
            return self._patched.green_threads
        return (self._patched.may_yield or row.runtime == "async-mode") and (scope is None or self._is_run(scope))

    def roots(self) -> Iterator[Root]:
        """Yield the roots of decorators, subclass hooks, launchers and the configuration."""
        yield from self._decorated()
        yield from self._hooked()
        yield from self._launched()
        yield from self._configured()

    def constructed(self, site: Site, callee: ClassType, waits: Waits, starter: str = "") -> tuple[SpawnRow, ...]:
        """Note the roots that making an object of a class starts; return rows that take a callable instead.

        ``starter`` is the class method that makes and starts it (``Worker.spawn()``), empty for a plain call.
        """
        callable_rows: list[SpawnRow] = []
        for base in self._types.hierarchy.external_bases(callee.klass):
            for row in self._types.library.hook_rows(base):
                if starter and starter not in row.starts_on:
                    continue
                if self.is_active(row, site.scope) and not self._is_framework(row):
                    entries = list(self._hooks_of(callee.klass, row, "born"))
                    entries += self._hooks_of_arguments(site, row)
                    if entries:
                        started = self._as_configured(row, site, callee.klass)
                        self._pending.append(self._site_root(site, started, entries, waits))
            callable_rows += [row for row in self._types.library.spawns(base) if row.target in _HANDED]
        return tuple(callable_rows)

    def _as_configured(self, row: SpawnRow, site: Site, klass: Klass) -> SpawnRow:
        """Return what a row says of an object, by what its constructors give to those of its bases as well."""
        constructors = self._types.hierarchy.find(klass, "__init__")[0] if row.hub_keyword else ()
        passed_on = [c for m in constructors for c in m.body.calls if facts.last_name(c.callee) == "__init__"]
        for call in (site.call, *passed_on):
            row = as_called(row, call)
        return row

    def by_argument(self, site: Site, row: SpawnRow, waits: Waits) -> list[Root]:
        """Return the root of a call that is handed an object, a list of objects or an application."""
        position = row.callable_position
        arguments = site.call.arguments
        value = dict(site.call.keywords).get(row.callable_keyword or None)
        if value is None and 0 <= position < len(arguments):
            value = arguments[position]
        entries: list[Entry] = []
        others = arguments if row.target == "endpoint-methods" else ()
        for candidate in (value, *others):
            for t in self._types.of(site.scope, candidate):
                if row.target != "endpoint-methods" or isinstance(t, ElementType):
                    entries += self._entries_of_object(t, row)
            if entries:
                break
        if not entries or self._is_native(site, row):
            return []
        return [self._site_root(site, row, entries, waits)]

    def hand_over(self, root: Root) -> None:
        """Tell the callees' parameters what the framework passes; what is green keeps the name that says so."""
        library = self._types.library
        for handler in library.handlers(root.row):
            for entry in root.entries:
                if handler.method and not fnmatch.fnmatchcase(entry.function.name, handler.method):
                    continue
                names = [p.name for p in entry.function.body.parameters if p.kind == "positional"]
                skip = 1 if entry.function.owner is not None else 0
                for name, path in zip(names[skip:], handler.parameters, strict=False):
                    if path:
                        kind = path if library.knowledge.is_green(path) else library.canonical(path)
                        self._hand(entry.function, name, Opaque(kind, root.site))

    def _hand(self, function: Scope, name: str, given: Type) -> None:
        known = self._types.callers.handed.setdefault((function, name), [])
        if given not in known:
            known.append(given)

    def _site_root(self, site: Site, row: SpawnRow, entries: list[Entry], waits: Waits) -> Root:
        waiting = waits.of(site, row)
        many = row.multiplicity == "many"
        root = Root(
            row=row,
            scope=site.scope,
            site=site,
            callee=None,
            block=site.call.block,
            loops=waiting.loops,
            many=many,
            serial="" if many else waiting.serial,
            slot=waiting.slot,
            library=row.runtime,
            entries=entries,
        )
        self.hand_over(root)
        return root

    def _is_native(self, site: Site, row: SpawnRow) -> bool:
        """An executor named in the call that runs handlers one by one, or in OS threads of an unpatched program."""
        if row.runtime != "executor":
            return False
        for name, value in site.call.keywords:
            if name == "executor" and isinstance(value, facts.Constant):
                if value.value == "blocking":
                    return True
                return value.value == "threading" and self._patched.state is Patched.NO
        return False

    def _entries_of_object(self, found: Type, row: SpawnRow) -> Iterator[Entry]:
        if isinstance(found, ElementType):
            yield from self._entries_of_object(found.of, row)
        elif isinstance(found, Instance):
            below = [] if found.exact else self._types.hierarchy.subclasses(found.klass)
            for each in (found.klass, *below):
                yield from self._methods_of(each, row)
        elif isinstance(found, ClassType) and row.target == "hook-methods":
            yield from self._hooks_of(found.klass, row, "fresh")
        elif isinstance(found, FunctionType | BoundMethod):
            klass = found.klass if isinstance(found, BoundMethod) else None
            yield Entry(found.scope, "shared" if klass else "value", klass, found)

    def _methods_of(self, klass: Klass, row: SpawnRow) -> Iterator[Entry]:
        if row.target == "wsgi-application":
            for method in self._types.hierarchy.find(klass, "__call__")[0]:
                yield Entry(method, "shared", klass, None)
        elif row.hook_methods:
            yield from self._hooks_of(klass, row, "shared")
        else:
            for name in self._public_methods(klass):
                for method in self._types.hierarchy.find(klass, name)[0]:
                    yield Entry(method, "shared", klass, None)

    def _public_methods(self, klass: Klass) -> list[str]:
        names: dict[str, None] = {}
        for base in self._types.hierarchy.order(klass):
            if isinstance(base, Klass):
                names.update(dict.fromkeys(n for n in base.facts.methods if not n.startswith("_")))
        return [name for name in names if name not in self._lifecycle]

    @cached_property
    def _lifecycle(self) -> frozenset[str]:
        """Methods that a launcher calls to start and stop a service: no messages are sent to them."""
        rows = self._types.library.knowledge.rows.spawn
        launchers = [row for row in rows if row.target == "hook-methods" and row.kind in ("function", "method")]
        return frozenset(name for row in launchers for name in row.hook_methods)

    def _hooks_of(self, klass: Klass, row: SpawnRow, receiver: Receiver) -> Iterator[Entry]:
        names: dict[str, None] = {}
        for base in self._types.hierarchy.order(klass):
            if isinstance(base, Klass):
                names.update(dict.fromkeys(base.facts.methods))
        for name in hook_methods(row.hook_methods, list(names)):
            for method in self._types.hierarchy.find(klass, name)[0]:
                yield Entry(method, "fresh" if row.fresh_self else receiver, klass, None)

    def _hooks_of_arguments(self, site: Site, row: SpawnRow) -> list[Entry]:
        """Handler classes given to a server: ``Server(address, Handler)``; a new handler for each connection."""
        found: list[Entry] = []
        for argument in site.call.arguments:
            for t in self._types.of(site.scope, argument):
                if isinstance(t, ClassType):
                    found += self._hooks_of(t.klass, row, "fresh")
        return found

    @staticmethod
    def _is_framework(row: SpawnRow) -> bool:
        """Whether the framework makes the objects itself, so that no construction is to be waited for."""
        return row.kind == "subclass-hook" and row.multiplicity == "many" and row.starts_on == ("call",)

    def _decorated(self) -> Iterator[Root]:
        rows = [row for row in self._types.library.knowledge.rows.spawn if row.target == "decorated"]
        names = sorted({name.rpartition(".")[2] for row in rows for name in row.names})
        for module in self._types.program.modules.values():
            for name in names:
                for index in module.facts.decorated.get(name, ()):
                    yield from self._decorated_scope(module.scopes[index])

    def _decorated_scope(self, scope: Scope) -> Iterator[Root]:
        for decorator in scope.body.decorators:
            value = decorator
            enclosing = scope.parent or scope
            if isinstance(decorator, facts.Call):
                value = Site(scope.module.scopes[decorator.scope], decorator.index).call.callee
            for row in self._decorator_rows(enclosing, value):
                if row.target == "decorated" and self.is_active(row, scope) and not row.waits:
                    many = row.multiplicity == "many" and (row.fresh_self or row.self_overlap != "never")
                    root = Root(row=row, scope=scope, site=None, callee=None, many=many, library=row.runtime)
                    receiver: Receiver = "fresh" if row.fresh_self else "shared" if scope.owner else "value"
                    root.entries.append(Entry(scope, receiver, scope.owner, None))
                    self.hand_over(root)
                    self._hand_base(scope, enclosing, decorator)
                    yield root
                    return

    def _hand_base(self, scope: Scope, enclosing: Scope, decorator: facts.Value | None) -> None:
        """``@task(base=Base, bind=True)`` on a plain function: its ``self`` is one object of the class named."""
        parameters = scope.body.parameters
        if not isinstance(decorator, facts.Call) or scope.owner is not None or not parameters:
            return
        for _, value in Site(scope.module.scopes[decorator.scope], decorator.index).call.keywords:
            for t in self._types.of(enclosing, value):
                if isinstance(t, ClassType) and parameters[0].name == "self":
                    self._hand(scope, "self", Instance(t.klass, True))

    def _decorator_rows(self, scope: Scope, value: facts.Value | None) -> tuple[SpawnRow, ...]:
        for t in self._types.of(scope, value):
            if isinstance(t, External) and self._types.library.spawns(t.path):
                return self._types.library.spawns(t.path)
            if isinstance(t, Member):
                rows = self._types.library.spawns_of_member(t.owner.path, t.name)
                if rows:
                    return rows
        return ()

    def _hooked(self) -> Iterator[Root]:
        pending, self._pending = self._pending, []
        yield from pending
        for klass in self._types.program.classes:
            for base in self._types.hierarchy.external_bases(klass):
                for row in self._types.library.hook_rows(base):
                    if self._is_framework(row) and self.is_active(row, klass.scope):
                        entries = list(self._hooks_of(klass, row, "shared"))
                        if entries:
                            many = row.fresh_self or row.self_overlap != "never"
                            root = Root(
                                row=row, scope=klass.scope, site=None, callee=None, many=many, library=row.runtime
                            )
                            root.entries.extend(entries)
                            self.hand_over(root)
                            yield root

    def _launched(self) -> Iterator[Root]:
        """The application that a WSGI launcher with green workers serves."""
        rows = {row.id: row for row in self._types.library.knowledge.rows.spawn if row.target == "wsgi-application"}
        row = next(iter(rows.values()), None)
        for launch in self._launches:
            if row is None or not launch.library or launch.kind not in ("gunicorn", "uwsgi") or not launch.target:
                continue
            module, _, attribute = launch.target.partition(":")
            path = f"{module}.{attribute.partition('(')[0] or 'application'}"
            for t in self._types.dotted(path):
                yield from self._application(t, row)

    def _application(self, found: Type, row: SpawnRow) -> Iterator[Root]:
        entries: list[Entry] = []
        if isinstance(found, FunctionType):
            entries.append(Entry(found.scope, "value", None, found))
        elif isinstance(found, Instance):
            entries += self._methods_of(found.klass, row)
        if entries:
            scope = entries[0].function
            yield Root(row=row, scope=scope, site=None, callee=None, many=True, library=row.runtime, entries=entries)

    def _configured(self) -> Iterator[Root]:
        if not self._declared:
            return
        for scope in self._types.program.scopes:
            if scope.kind != "function":
                continue
            path = f"{scope.module.name}.{scope.qualname}"
            for declared in self._declared:
                if fnmatch.fnmatchcase(path, declared.pattern.replace(":", ".")):
                    row = SpawnRow(
                        id="configuration", source="configuration", runtime="both", kind="decorator", target="decorated"
                    )
                    root = Root(row=row, scope=scope, site=None, callee=None, many=declared.many, library="")
                    root.entries.append(Entry(scope, "shared" if scope.owner else "value", scope.owner, None))
                    yield root
                    break
