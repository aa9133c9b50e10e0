"""Who calls this function, and with what.

There is no call graph: the modules' indexes give the calls under a function's name (or its class's, for a
constructor), and a call counts when the types of its callee contain the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from greenlint.project.keeping import Keeping
from greenlint.project.program import Scope, Site
from greenlint.project.terms import BoundMethod, ClassType, External, FunctionType, Instance, PartialType, Type
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.types import Types

MOST_CALLERS = 40
MOST_CANDIDATES = 120
MOST_ALIASES = 40
DEEPEST = 16
"""How far a value is followed up, from what a parameter is passed to what that is passed."""


class Edge(NamedTuple):
    """A call that runs a function: where, and what the callee was found to be.

    ``handed`` is the function as a value when the call does not name it but is given it to call, ``repeated`` if it
    calls it once for each item of its next argument.
    """

    site: Site
    via: Type
    handed: Value | None = None
    repeated: bool = False


class Passed(NamedTuple):
    """A value handed to a parameter, with the scope it belongs to and the block it is handed over in."""

    scope: Scope
    value: Value | None
    block: int


class _Named(NamedTuple):
    """The calls of a name, as many as are ever looked at, and which of them count for ``MOST_CANDIDATES``.

    A call on a module-level name (``LOG.error()``), whose type is known once for all, is none of the ``others``.
    """

    sites: tuple[Site, ...]
    others: tuple[int, ...]


class Callers:
    """Callers of functions, on demand, with memo."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self.keeping = Keeping(types)
        self._depth = 0
        self.spawned: dict[tuple[Scope, str], list[Passed]] = {}
        self.handed: dict[tuple[Scope, str], list[Type]] = {}
        self.truncated: set[Scope] = set()
        self._nameless: set[Site] = set()
        self._named: dict[str, _Named] = {}

    @property
    def unresolved(self) -> int:
        """How many of the calls that the search came by call something unknown."""
        return sum(not self._types.callees(site) for site in tuple(self._nameless))

    def spawned_anew(self, spawned: dict[tuple[Scope, str], list[Passed]]) -> bool:
        """Take what spawners pass to parameters, and forget what rests on other news; return whether there is more."""
        before, self.spawned = self.spawned, spawned
        if _counts(before) == _counts(spawned):
            return False
        changed = [key for key in before.keys() | spawned.keys() if before.get(key) != spawned.get(key)]
        self._types.memo.forget(("spawned", *key) for key in changed)
        return True

    def of(self, function: Scope) -> tuple[Edge, ...]:
        """Return the calls that run the function, in source order."""
        return self._types.memo.ask(("callers", function), lambda: self._search(function))

    def targets(self, callee: Type) -> Sequence[tuple[Scope, bool]]:
        """Return the functions that calling something runs, and whether a receiver is bound."""
        if type(callee) is BoundMethod:
            return ((callee.scope, True),)
        if type(callee) is FunctionType:
            return ((callee.scope, False),)
        if type(callee) is PartialType:
            return self.targets(callee.target)
        if type(callee) is ClassType:
            return [(method, True) for method in self._types.hierarchy.find(callee.klass, "__init__")[0]]
        if type(callee) is Instance:
            return [(method, True) for method in self._types.hierarchy.find(callee.klass, "__call__")[0]]
        return ()

    def passed(self, function: Scope, parameter: str) -> Iterable[Type]:
        """Return the types that callers, spawners and frameworks give to a parameter."""
        found: list[Type] = list(self.handed.get((function, parameter), ()))
        if self._depth > DEEPEST:
            return found
        self._depth += 1
        try:
            for given in self.arguments(function, parameter):
                if not isinstance(given.value, facts.Constant):
                    found.extend(self._types.of(given.scope, given.value))
        finally:
            self._depth -= 1
        return found

    def arguments(self, function: Scope, parameter: str) -> Iterator[Passed]:
        """Yield what each caller and spawner passes for a parameter."""
        for edge in self.of(function):
            yield from self.argument(edge, function, parameter)
        self._types.memo.read(("spawned", function, parameter))
        yield from self.spawned.get((function, parameter), ())

    def argument(self, edge: Edge, function: Scope, parameter: str) -> Iterator[Passed]:
        """Yield what one call passes for a parameter."""
        scope, index = edge.site
        call = scope.body.calls[index]
        via: Type = edge.via
        positional = unpacked(scope, call.arguments)
        keywords = dict(call.keywords)
        while isinstance(via, PartialType):
            made = via.site.call
            if via.site.scope is scope:
                positional = [*made.arguments[1:], *positional]
                keywords = {**dict(made.keywords), **keywords}
            via = via.target
        bound = isinstance(via, BoundMethod | ClassType | Instance)
        value = bound_value(function, parameter, positional, keywords, 1 if bound else 0)
        if value is not None:
            yield Passed(scope, value, call.block)

    def _search(self, function: Scope) -> tuple[Edge, ...]:
        edges = (*self._direct(function), *self._callbacks(function))
        found = sorted(dict.fromkeys(edges), key=lambda edge: edge.site.key)
        if len(found) > MOST_CALLERS:
            self.truncated.add(function)
        return tuple(found[:MOST_CALLERS])

    def _direct(self, function: Scope) -> Iterator[Edge]:
        """The calls under the names of a function that run it; functions that share a name share the look at them."""
        for name, number in self._looked_at(function):
            (running,) = self._types.memo.note(("called", name, number), partial(self._called, name, number))
            yield from running.get(function, ())

    def _looked_at(self, function: Scope) -> Iterator[tuple[str, int]]:
        """Yield the names under which a function may be called, and how many of the first calls of each count."""
        left = MOST_CANDIDATES
        for name in dict.fromkeys(self._names_of(function)):
            sites, others = self._calls_named(name)
            if len(others) > left:
                self.truncated.add(function)
                yield name, others[left]
                return
            left -= len(others)
            yield name, len(sites)

    def _called(self, name: str, number: int) -> tuple[dict[Scope, list[Edge]]]:
        """Return what the first calls of a name run."""
        found: dict[Scope, list[Edge]] = {}
        for site in self._calls_named(name).sites[:number]:
            callees = self._types.callees(site)
            if not callees:
                self._nameless.add(site)
            for callee in callees:
                for function, _ in self.targets(callee):
                    edges = found.setdefault(function, [])
                    if not edges or edges[-1].site is not site:
                        edges.append(Edge(site, callee))
        return (found,)

    def _calls_named(self, name: str) -> _Named:
        known = self._named.get(name)
        if known is None:
            sites: list[Site] = []
            others: list[int] = []
            for site in self._types.program.calls_named(name):
                if not self._is_on_global(site):
                    others.append(len(sites))
                sites.append(site)
                if len(others) > MOST_CANDIDATES:
                    break
            known = self._named[name] = _Named(tuple(sites), tuple(others))
        return known

    def _is_on_global(self, site: Site) -> bool:
        """Whether a call is on a module-level name (``LOG.error()``), whose type is known once for all."""
        callee = site.call.callee
        if not isinstance(callee, facts.Attribute) or not isinstance(callee.base, facts.Name):
            return False
        return self._types.binding_scope(site.scope, callee.base.id) is None

    def _callbacks(self, function: Scope) -> Iterator[Edge]:
        """Calls to which the function is handed and which call it, or keep it in an attribute that is called."""
        for site, index, value in self.keeping.handed(function):
            if index == 0 and self._is_called_for_each(site):
                yield from (edge._replace(repeated=True) for edge in self._edges([site], function, value))
            for taker, name in self.keeping.takers(site, index):
                for end in self.keeping.ends(taker, name):
                    if end.among:
                        yield from self._edges(end.calls, function)
                    elif end.attribute:
                        yield from self._edges(self._types.program.calls_named(end.attribute), function)
                    elif end.around is not None:
                        yield from self._edges(end.calls, function)
                    else:
                        yield from self._edges([site], function, value)

    def _is_called_for_each(self, site: Site) -> bool:
        """Whether a call calls its first argument for each item of another: ``map(start, jobs)``."""
        callees = self._types.callees(site)
        return any(isinstance(t, External) and self._types.library.effect(t.path) == "for-each" for t in callees)

    def _edges(self, sites: Iterable[Site], function: Scope, handed: Value | None = None) -> Iterator[Edge]:
        """The calls that run a function, by what they call or, if it is given, by the value that is handed over."""
        for site in sites:
            callees = self._types.of(site.scope, handed) if handed else self._types.callees(site)
            if not (callees or handed):
                self._nameless.add(site)
            for callee in callees:
                if any(target is function for target, _ in self.targets(callee)):
                    yield Edge(site, callee, handed)
                    break

    def _names_of(self, function: Scope) -> Iterator[str]:
        """Yield the names under which a function may be called."""
        program = self._types.program
        owner = function.owner
        if owner is not None and function.name in ("__init__", "__new__"):
            classes = [owner, *self._types.hierarchy.subclasses(owner)]
            aliases = program.aliases_of(klass.name for klass in classes)
            yield from (klass.name for klass in classes)
            yield from sorted(aliases) if len(aliases) <= MOST_ALIASES else ()
            yield from ("__init__", "cls", "__class__", "")
        elif owner is not None and function.name == "__call__":
            classes = [owner, *self._types.hierarchy.subclasses(owner)]
            held = program.aliases_of(name for klass in classes for name in program.holders_of(klass.name))
            yield from ("", "()", *(sorted(held) if len(held) <= MOST_ALIASES else ()))
        elif function.kind == "lambda":
            yield from (b.name for b in (function.parent or function).body.bindings if _binds(b.value, function))
        else:
            yield function.name
            yield from function.module.facts.aliases.get(function.name, ()) if function.kind == "function" else ()


