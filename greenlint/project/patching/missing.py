"""Entry points whose greenthreads wait for the operating system, and that never patch."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from greenlint.knowledge.vocabulary import Severity
from greenlint.project.blocking.contexts import place_elsewhere
from greenlint.project.blocking.reach import Reach, Way
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.libraries import is_run_by_others
from greenlint.project.patching.mistakes import not_called
from greenlint.project.patching.needs import Need, Needs
from greenlint.project.patching.state import HUBS
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Module
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types


@dataclass(frozen=True, slots=True, eq=False)
class MissingPatch:
    """An entry point, the first wait that its greenthreads come to, and other entry points, which patch."""

    run: Run
    need: Need
    way: Way
    siblings: tuple[Run, ...]


class Unpatched:
    """The entry points of one program that never patch, and the waits of the greenthreads that they start."""

    def __init__(
        self, timeline: Timeline, types: Types, roots: Roots, severities: Container[Severity] = ("error",)
    ) -> None:
        self._timeline = timeline
        self._types = types
        self._reach = Reach(types, roots)
        named = {mistake.scope.module for mistake in not_called(types)}  # the parentheses are what is missing
        self._green = [root for root in roots.all if library_of(root)]
        self.runs = [
            run
            for run in (*timeline.runs, *map(timeline.run_as_script, _plain_scripts(timeline, self._green)))
            if _never_patches(run) and not _is_self_test(timeline, run) and not named & run.loads.keys()
        ]
        self._needs = {
            library: _waits(types, library, severities)
            for library in sorted({library_of(root) for root in self._green if self.runs})
        }

    def waits(self, run: Run) -> Iterator[tuple[Need, Way]]:
        """Yield the waits of the greenthreads that an entry point was found to start."""
        started = {
            root for root in self._green if root.scope.module in run.loads and self._reach.is_started_by(run, root)
        }
        for needs in self._needs.values() if started else ():
            greened = self._left_green(run)
            for need in needs:
                if need.scope.module not in run.loads or need.name.startswith(greened):
                    continue
                way = self._reach.way(need.scope, need.block, lambda root: root in started)
                if way is not None:
                    yield need, way
        yield from _direct(self._types, started)

    def _left_green(self, run: Run) -> tuple[str, ...]:
        """Return how the names begin that are green because of what an entry point imports."""
        rows = [row for row in self._types.library.knowledge.rows.ordering if row.left_green]
        imported = (row for row in rows if self._timeline.imports.any_imports(run.loads, row.importing))
        return tuple(f"{green}." for row in imported for green in row.left_green)

    def goes_without(self, run: Run) -> bool:
        """Tell whether an entry point goes without a patch on purpose: it imports green modules instead."""
        return any(_greened(self._types, module) for module in run.loads)


def missing_patches(timeline: Timeline, types: Types, roots: Roots) -> Iterator[MissingPatch]:
    """Yield the entry points whose greenthreads block, because nothing that they can load patches."""
    unpatched = Unpatched(timeline, types, roots)
    siblings = tuple(run for run in timeline.runs if run.patches)
    for run in unpatched.runs:
        found = None if unpatched.goes_without(run) else next(unpatched.waits(run), None)
        if found is not None:
            yield MissingPatch(run, *found, siblings)


def _plain_scripts(timeline: Timeline, green: Iterable[Root]) -> Iterator[Module]:
    """Yield the modules that start greenthreads and that nobody imports or is seen to run: scripts without a guard.

    Whether it is the body of the module that starts them is asked later.
    """
    run = {entry.module for entry in timeline.entry_points}
    for module in dict.fromkeys(root.scope.module for root in green if root.site is not None):
        if module.role == "code" and module not in run and "." not in module.name and not is_run_by_others(module):
            if timeline.imports.importers((module,)) == {module}:
                yield module


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


def _waits(types: Types, library: str, severities: Container[Severity]) -> list[Need]:
    everything = all_groups(types.library.knowledge, library)
    return [need for need in Needs(types, library, severities).of(everything) if need.effect.missing(frozenset())]


def _greened(types: Types, module: Module) -> bool:
    """Whether a module imports a green module of the standard library; gevent's queues are tools of their own."""
    for level, name, imported in module.facts.imported:
        of_hub = level == 0 and name.startswith(HUBS)
        for candidate in (name, *(f"{name}.{part}" for part in imported)) if of_hub else ():
            if types.library.knowledge.is_green(candidate):
                top = types.library.canonical(candidate).partition(".")[0]
                if top in sys.stdlib_module_names and top != "queue":
                    return True
    return False


def _direct(types: Types, started: set[Root]) -> Iterator[tuple[Need, Way]]:
    """Yield the waits of greenthreads that run nothing but a method of a library's object."""
    for root in sorted(started, key=lambda root: root.key):
        for member in root.direct:
            need = Needs(types, library_of(root)).of_member(member, root)
            if need is not None and need.effect.missing(frozenset()):
                yield need, Way(root, ())
