"""The patch state of the program as a whole: yes, no, or not known.

A program patches when one of its modules calls a patch function, imports something that patches, or is started by
something that patches for it. A program with an entry of its own that does none of this is unpatched. Code without
an entry is a library, and nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from greenlint.knowledge.schema import AutoPatcherRow
from greenlint.project.entry_points import is_script, selected
from greenlint.project.patching.groups import all_groups, effective_groups, literals, selection
from greenlint.project.patching.state import HUBS, Patched, PatchState
from greenlint.project.patching.timeline import Timeline
from greenlint.project.program import Module, Program, Site
from greenlint.project.types import Types


def patch_state(
    types: Types,
    timeline: Timeline,
    hub: str = "auto",
    launched_by: Collection[str] = (),
    declared: bool | None = None,
) -> PatchState:
    """Return the state of a program; ``launched_by`` names the libraries that a launcher patches with."""
    program = types.program
    calls = tuple(timeline.calls.all())
    sites = tuple(site for site, _ in calls)
    patchers = {row.id: row for module in program.modules.values() for row in _auto_patchers(types, module)}
    patched_with = {row.runtime for _, row in calls} | {row.runtime for row in patchers.values()} | set(launched_by)
    libraries = _libraries(types, patched_with, hub)
    if declared is not None:
        groups = frozenset(g for library in libraries for g in all_groups(types.library.knowledge, library))
        return PatchState(
            Patched.YES if declared else Patched.NO, libraries, sites, groups if declared else frozenset()
        )
    if patched_with:
        groups = frozenset(group for site, _ in calls for group in _covered(types, timeline, site))
        for row in patchers.values():
            groups |= selected(row, all_groups(types.library.knowledge, row.runtime))
        for library in launched_by:
            groups |= all_groups(types.library.knowledge, library)
        return PatchState(Patched.YES, libraries, sites, groups)
    entry = any(is_script(module) for module in program.modules.values())
    return PatchState(Patched.NO if entry else Patched.UNKNOWN, libraries, (), frozenset())


def _covered(types: Types, timeline: Timeline, site: Site) -> frozenset[str]:
    """Return the groups that a patch call covers, perhaps."""
    row = timeline.calls.sites[site.scope][site.index]
    effective = effective_groups(types.library.knowledge, row.runtime)
    covered = selection(row, site.call, literals(types, site.scope), effective)
    return covered.groups | covered.possible


def _auto_patchers(types: Types, module: Module) -> Iterator[AutoPatcherRow]:
    if module.role != "code":
        return
    for level, name, imported in module.facts.imported:
        if level == 0:
            top = name.partition(".")[0]
            for candidate in (name, top, *(f"{name}.{part}" for part in imported)):
                for row in types.library.auto_patchers(types.library.canonical(candidate)):
                    if row.trigger_kind == "import" and row.groups:
                        yield row


def _libraries(types: Types, patched_with: Collection[str], hub: str) -> tuple[str, ...]:
    if hub in HUBS:
        return (hub,)
    used = set(patched_with) & set(HUBS) or _imported_hubs(types)
    return tuple(name for name in HUBS if name in used) or HUBS


def _imported_hubs(types: Types) -> set[str]:
    tops = {
        name.partition(".")[0]
        for module in types.program.modules.values()
        for level, name, _ in module.facts.imported
        if level == 0 and module.role == "code"
    }
    found = {hub for hub in HUBS if hub in tops}
    if found:
        return found
    by_library = {
        row.names[0].partition(".")[0]: row.runtime
        for row in types.library.knowledge.rows.spawn
        if row.names and row.runtime in HUBS
    }
    return {by_library[top] for top in tops if top in by_library}


def imports_green(program: Program, module: Module, types: Types) -> bool:
    """Tell whether a module gets standard names from green modules, so that they yield without any patch."""
    for level, name, imported in module.facts.imported:
        if level == 0 and name.startswith(HUBS):
            for candidate in (name, *(f"{name}.{part}" for part in imported)):
                if types.library.knowledge.is_green(candidate):
                    return True
    return False