def _counts(spawned: Mapping[tuple[Scope, str], Sequence[Passed]]) -> dict[tuple[Scope, str], int]:
    return {key: len(values) for key, values in spawned.items()}


def unpacked(scope: Scope, values: Iterable[Value | None]) -> list[Value | None]:
    """Return positional arguments with ``*name`` replaced by the elements of the tuple that the name is bound to."""
    found: list[Value | None] = []
    for value in values:
        inner = value.value if isinstance(value, facts.Starred) else None
        bound = scope.locals.get(inner.id, []) if isinstance(inner, facts.Name) else []
        display = bound[0].value if len(bound) == 1 else inner
        if isinstance(display, facts.Sequence) and not display.many and inner is not None:
            found += [facts.Item(inner, facts.Constant(index)) for index in range(len(display.items))]
        else:
            found.append(value)
    return found


def bound_value(
    function: Scope, parameter: str, positional: list[Value | None], keywords: dict[str | None, Value | None], skip: int
) -> Value | None:
    """Return the argument that binds to a parameter; ``skip`` leading parameters are bound already."""
    if parameter in keywords:
        return keywords[parameter]
    decorators = function.decorator_names()
    if function.owner is None or "staticmethod" in decorators:
        skip = 0
    names = [p.name for p in function.body.parameters if p.kind == "positional"]
    if parameter not in names:
        return None
    index = names.index(parameter) - skip
    if index < 0 or any(isinstance(value, facts.Starred) for value in positional[: index + 1]):
        return None
    return positional[index] if index < len(positional) else None


def _binds(value: Value | None, function: Scope) -> bool:
    return isinstance(value, facts.Function) and value.scope == function.index
