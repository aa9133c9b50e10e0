"""The calls that patch, and the functions by which a program comes to them.

A call patches when its callee is found to be a patch function of a library, whatever it is called in the program;
a project function with that name is none. A call that only looks like one is a *suspect*: nobody knows.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from greenlint.knowledge.schema import EffectRow, PatchApiRow
from greenlint.project.patching.imports import Imports
from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import BoundMethod, ClassType, External, FunctionType, PartialType, Type
from greenlint.project.types import Types
from greenlint.summary import facts

ACTIONS = ("patch", "patch-group")
_TELLING = ("monkey_patch", "patch_all")
"""Names that only patch functions have, or functions that call one."""

_MOST_ALIASES = 60
_MOST_CANDIDATES = 400
_MOST_LEADING = 2000


class PatchCalls:
    """The patch calls of one program and the way to them.

    ``sites`` maps a scope to its calls that patch, with the rows of what is called; ``edges`` maps a scope to its
    calls that lead to a patch, with the functions called. A function that imports a module which patches leads to it.
    """

    def __init__(self, types: Types, imports: Imports) -> None:
        self._types = types
        self._imports = imports
        self.sites: dict[Scope, dict[int, PatchApiRow]] = {}
        self.suspects: list[Site] = []
        self.edges: dict[Scope, dict[int, tuple[Scope, ...]]] = {}
        for site in self._named_like_a_patch():
            self._judge(site)
        self._lead()

    def all(self) -> Iterator[tuple[Site, PatchApiRow]]:
        """Yield the calls that patch, in source order."""
        found = [(Site(scope, index), row) for scope, calls in self.sites.items() for index, row in calls.items()]
        yield from sorted(found, key=lambda pair: pair[0].key)

    def callers(self, function: Scope) -> list[Scope]:
        """Return the scopes that are known to call a function which leads to a patch."""
        return [
            caller for caller, calls in self.edges.items() if any(function in called for called in calls.values())
        ]

    def _named_like_a_patch(self) -> Iterator[Site]:
        names = {
            name.rpartition(".")[2]
            for name, rows in self._types.library.knowledge.patch_apis_by_name.items()
            if any(row.action in ACTIONS for row in rows)
        }
        followed = self._types.program.aliases_of(names)
        if len(followed) - len(names) > _MOST_ALIASES:
            followed = frozenset(names)
        for name in sorted(followed):
            for site in self._types.program.calls_named(name):
                if site.scope.module.role == "code":
                    yield site
        yield from self._of_partials(followed)

    def _of_partials(self, names: Container[str]) -> Iterator[Site]:
        """Yield the calls of what a ``partial`` of something of such a name has made, at once or through a name."""
        program = self._types.program
        makers = {n.rpartition(".")[2] for row in _rows_of_partials(self._types) for n in row.names}
        for made in (site for maker in sorted(makers) for site in program.calls_named(maker)):
            if made.scope.module.role == "code" and facts.last_name(next(iter(made.call.arguments), None)) in names:
                value = facts.Call(made.scope.index, made.index)
                calls = enumerate(made.scope.body.calls)
                yield from (Site(made.scope, index) for index, call in calls if call.callee == value)
                for name, bound in made.scope.locals.items():
                    yield from program.calls_named(name) if any(b.value == value for b in bound) else ()

    def _judge(self, site: Site) -> None:
        meant = self._types.callees(site)
        for callee in meant:
            row = self._row(callee)
            if row is not None:
                self.sites.setdefault(site.scope, {})[site.index] = row
                return
        if not meant and facts.last_name(site.call.callee) in _TELLING:
            self.suspects.append(site)

    def _row(self, callee: Type) -> PatchApiRow | None:
        if isinstance(callee, PartialType):
            return self._row(callee.target)
        if isinstance(callee, External):
            for row in self._types.library.patch_apis(callee.path):
                if row.action in ACTIONS:
                    return row
        return None

    def _lead(self) -> None:
        """Go up from the patch calls: a function that comes to one leads to it, and so do its callers."""
        work = [scope for scope in self.sites if scope.kind in ("function", "lambda")]
        seen = set(work)
        self._lead_from(work, seen)
        while work := [scope for scope in self._importing_functions() if scope not in seen]:
            seen.update(work)
            self._lead_from(work, seen)

    def _lead_from(self, work: list[Scope], seen: set[Scope]) -> None:
        while work and len(seen) < _MOST_LEADING:
            function = work.pop()
            for site in self._calls_of(function):
                self.edges.setdefault(site.scope, {}).setdefault(site.index, ())
                known = self.edges[site.scope][site.index]
                if function not in known:
                    self.edges[site.scope][site.index] = (*known, function)
                if site.scope.kind in ("function", "lambda") and site.scope not in seen:
                    seen.add(site.scope)
                    work.append(site.scope)

    def patching_at_import(self) -> Iterator[Module]:
        """Yield the modules that patch when they are imported: by a call, or by importing a library that does."""
        for scope in (*self.sites, *self.edges):
            if scope.kind in ("module", "class"):
                yield scope.module
        for module in self._types.program.modules.values():
            for name in self._imports.names(module):
                if any(row.trigger_kind == "import" and row.groups for row in self._types.library.auto_patchers(name)):
                    yield module

    def _importing_functions(self) -> Iterator[Scope]:
        """Yield the functions that import what patches when it is imported, when their own modules do not."""
        patching = self._imports.importers(self.patching_at_import(), at_import=True)
        for module in self._types.program.modules.values():
            if module.role == "code" and module not in patching and patching & {*self._imports.neighbours(module)}:
                for scope in module.scopes:
                    targets = (t for site in scope.body.imports for t in self._imports.run_by(module, site))
                    if scope.kind == "function" and any(target in patching for target in targets):
                        yield scope

    def _calls_of(self, function: Scope) -> Iterator[Site]:
        count = 0
        for name in self._names_of(function):
            for site in self._types.program.calls_named(name):
                count += 1
                if count > _MOST_CANDIDATES:
                    return
                if any(
                    target is function
                    for t in self._types.callees(site)
                    for target in self._run_by(t)
                ):
                    yield site

    @staticmethod
    def _names_of(function: Scope) -> list[str]:
        names = [function.name, *function.module.facts.aliases.get(function.name, ())]
        if function.owner is not None and function.name in ("__init__", "__new__"):
            names = [function.owner.name, *function.module.facts.aliases.get(function.owner.name, ()), function.name]
        return list(dict.fromkeys(names))

    def _run_by(self, callee: Type) -> Iterator[Scope]:
        if isinstance(callee, FunctionType | BoundMethod):
            yield callee.scope
        elif isinstance(callee, PartialType):
            yield from self._run_by(callee.target)
        elif isinstance(callee, ClassType):
            yield from self._types.hierarchy.find(callee.klass, "__init__")[0]


def _rows_of_partials(types: Types) -> Iterator[EffectRow]:
    return (row for row in types.library.knowledge.rows.effect if row.effect == "partial")
