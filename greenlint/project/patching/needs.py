"""Calls that need groups to be patched: those of the standard library, and those of libraries that get there."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from greenlint.knowledge.schema import BlockingRow, NeedRow
from greenlint.knowledge.vocabulary import Severity
from greenlint.project.blocking.calls import Calls, Found
from greenlint.project.blocking.effects import AnyRow, Effect, effect_of
from greenlint.project.blocking.implied import Implied
from greenlint.project.patching.switching import may_switch
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Root
from greenlint.project.terms import Member
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
        rows: tuple[AnyRow, ...] = (*types.library.knowledge.rows.blocking, *types.library.knowledge.rows.need)
        self._effects = {
            row: effect
            for row in rows
            if _severity(row) in severities and (effect := effect_of(row, library)).groups
        }

    def of(self, groups: frozenset[str]) -> Iterator[Need]:
        """Yield the calls of functions that need one of the groups, in source order."""
        rows = [row for row, effect in self._effects.items() if effect.groups & groups]
        found = [self._held(call) or self._need(call.site, call.name, call.row) for call in self._calls(rows)]
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

    def _calls(self, rows: list[AnyRow]) -> Iterator[Found]:
        """Yield the calls of rows, less those of a ``with`` in which nothing can wait."""
        for call in Calls(self._types).of(rows):
            site = call.site
            if not (isinstance(site, Implied) and site.holds) or may_switch(self._types, site.scope, site.block):
                yield call

    def _held(self, call: Found) -> Need | None:
        """``with lock`` waits as ``lock.acquire()`` does, and is told by the name of the lock."""
        site = call.site
        if not (isinstance(site, Implied) and site.holds):
            return None
        lock = call.name.removesuffix(_ACQUIRE)
        return Need(site.scope, site.block, site.call.span[0], None, lock, self._effects[call.row], "")


def _severity(row: AnyRow) -> Severity:
    return row.severity if isinstance(row, BlockingRow) else "error"
