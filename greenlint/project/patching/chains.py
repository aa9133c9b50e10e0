"""How a run came to a place: chains of imports and calls, and where two of them part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from greenlint.model import Location, Role, Step
from greenlint.project.patching.execution import Frame, ImportEvent, PatchEvent
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Module, Scope
from greenlint.project.witness import Locator
from greenlint.summary.facts import Span


class Hop(NamedTuple):
    """A statement of a scope that enters another scope; with no ``into``, the end of the chain."""

    scope: Scope
    span: Span
    into: Scope | None
    calls: bool


def hops(frame: Frame | None, span: Span | None) -> list[Hop]:
    """Return the statements from the entry point to one in the scope of a frame."""
    found = [
        Hop(entered.parent.scope, entered.span, entered.scope, entered.call is not None)
        for entered in (frame.chain() if frame is not None else ())
        if entered.parent is not None and entered.span is not None
    ]
    if frame is not None and span is not None:
        found.append(Hop(frame.scope, span, None, False))
    return found


def parting(one: list[Hop], other: list[Hop]) -> int:
    """Return the index of the first hop of a chain that another chain does not share."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if (a.scope, a.span, a.into) != (b.scope, b.span, b.into):
            break
        count += 1
    return min(count, len(one) - 1)


def cause(way: list[Hop], patch: PatchEvent) -> tuple[object, ...]:
    """Return what stands for the cause of something that happens too early, at the end of a way.

    In the scope where the ways to it and to the patch part, each statement is a cause of its own; what other modules do
    that were imported there has one cause, the import above the patch.
    """
    part = parting(way, hops(patch.frame, patch.span))
    if part == len(way) - 1:
        return (way[part].scope, way[part].span)
    return (way[part].scope, patch.site)


class Teller:
    """Tells chains as steps of a witness."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def at(self, scope: Scope, span: Span) -> Location:
        """Return the location of a statement."""
        return self._locator.at(scope.module, span)

    def header(self, scope: Scope) -> Location:
        """Return the location of the name line of a function or class."""
        return self._locator.header(scope)

    def entry(self, run: Run) -> Step:
        """Tell where the entry point starts."""
        entry = run.entry
        start = entry.function
        if start is not None:
            where = self._locator.header(start)
        else:
            line = entry.line if entry.path == entry.module.path else 1
            where = Location.of_line(entry.module.path, line)
        return Step(Role.ENTRY, where, f"{entry.name} starts here")

    def imported(self, event: ImportEvent, what: str) -> Iterator[Step]:
        """Tell how a run came to import a module of a library."""
        return self.chain(event.frame, event.span, Step(Role.IMPORT, self.at(event.frame.scope, event.span), what))

    def chain(self, frame: Frame, span: Span, last: Step) -> Iterator[Step]:
        """Tell how a run came to a statement, and end with a step about it."""
        for hop in hops(frame, span):
            yield self._hop(hop) if hop.into is not None else last

    def place(self, patch: PatchEvent, module: Module) -> str:
        """Name a patch, and the line of a module that comes to it if there is one."""
        if patch.frame is None or patch.span is None:
            return patch.name
        near = [hop.span[0] for hop in hops(patch.frame, patch.span) if hop.scope.module is module]
        return f"{patch.name} at " + (
            f"line {near[-1]}" if near else f"{patch.frame.scope.module.path}:{patch.span[0]}"
        )

    def patched(self, patch: PatchEvent) -> Iterator[Step]:
        """Tell how a run came to a patch; a launcher that patches has no place."""
        for hop in hops(patch.frame, patch.span):
            if hop.into is not None:
                yield self._hop(hop)
            else:
                message = f"{patch.name} patches {groups_of(patch)}"
                yield Step(Role.PATCH, self.at(hop.scope, hop.span), message)

    def _hop(self, hop: Hop) -> Step:
        assert hop.into is not None
        where = self.at(hop.scope, hop.span)
        if hop.calls:
            return Step(Role.CALL, where, f"{hop.scope.label} calls {hop.into.label}")
        return Step(Role.IMPORT, where, f"{hop.scope.module.name} imports {hop.into.module.name}")


def groups_of(patch: PatchEvent) -> str:
    """Name the groups that a patch covers."""
    sure = sorted(patch.selection.groups)
    possible = [f"perhaps {group}" for group in sorted(patch.selection.possible)]
    return ", ".join([*sure, *possible]) or "nothing"


def spared(timeline: Timeline, module: Module, concerned: Iterable[Run]) -> list[Run]:
    """Return the runs that patch and can load a module, and are none of those."""
    bad = set(concerned)
    return [run for run in timeline.runs if run.patches and module in run.loads and run not in bad]


def held(timeline: Timeline, runs: list[Run], fine: list[Run]) -> str:
    """Say in which entry points something holds and in which it is fine; nothing where there is one only."""
    if len(timeline.runs) < 2:
        return ""
    return f"; in {names_of(runs)}" + (f", not in {names_of(fine, 2)}" if fine else "")


def names_of(runs: list[Run], most: int = 3) -> str:
    """Name the entry points of runs, the first ones and how many more there are."""
    names = list(dict.fromkeys(run.entry.name for run in runs))
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
