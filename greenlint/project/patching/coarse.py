"""Is the program patched? The coarse answer: before any greenthread starts, yes, no, or not known.

A program patches when one of its modules calls a patch function, imports something that patches, or is started by
something that patches for it. A program with an entry of its own that does none of this is unpatched. Code without
an entry is a library, and nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from greenlint.knowledge.schema import AutoPatcherRow
from greenlint.project.patching.state import HUBS, Patched, PatchState
from greenlint.project.program import Module, Program, Site
from greenlint.project.terms import External
from greenlint.project.types import Types
from greenlint.summary import facts

_PATCHING_ACTIONS = ("patch", "patch-group")
_ALIASES_FOLLOWED = 60


def patch_state(
    types: Types, hub: str = "auto", launched_by: Collection[str] = (), declared: bool | None = None
) -> PatchState:
    """Return the state of a program; ``launched_by`` names the libraries that a launcher patches with."""
    program = types.program
    sites = tuple(_patch_calls(types))
    patchers = {row.runtime for module in program.modules.values() for row in _auto_patchers(types, module)}
    libraries = _libraries(types, sites, {*patchers, *launched_by}, hub)
    threads = bool(patchers or launched_by) or any(_patches_threads(site) for site in sites)
    if declared is not None:
        return PatchState(Patched.YES if declared else Patched.NO, libraries, sites, declared)
    if sites or patchers or launched_by:
        return PatchState(Patched.YES, libraries, sites, threads)
    entry = any(_is_entry(module) for module in program.modules.values())
    return PatchState(Patched.NO if entry else Patched.UNKNOWN, libraries, (), False)


def _patch_calls(types: Types) -> Iterator[Site]:
    names = {
        name.rpartition(".")[2]
        for name, rows in types.library.knowledge.patch_apis_by_name.items()
        if any(row.action in _PATCHING_ACTIONS for row in rows)
    }
    followed = types.program.aliases_of(names)
    if len(followed) - len(names) > _ALIASES_FOLLOWED:
        followed = frozenset(names)
    for name in sorted(followed):
        for site in types.program.calls_named(name):
            if site.scope.module.role == "code" and _is_patch(types, site):
                yield site


def _is_patch(types: Types, site: Site) -> bool:
    for callee in types.of(site.scope, site.call.callee):
        if isinstance(callee, External):
            for row in types.library.patch_apis(callee.path):
                if row.action in _PATCHING_ACTIONS:
                    return True
    return False


def _patches_threads(site: Site) -> bool:
    """Whether a patch call covers ``threading``: keyword semantics of eventlet (one True switches all others off)."""
    flags = {
        name: value.value
        for name, value in site.call.keywords
        if name is not None and isinstance(value, facts.Constant)
    }
    name = facts.last_name(site.call.callee)
    if "thread" in flags:
        return bool(flags["thread"])
    if name in ("patch_all", "patch_thread"):
        return True
    if name.startswith("patch_"):
        return False
    selected = any(value is True for key, value in flags.items() if key != "all")
    return flags.get("all", not selected) is not False


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


def _libraries(types: Types, sites: tuple[Site, ...], launched: Collection[str], hub: str) -> tuple[str, ...]:
    if hub in HUBS:
        return (hub,)
    patched_with = {t for site in sites for t in _library_of(types, site)} | set(launched)
    used = patched_with & set(HUBS) or _imported_hubs(types)
    return tuple(name for name in HUBS if name in used) or HUBS


def _library_of(types: Types, site: Site) -> Iterator[str]:
    for callee in types.of(site.scope, site.call.callee):
        if isinstance(callee, External):
            yield callee.path.partition(".")[0]


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


def _is_entry(module: Module) -> bool:
    """Whether the module can be a program: a script, ``__main__``, or module code under the ``__name__`` test."""
    if module.role != "code":
        return False
    if module.name.rpartition(".")[2] == "__main__" or not module.path.endswith(".py"):
        return True
    return any(block.kind == "if" and _is_main_test(block.value) for block in module.body.body.blocks)


def _is_main_test(test: facts.Value | None) -> bool:
    if not isinstance(test, facts.Operation) or test.operator != "==":
        return False
    wanted = {facts.Name("__name__"), facts.Constant("__main__")}
    return wanted <= set(test.operands)


def imports_green(program: Program, module: Module, types: Types) -> bool:
    """Tell whether a module gets standard names from green modules, so that they yield without any patch."""
    for level, name, imported in module.facts.imported:
        if level == 0 and name.startswith(HUBS):
            for candidate in (name, *(f"{name}.{part}" for part in imported)):
                if types.library.knowledge.is_green(candidate):
                    return True
    return False
