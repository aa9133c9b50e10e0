"""What starts the program, and who patches what in it, in which order: the answer to ``greenlint entry-points``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from greenlint.project.entry_points import DECLARED, name_of
from greenlint.project.patching.conditions import Conditions, by_choice
from greenlint.project.patching.execution import PatchEvent
from greenlint.project.patching.state import Patched
from greenlint.project.patching.timeline import Run, Timeline

if TYPE_CHECKING:
    from greenlint.project import Project

When = Literal["always", "by default", "not by default", "under a condition"]


@dataclass(frozen=True, slots=True)
class Patching:
    """One patch: ``name`` of the call, import or launcher; ``groups`` covered for sure, ``maybe`` those that may be.

    ``certain`` is false where it hangs on a condition, and ``when`` tells what is known of that. ``line`` is 0 for a
    launcher, which patches from outside.
    """

    name: str
    library: str
    groups: tuple[str, ...]
    maybe: tuple[str, ...]
    certain: bool
    when: When
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Start:
    """One way to run the program: where it was found, its patches in order, and how many modules it can load.

    A declared script that runs ``module`` of another distribution loads none. ``more`` says that it loads modules with
    patches which the run did not come by, or that its server may patch. ``patched``, ``perhaps`` and ``unpatched`` are
    the groups of the libraries that patch, as they stand once the program runs. ``before`` are the distributions that
    are imported before the first patch, the standard library and the patching library left out.
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
    found = [*(_start(run, timeline) for run, timeline in runs), *_elsewhere(project)]
    yield from sorted(found, key=lambda start: (start.path, start.line, start.name))


def _elsewhere(project: Project) -> Iterator[Start]:
    """Yield the declared scripts whose modules are not among the sources."""
    for launcher in project.setting.launchers:
        module, _, function = launcher.target.partition(":")
        known = any(component.program.module_for(module) is not None for component in project.components)
        if launcher.kind in DECLARED and not known:
            where = (launcher.path, launcher.line)
            yield Start(name_of(launcher), launcher.kind, *where, (), 0, False, module=module, function=function)


def _start(run: Run, timeline: Timeline) -> Start:
    entry = run.entry
    groups = sorted(frozenset(group for library in run.libraries for group in timeline.everything(library)))
    states = {group: run.covered(group) for group in groups}
    return Start(
        entry.name,
        entry.kind,
        entry.path,
        entry.line,
        tuple(_patching(patch) for patch in run.patches),
        len(run.loads),
        run.elsewhere or entry.open,
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
    when = _when(patch.conditions)
    return Patching(patch.name, selection.library, groups, maybe, not patch.conditions, when, path, line)


def _when(conditions: Conditions) -> When:
    """Tell whether a patch is made if nobody sets anything."""
    if not conditions:
        return "always"
    if any(condition.default not in (None, condition.holds) for condition in conditions):
        return "not by default"
    return "under a condition" if by_choice(conditions) else "by default"
