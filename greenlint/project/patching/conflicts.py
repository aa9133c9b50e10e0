"""Patches that do not go together: both libraries in one program, and a patch in an OS thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from greenlint.project.patching.chains import spared
from greenlint.project.patching.conditions import conditions_of
from greenlint.project.patching.execution import PatchEvent
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Scope, Site
from greenlint.project.renewal import clauses
from greenlint.project.terms import BoundMethod, External, FunctionType
from greenlint.project.types import Types

_THREADS = ("threading.Thread", "threading.Timer")


@dataclass(frozen=True, slots=True, eq=False)
class Conflict:
    """Two patches by different libraries that the entry points ``runs`` make, in their order, and ``fine`` do not."""

    first: PatchEvent
    second: PatchEvent
    runs: list[Run]
    fine: list[Run] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class PatchInThread:
    """A patch that is made by a function which an OS thread runs, and where the thread is made."""

    call: Site
    library: str
    thread: Site
    function: Scope


def conflicts(timeline: Timeline) -> Iterator[Conflict]:
    """Yield each pair of patches once, with the runs that make both."""
    found: dict[object, Conflict] = {}
    for run in timeline.runs:
        for first, second in combinations(run.patches, 2):
            if _together(first, second):
                key = (_place(first), _place(second))
                known = found.setdefault(key, Conflict(first, second, []))
                known.runs.append(run)
                break
    concerned = {run for conflict in found.values() for run in conflict.runs}
    for conflict in found.values():
        frame = conflict.second.frame or conflict.first.frame
        conflict.fine.extend(spared(timeline, frame.scope.module, concerned) if frame is not None else ())
    yield from found.values()


def _together(first: PatchEvent, second: PatchEvent) -> bool:
    """Whether both are made, by different libraries, whenever one of them is."""
    if first.selection.library == second.selection.library or not (first.selection.groups and second.selection.groups):
        return False
    if _is_instead(first, second):
        return False
    return first.conditions <= second.conditions or second.conditions <= first.conditions


def _is_instead(first: PatchEvent, second: PatchEvent) -> bool:
    """Whether the second is made in a handler of the ``try`` that the first stands in: when that one has failed."""
    one, other = first.site, second.site
    if one is None or other is None or one.scope is not other.scope:
        return False
    tried = [index for index, around in one.scope.blocks_around(one.call.block) if around.kind == "try"]
    handlers = {handler for index in tried for handler in clauses(one.scope, index, "except")}
    return any(index in handlers for index, _ in other.scope.blocks_around(other.call.block))


def _place(patch: PatchEvent) -> object:
    return patch.site or (patch.frame.scope if patch.frame else None, patch.span, patch.name)


def patches_in_threads(timeline: Timeline, types: Types) -> Iterator[PatchInThread]:
    """Yield patches in functions that are the target of a thread, when the thread starts unpatched."""
    for site in (site for name in ("Thread", "Timer") for site in types.program.calls_named(name)):
        if not any(isinstance(t, External) and t.path in _THREADS for t in types.callees(site)):
            continue
        if any(_patched_before(run, site) for run in timeline.running(site.scope)):
            continue
        values = (
            *site.call.arguments,
            *(value for name, value in site.call.keywords if name in ("target", "function")),
        )
        for t in (t for value in values for t in types.of(site.scope, value)):
            if isinstance(t, FunctionType | BoundMethod):
                for call, library in _patches_of(timeline, types, t.scope):
                    yield PatchInThread(call, library, site, t.scope)


def _patched_before(run: Run, site: Site) -> bool:
    """Whether threads are greenthreads in a run: something else than the thread patches them."""
    return any("thread" in patch.selection.groups | patch.selection.possible for patch in run.patches)


def _patches_of(timeline: Timeline, types: Types, function: Scope) -> Iterator[tuple[Site, str]]:
    """Yield the patch calls that a function makes, or a function that it calls, under no open test."""
    seen = {function}
    work = [function]
    while work:
        scope = work.pop()
        for index, row in timeline.calls.sites.get(scope, {}).items():
            if conditions_of(types, scope, scope.body.calls[index].block, False) == frozenset():
                yield Site(scope, index), row.runtime
        for called in timeline.calls.edges.get(scope, {}).values():
            work += [callee for callee in called if callee not in seen]
            seen.update(called)
