"""What starts the program, and who patches what in it, in which order: the answer to ``greenlint entry-points``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenlint.project.patching.execution import PatchEvent

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

    ``more`` says that it loads modules with patches which the run did not come by.
    """

    name: str
    kind: str
    path: str
    line: int
    patches: tuple[Patching, ...]
    modules: int
    more: bool


def starts(project: Project) -> Iterator[Start]:
    """Yield the entry points, in the order of their places."""
    runs = [run for component in project.components for run in component.timeline.runs]
    for run in sorted(runs, key=lambda run: (run.entry.path, run.entry.line, run.entry.name)):
        entry = run.entry
        patches = tuple(_patching(patch) for patch in run.patches)
        yield Start(entry.name, entry.kind, entry.path, entry.line, patches, len(run.loads), run.elsewhere)


def _patching(patch: PatchEvent) -> Patching:
    selection = patch.selection
    maybe = tuple(sorted(selection.possible - selection.groups))
    path = patch.frame.scope.module.path if patch.frame is not None else ""
    line = patch.span[0] if patch.span is not None and path else 0
    groups = tuple(sorted(selection.groups))
    return Patching(patch.name, selection.library, groups, maybe, not patch.conditions, path, line)
