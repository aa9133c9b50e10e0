"""Entry points whose greenthreads wait for the operating system, and that never patch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greenlint.project.blocking.contexts import place_elsewhere
from greenlint.project.blocking.reach import Reach, Way
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.mistakes import not_called
from greenlint.project.patching.needs import Need, Needs
from greenlint.project.patching.state import HUBS
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types

_GREENED_ON_THE_WAY = ("http.client.", "urllib.request.")
"""Modules that stay green for everybody once eventlet has imported them for itself (inject() leaves them behind)."""


@dataclass(frozen=True, slots=True, eq=False)
class MissingPatch:
    """An entry point, the first wait that its greenthreads come to, and other entry points, which patch."""

    run: Run
    need: Need
    way: Way
    siblings: tuple[Run, ...]


def missing_patches(timeline: Timeline, types: Types, roots: Roots) -> Iterator[MissingPatch]:
    """Yield the entry points whose greenthreads block, because nothing that they can load patches."""
    named = {mistake.scope.module for mistake in not_called(types)}  # the parentheses are what is missing
    unpatched = [
        run
        for run in timeline.runs
        if _never_patches(run) and not _is_self_test(timeline, run) and not named & run.loads.keys()
    ]
    green = [root for root in roots.all if library_of(root)] if unpatched else []
    if not green:
        return
    reach = Reach(types, roots)
    needs = {library: _waits(types, library) for library in sorted({library_of(root) for root in green})}
    siblings = tuple(run for run in timeline.runs if run.patches)
    for run in unpatched:
        started = {root for root in green if root.scope.module in run.loads and reach.is_started_by(run, root)}
        found = _first(types, timeline, run, started, needs, reach) if started else None
        if found is not None:
            yield MissingPatch(run, *found, siblings)


def library_of(root: Root) -> str:
    """Return the library whose greenthreads a root makes without any patch; empty for none."""
    if place_elsewhere(root) is not None:
        return ""
    return next((name for name in (root.library, root.row.runtime) if name in HUBS), "")


def _never_patches(run: Run) -> bool:
    entry = run.entry
    said = entry.declared is None or entry.declared is False
    return said and entry.kind != "import" and not (run.patches or run.elsewhere or entry.open)


def _is_self_test(timeline: Timeline, run: Run) -> bool:
    """Whether the ``__main__`` block is that of a module which others import: it tries the module out."""
    module = run.entry.module
    return run.entry.kind == "script" and any(
        other.role == "code" and other is not module and module in timeline.imports.neighbours(other)
        for other in timeline.modules
    )


def _waits(types: Types, library: str) -> list[Need]:
    everything = all_groups(types.library.knowledge, library)
    return [need for need in Needs(types, library).of(everything) if need.effect.missing(frozenset())]


def _first(
    types: Types, timeline: Timeline, run: Run, started: set[Root], needs: dict[str, list[Need]], reach: Reach
) -> tuple[Need, Way] | None:
    for library, waits in needs.items():
        leaks = library == "eventlet" and any(
            name.startswith(("eventlet.wsgi", "eventlet.green"))
            for module in run.loads
            for name in timeline.imports.names(module)
        )
        for need in waits:
            if need.scope.module not in run.loads or (leaks and need.name.startswith(_GREENED_ON_THE_WAY)):
                continue
            way = reach.way(need.scope, need.block, lambda root: root in started)
            if way is not None:
                return need, way
    return _direct(types, started)


def _direct(types: Types, started: set[Root]) -> tuple[Need, Way] | None:
    """Return the wait of a greenthread that runs nothing but a method of a library's object."""
    for root in sorted(started, key=lambda root: root.key):
        for member in root.direct:
            need = Needs(types, library_of(root)).of_member(member, root)
            if need is not None and need.effect.missing(frozenset()):
                return need, Way(root, ())
    return None
