"""Which calls of the program are those that rows speak of: functions by name, methods by the type of their receiver.

A name that ends in ``.__call__`` speaks of calls of objects. Statements call ``.acquire`` and ``.__iter__``, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from greenlint.project.blocking.effects import AnyRow, Conditions
from greenlint.project.blocking.green import GreenNames
from greenlint.project.blocking.implied import METHODS, implied_calls
from greenlint.project.patching.mentions import written
from greenlint.project.program import Site
from greenlint.project.terms import External, Member, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_ANY = ".*"
_CALL = ".__call__"


class Found(NamedTuple):
    """A call in a function, the canonical name under which a row speaks of it, and the row."""

    site: Site
    name: str
    row: AnyRow

    @property
    def key(self) -> tuple[object, ...]:
        """A value to sort by."""
        return (*self.site.key, self.name)


class Calls:
    """Finds the calls of one program that rows speak of; those that a row excludes are left out.

    Green calls count with ``green`` only.
    """

    def __init__(self, types: Types, green: bool = False) -> None:
        self._types = types
        self._all = green
        self._conditions = Conditions(types)
        self._green = GreenNames(types)

    def of(self, rows: Iterable[AnyRow]) -> list[Found]:
        """Return the calls of functions that one of the rows concerns, in source order; the first row counts."""
        found: dict[Site, Found] = {}
        named = self._named(rows)
        for last, wanted in named.items():
            for site in self._sites(last, wanted):
                match = self._match(site, wanted) if site not in found else None
                if match is not None:
                    found[site] = match
        return sorted(found.values(), key=lambda f: f.key)

    def _named(self, rows: Iterable[AnyRow]) -> dict[str, dict[str, list[AnyRow]]]:
        """Index the rows that the program can mean: by the last component of a name, then by the canonical name."""
        found: dict[str, dict[str, list[AnyRow]]] = {}
        for row in rows:
            for name in row.names:
                canonical = self._types.library.canonical(name)
                if self._types.may_name(canonical):
                    for last in dict.fromkeys(each.rpartition(".")[2] for each in (canonical, name)):
                        found.setdefault(last, {}).setdefault(canonical, []).append(row)
        return found

    def _sites(self, last: str, wanted: Iterable[str]) -> Iterator[Site]:
        """Yield the calls that names ending so can speak of."""
        program = self._types.program
        owners = frozenset(name.rpartition(".")[0] for name in wanted)
        if last == "*":
            for holder in self._holders(owners):
                yield from program.calls_named(f"{holder}.")
            yield from self._on_results(owners)
        elif last == "__call__":
            for holder in self._holders(owners):
                yield from program.calls_named(holder)
            yield from self._on_results(owners)
        else:
            yield from program.calls_named(last)
            if last in METHODS:
                parts = {part for owner in owners for part in owner.split(".")[1:]}
                yield from implied_calls(program, last, self._makers(owners) | parts)

    def _on_results(self, owners: frozenset[str]) -> Iterator[Site]:
        """Yield the calls of what a call has just made, and of its methods: ``rbd.RBD().remove(...)``."""
        for maker in sorted(self._makers(owners)):
            for made in self._types.program.calls_named(maker):
                value = facts.Call(made.scope.index, made.index)
                for index, call in enumerate(made.scope.body.calls):
                    if value in (call.callee, call.callee.base if isinstance(call.callee, facts.Attribute) else None):
                        yield Site(made.scope, index)

    def _holders(self, owners: frozenset[str]) -> list[str]:
        """Return the names of what holds objects of some classes."""
        return sorted({name for maker in self._makers(owners) for name in self._types.program.holders_of(maker)})

    def _makers(self, owners: frozenset[str]) -> frozenset[str]:
        """Return the last names of the classes, and of what makes objects of them."""
        results = self._types.library.knowledge.results.items()
        makers = owners | {name for name, rows in results if any(row.type in owners for row in rows)}
        called = frozenset(name.removesuffix(_CALL) for name in makers if name.endswith(_CALL))
        names = {name.rpartition(".")[2] for name in makers}
        return frozenset(names | self._makers(called) | set(self._holders(called)) if called else names)

    def _match(self, site: Site, wanted: Mapping[str, list[AnyRow]]) -> Found | None:
        scope = site.scope
        if scope.kind not in ("function", "lambda") or scope.module.role != "code":
            return None
        for path in (*self._spelled(site, wanted), *self._paths(site)):
            for name in (path, path.rpartition(".")[0] + _ANY):
                for row in wanted.get(name, ()):
                    if self._conditions.concern(row, site):
                        return Found(site, path, row) if self._counts(site, path) else None
        return None

    def _spelled(self, site: Site, wanted: Mapping[str, list[AnyRow]]) -> Iterator[str]:
        """Yield the name of a green module as it is written; it stands for its own, and not for what it replaces."""
        if any(map(self._types.library.knowledge.is_green, wanted)):
            name = written(site.scope, site.call.callee)
            if self._types.library.knowledge.is_green(name):
                yield self._types.library.canonical(name)

    def _counts(self, site: Site, path: str) -> bool:
        """Whether a call is not green; a row about a name of a green module means just that."""
        return self._all or self._types.library.knowledge.is_green(path) or not self._green.called_at(site)

    def _paths(self, site: Site) -> Iterator[str]:
        """Yield the dotted names of what is called, a method under each class that may define it."""
        if not _is_named(site.call.callee):
            return
        for t in self._types.callees(site):
            if isinstance(t, External):
                yield t.path
            elif isinstance(t, Member):
                for owner in self._types.library.ancestors(t.owner.path):
                    yield f"{owner}.{t.name}"
            elif isinstance(t, Opaque):
                yield t.path + _CALL


def _is_named(callee: Value | None) -> bool:
    return isinstance(callee, facts.Name | facts.Attribute | facts.Call)
