"""Imports that come before the patch and break by it: libraries that keep unpatched classes of the standard library."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from greenlint.knowledge.schema import LateImportRow
from greenlint.project.library import Library
from greenlint.project.patching.chains import Hop, hops, parting, spared
from greenlint.project.patching.conditions import Conditions
from greenlint.project.patching.execution import ImportEvent, PatchEvent
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Scope
from greenlint.summary.facts import Span

_BAD = ("raises", "blocks", "hangs", "breaks")


class Breaker(NamedTuple):
    """A library that breaks when it is imported before the patch, and the libraries that lead to its import."""

    row: LateImportRow
    name: str
    through: tuple[str, ...]
    effect: str


@dataclass(frozen=True, slots=True, eq=False)
class LateImport:
    """A statement that imports what breaks, before the patch; ``others`` stand in the same scope behind it.

    ``scope`` and ``span`` are the statement that has to move: where the ways to the import and to the patch part.
    In the entry points ``runs`` it comes too early, in ``fine`` it does not.
    """

    scope: Scope
    span: Span
    breaker: Breaker
    event: ImportEvent
    patch: PatchEvent
    runs: list[Run]
    others: list[tuple[Span, str]]
    fine: list[Run] = field(default_factory=list)

    @property
    def conditions(self) -> Conditions:
        """The open tests under which it happens."""
        return self.patch.conditions


def late_imports(timeline: Timeline, library: Library) -> Iterator[LateImport]:
    """Yield one late import for each scope that has any and each patch, the first one of the scope."""
    breakers = Breakers(library, timeline)
    found: dict[tuple[Scope, object], LateImport] = {}
    for run in timeline.runs:
        for event, breaker, patch in _late_in(run, breakers, library):
            way = hops(event.frame, event.span)
            hop = way[parting(way, hops(patch.frame, patch.span))]
            known = found.get((hop.scope, patch.site))
            if known is None:
                found[hop.scope, patch.site] = LateImport(hop.scope, hop.span, breaker, event, patch, [run], [])
            else:
                _add(known, hop, breaker, run)
    for late in found.values():
        concerned = (run for other in found.values() if other.scope is late.scope for run in other.runs)
        late.fine.extend(spared(timeline, late.event.frame.scope.module, concerned))
    yield from sorted(found.values(), key=lambda late: (late.scope.module.path, late.span))


def _add(known: LateImport, hop: Hop, breaker: Breaker, run: Run) -> None:
    if run not in known.runs:
        known.runs.append(run)
    if hop.span != known.span and all(span != hop.span for span, _ in known.others):
        known.others.append((hop.span, breaker.name))


def _late_in(run: Run, breakers: Breakers, library: Library) -> Iterator[tuple[ImportEvent, Breaker, PatchEvent]]:
    """Yield the imports of a run that come before the patch that breaks them, whenever that patch is made."""
    for event in run.imports:
        for name in run.libraries:
            breaker = breakers.of(event.path, name)
            if breaker is None:
                continue
            patch = run.first(_groups(breaker.row, name) or all_groups(library.knowledge, name), name)
            if patch is not None and event.clock < patch.clock and event.conditions <= patch.conditions:
                yield event, breaker, patch


def _groups(row: LateImportRow, name: str) -> frozenset[str]:
    return frozenset(row.eventlet_groups if name == "eventlet" else row.gevent_groups)


class Breakers:
    """Which libraries break when they are imported before the patch, themselves or by what they import."""

    def __init__(self, library: Library, timeline: Timeline) -> None:
        self._library = library
        self._timeline = timeline
        self._known: dict[tuple[str, str], Breaker | None] = {}

    def of(self, path: str, hub: str) -> Breaker | None:
        """Return what breaks by importing a dotted name before the patch of a library."""
        key = (path, hub)
        if key not in self._known:
            self._known[key] = self._search(path, hub, ())
        return self._known[key]

    def _search(self, path: str, hub: str, through: tuple[str, ...]) -> Breaker | None:
        if path.partition(".")[0] in sys.stdlib_module_names or path in through:
            return None
        rows = self._library.knowledge
        for name in _prefixes(path):
            for row in rows.late_imports.get(name, ()):
                effect = row.on_eventlet if hub == "eventlet" else row.on_gevent
                if effect in _BAD and hub not in row.anyway and self._concerns(row):
                    return Breaker(row, name, through, effect)
        for name in _prefixes(path):
            for imports in rows.imports.get(name, ()):
                for other in imports.imports:
                    found = self._search(self._library.canonical(other), hub, (*through, name))
                    if found is not None:
                        return found
        return None

    def _concerns(self, row: LateImportRow) -> bool:
        """Whether the program calls what breaks, for a row that says so."""
        return not row.uses or bool(self._timeline.modules_calling(row.uses))


def _prefixes(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]
