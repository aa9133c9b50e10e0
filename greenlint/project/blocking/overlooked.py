"""Calls that a patch would make green, in programs whose authors have chosen otherwise.

A program that imports green modules goes without the patch on purpose: what blocks there is a call that was overlooked,
not the patch. And some groups are patched only if they are asked for; a patch call without them leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from greenlint.project.blocking.blocked import Blocked, Blocking
from greenlint.project.blocking.contexts import Contexts
from greenlint.project.blocking.effects import effect_of
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.missing import Unpatched, library_of
from greenlint.project.patching.needs import Need
from greenlint.project.patching.state import Patched
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Roots
from greenlint.project.types import Types


@dataclass(frozen=True, slots=True, eq=False)
class Overlooked:
    """A call of a function that greenthreads of a library run, the groups that would make it green, and the runs.

    ``again`` are further calls of that name in the function.
    """

    site: Site
    name: str
    library: str
    groups: tuple[str, ...]
    way: Way
    runs: list[Run]
    is_error: bool
    again: list[Site] = field(default_factory=list)


def overlooked_calls(timeline: Timeline, types: Types, roots: Roots) -> Iterator[Overlooked]:
    """Yield the calls that block where green modules do the rest, once for each name and function."""
    unpatched = Unpatched(timeline, types, roots, ("error", "warning"))
    found: dict[tuple[Scope, str], Overlooked] = {}
    for run in unpatched.runs:
        if unpatched.goes_without(run):
            for need, way in unpatched.waits(run):
                if need.site is not None and not need.reason:
                    _note(found, need, need.site, way, run)
    yield from found.values()


def _note(found: dict[tuple[Scope, str], Overlooked], need: Need, site: Site, way: Way, run: Run) -> None:
    known = found.get((need.scope, need.name))
    if known is None:
        groups = tuple(sorted(need.effect.groups))
        is_error = need.severity == "error"
        found[need.scope, need.name] = Overlooked(site, need.name, library_of(way.root), groups, way, [run], is_error)
        return
    if run not in known.runs:
        known.runs.append(run)
    if site != known.site and site not in known.again:
        known.again.append(site)


def unasked_calls(blocking: Blocking, contexts: Contexts, types: Types) -> Iterator[Overlooked]:
    """Yield the calls whose group a patch covers only when it is asked to, and no entry point asks."""
    for library in contexts.libraries:
        default = all_groups(types.library.knowledge, library)
        rows = {row: effect_of(row, library) for row in types.library.knowledge.rows.blocking}
        asked = {row: effect for row, effect in rows.items() if effect.groups - default and row.severity != "off"}
        for blocked in blocking.of_rows(asked, library):
            missing = sorted(blocked.effect.groups - default)
            runs = [run for run in blocked.runs if all(run.covered(g, library) is Patched.NO for g in missing)]
            if runs:
                yield _unasked(blocked, tuple(missing), runs)


def _unasked(blocked: Blocked, groups: tuple[str, ...], runs: list[Run]) -> Overlooked:
    site, name, is_error = blocked.call.site, blocked.call.name, blocked.row.severity == "error"
    return Overlooked(site, name, blocked.library, groups, blocked.way, runs, is_error)


