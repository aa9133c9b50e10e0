"""What starts the program, and who patches what in it, in which order: the answer to ``greenlint entry-points``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenlint.project.patching.execution import PatchEvent
from greenlint.project.patching.state import Patched
from greenlint.project.patching.timeline import Run

if TYPE_CHECKING:
    from greenlint.project import Project


@dataclass(frozen=True, slots=True)
class Patching:
    """One patch: ``name`` of the call, import or launcher; ``groups`` covered for sure, ``maybe`` those that may be.

    ``certain`` is false where it hangs on a condition; ``line`` is 0 for a launcher, which patches from outside.
    """

    name: str
    library: str
    groups: tuple[str, ...]
    maybe: tuple[str, ...]
    certain: bool
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Start:
    """One way to run the program: where it was found, its patches in order, and how many modules it can load.

    ``more`` says that it loads modules with patches which the run did not come by. ``patched``, ``perhaps`` and
    ``unpatched`` are the groups of the libraries that patch, as they stand once the program runs. ``before`` are the
    distributions that are imported before the first patch, the standard library and the patching library left out.
    """

    name: str
    kind: str
    path: str
    line: int
    patches: tuple[Patching, ...]
    modules: int
    more: bool
    module: str = ""
    function: str = ""
    patched: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    unpatched: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def starts(project: Project) -> Iterator[Start]:
    """Yield the entry points, in the order of their places."""
    runs = [(run, component.timeline) for component in project.components for run in component.timeline.runs]
    for run, timeline in sorted(runs, key=lambda pair: (pair[0].entry.path, pair[0].entry.line, pair[0].entry.name)):
        entry = run.entry
        patches = tuple(_patching(patch) for patch in run.patches)
        groups = sorted(frozenset(group for library in run.libraries for group in timeline.everything(library)))
        states = {group: run.covered(group) for group in groups}
        yield Start(
            entry.name,
            entry.kind,
            entry.path,
            entry.line,
            patches,
            len(run.loads),
            run.elsewhere,
            module=entry.module.name,
            function=entry.function.qualname if entry.function is not None else "",
            patched=_in(states, Patched.YES),
            perhaps=_in(states, Patched.UNKNOWN),
            unpatched=_in(states, Patched.NO),
            before=tuple(_imported_before(run)),
        )


def _in(states: Mapping[str, Patched], state: Patched) -> tuple[str, ...]:
    return tuple(group for group, known in states.items() if known is state)


def _imported_before(run: Run) -> Iterator[str]:
    """Yield the top packages of other distributions that are imported before the first patch, in order."""
    first = run.patches[0] if run.patches else None
    seen = {*sys.stdlib_module_names, *run.libraries}
    for event in run.imports if first is not None else ():
        top = event.path.partition(".")[0]
        if first is not None and event.clock < first.clock and top not in seen:
            seen.add(top)
            yield top


def _patching(patch: PatchEvent) -> Patching:
    selection = patch.selection
    maybe = tuple(sorted(selection.possible - selection.groups))
    path = patch.frame.scope.module.path if patch.frame is not None else ""
    line = patch.span[0] if patch.span is not None and path else 0
    groups = tuple(sorted(selection.groups))
    return Patching(patch.name, selection.library, groups, maybe, not patch.conditions, path, line)
