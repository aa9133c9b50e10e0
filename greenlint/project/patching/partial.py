"""Patches that leave out a group which greenthreads of the program need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from greenlint.project.blocking.contexts import place_elsewhere
from greenlint.project.blocking.reach import Reach, Way
from greenlint.project.patching.chains import spared
from greenlint.project.patching.execution import PatchEvent
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.needs import Need, Needs
from greenlint.project.patching.state import HUBS, Patched
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types


@dataclass(frozen=True, slots=True, eq=False)
class PartialPatch:
    """A patch call, and for each group that it leaves out a call of a greenthread that needs it.

    In the entry points ``runs`` nothing else patches these groups; those in ``fine`` come by such a call, too.
    """

    patch: PatchEvent
    left_out: dict[str, tuple[Need, Way]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    fine: list[Run] = field(default_factory=list)


def partial_patches(timeline: Timeline, types: Types, roots: Roots) -> Iterator[PartialPatch]:
    """Yield, once for each patch call, the groups that stay unpatched although greenthreads need them."""
    found: dict[object, PartialPatch] = {}
    reach = Reach(types, roots)
    needs: dict[tuple[str, frozenset[str]], list[tuple[Need, Way]]] = {}
    for run in timeline.runs:
        left_out = unpatched_groups(run, types)
        patch = next((p for p in run.patches if p.site is not None), None)
        if patch is None or not left_out or len(run.libraries) != 1:
            continue
        library = run.libraries[0]
        if patch.selection.groups and not patch.selection.groups & all_groups(types.library.knowledge, library):
            continue  # nothing but what has to be asked for: the call itself is the mistake
        if (library, left_out) not in needs:
            needs[library, left_out] = list(_needed(types, library, left_out, reach, run))
        for need, way in needs[library, left_out]:
            if _can_run(timeline, run, need):
                known = found.setdefault(patch.site, PartialPatch(patch))
                for group in sorted(need.effect.missing(all_groups(types.library.knowledge, library) - left_out)):
                    known.left_out.setdefault(group, (need, way))
                if run not in known.runs:
                    known.runs.append(run)
    concerned = {run for partial in found.values() for run in partial.runs}
    for partial in found.values():
        needing = {need.scope.module for need, _ in partial.left_out.values()}
        fine = {run for module in needing for run in spared(timeline, module, concerned)}
        partial.fine.extend(run for run in timeline.runs if run in fine)
    yield from found.values()


def unpatched_groups(run: Run, types: Types) -> frozenset[str]:
    """Return the groups that a run which patches leaves unpatched for sure."""
    everything = frozenset(g for library in run.libraries for g in all_groups(types.library.knowledge, library))
    return frozenset(group for group in everything if run.covered(group) is Patched.NO)


def _needed(types: Types, library: str, left_out: frozenset[str], reach: Reach, run: Run) -> Iterator[tuple[Need, Way]]:
    patched = all_groups(types.library.knowledge, library) - left_out
    for need in Needs(types, library).of(left_out):
        if need.effect.missing(patched):
            way = reach.way(need.scope, need.block, lambda root: is_green(root, "thread" in patched))
            if way is not None:
                yield need, way


def is_green(root: Root, threads: bool) -> bool:
    """Tell whether what a root runs is a greenthread; a thread is one only if threads are patched."""
    if place_elsewhere(root) is not None:
        return False
    if root.library in HUBS or root.row.runtime in HUBS:
        return True
    return threads or root.row.runtime != "both"


def _can_run(timeline: Timeline, run: Run, need: Need) -> bool:
    """Whether the entry point can load the module of a need; a module that none loads may be a plugin of any."""
    module = need.scope.module
    return module in run.loads or not any(module in other.loads for other in timeline.runs)
