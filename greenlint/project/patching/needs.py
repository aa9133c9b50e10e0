"""Calls that need groups to be patched: those of the standard library, and those of libraries that get there."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from greenlint.knowledge.schema import BlockingRow, NeedRow
from greenlint.knowledge.vocabulary import Severity
from greenlint.project.blocking.calls import Calls
from greenlint.project.blocking.effects import AnyRow, Effect, effect_of
from greenlint.project.blocking.green import GreenNames
from greenlint.project.patching.switching import may_switch
from greenlint.project.program import Module, Program, Scope, Site
from greenlint.project.roots import Root
from greenlint.project.terms import Member, Opaque
from greenlint.project.types import Types

_ACQUIRE = ".acquire"


class Need(NamedTuple):
    """A call, or a ``with``, that waits for the operating system unless groups are patched.

    ``effect`` says which, ``severity`` how bad it is to leave them out; ``reason`` tells what a library does there,
    empty for the standard library.
    """

    scope: Scope
    block: int
    line: int
    site: Site | None
    name: str
    effect: Effect
    reason: str
    severity: Severity = "error"


class Needs:
    """The calls of one program that need groups of one library, by rows of some severities."""

    def __init__(self, types: Types, library: str, severities: Container[Severity] = ("error",)) -> None:
        self._types = types
        self._green = GreenNames(types)
        rows: tuple[AnyRow, ...] = (*types.library.knowledge.rows.blocking, *types.library.knowledge.rows.need)
        self._effects = {
            row: effect
            for row in rows
            if _severity(row) in severities and (effect := effect_of(row, library)).groups
        }

    def of(self, groups: frozenset[str]) -> Iterator[Need]:
        """Yield the calls of functions that need one of the groups, in source order."""
        rows = [row for row, effect in self._effects.items() if effect.groups & groups]
        found = [self._need(call.site, call.name, call.row) for call in Calls(self._types).of(rows)]
        found += self._held(groups)
        yield from sorted(found, key=lambda n: (n.scope.module.path, n.line, n.name))

    def of_member(self, member: Member, root: Root) -> Need | None:
        """Return what a method of a library's object needs that a greenthread runs directly."""
        if root.site is None:
            return None
        owners = self._types.library.ancestors(member.owner.path)
        names = {*owners, *(f"{owner}.{member.name}" for owner in owners)}
        for row in self._effects:
            if any(self._types.library.canonical(name) in names for name in row.names):
                return self._need(root.site, f"{owners[0]}.{member.name}", row)
        return None

    def _need(self, site: Site, name: str, row: AnyRow) -> Need:
        reason = row.reason if isinstance(row, NeedRow) else ""
        line, effect = site.call.span[0], self._effects[row]
        return Need(site.scope, site.call.block, line, site, name, effect, reason, _severity(row))

    def _held(self, groups: frozenset[str]) -> Iterator[Need]:
        """``with lock`` waits as ``lock.acquire()`` does."""
        owners = {
            self._types.library.canonical(name).removesuffix(_ACQUIRE): effect
            for row, effect in self._effects.items()
            for name in row.names
            if name.endswith(_ACQUIRE) and effect.groups & groups
        }
        for scope in self._scopes_with_locks(owners) if owners else ():
            for index, block in enumerate(scope.body.blocks):
                held = self._types.of(scope, block.value) if block.kind == "with" else ()
                for t in held:
                    if isinstance(t, Opaque) and t.path in owners and not self._made_green(t):
                        if may_switch(self._types, scope, index):
                            yield Need(scope, index, block.line, None, t.path, owners[t.path], "")

    def _made_green(self, made: Opaque) -> bool:
        return made.birth is not None and self._green.called_at(made.birth)

    def _scopes_with_locks(self, owners: dict[str, Effect]) -> Iterator[Scope]:
        """Yield the functions of modules that make or import such a lock, and of modules that import these."""
        lasts = {owner.rpartition(".")[2] for owner in owners}
        for module in _using(self._types.program, lasts):
            yield from (scope for scope in module.scopes if scope.kind == "function")


def _using(program: Program, lasts: set[str]) -> Iterator[Module]:
    for module in program.modules.values():
        if module.role == "code" and lasts.intersection(module.facts.calls):
            yield module


def _severity(row: AnyRow) -> Severity:
    return row.severity if isinstance(row, BlockingRow) else "error"
