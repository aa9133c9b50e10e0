"""Modules that patch the process of whoever imports them, and are no way to run the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greenlint.knowledge.schema import PatchApiRow
from greenlint.project.entry_points import main_of
from greenlint.project.patching.conditions import conditions_of
from greenlint.project.patching.timeline import Timeline
from greenlint.project.program import Module, Scope, Site
from greenlint.project.types import Types
from greenlint.summary import facts

_MAIN = ("main", "wsgi", "asgi", "manage", "conftest")
"""Names of modules that are run, by whatever means the project does not show."""

_TEST_LIBRARIES = frozenset(("unittest", "unittest2", "pytest", "testtools", "nose", "mock"))
_APPLICATIONS = ("app", "application", "celery")
"""Names that servers are told to look for: a module that makes one is likely to be started by a server."""


@dataclass(frozen=True, slots=True, eq=False)
class LibraryPatch:
    """A statement of a module's body that patches, directly or through functions; ``call`` is the patch itself."""

    module: Module
    site: Site
    call: Site
    row: PatchApiRow
    importers: tuple[Module, ...]


def library_patches(timeline: Timeline, types: Types) -> Iterator[LibraryPatch]:
    """Yield, once a module, what patches when it is imported and is neither an entry point nor made for one."""
    entries = _run_modules(timeline, types)
    told: set[Module] = set()
    for call, row in timeline.calls.all():
        for site in _statements(timeline, call):
            if conditions_of(types, site.scope, site.call.block, False) != frozenset():
                continue
            for module in _patching(timeline, types, site.scope.module):
                importers = _importers(timeline, module)
                if module not in told | entries and _is_library(timeline, types, module, entries, importers):
                    told.add(module)
                    yield LibraryPatch(module, site, call, row, importers)


def _run_modules(timeline: Timeline, types: Types) -> set[Module]:
    """Return the modules of the entry points, and those whose functions a script does nothing but call."""
    found = {entry.module for entry in timeline.entry_points}
    found |= {entry.config for entry in timeline.entry_points if entry.config is not None}
    mains = (main_of(types, entry) for entry in timeline.entry_points)
    found |= {main.module for main in mains if main is not None}
    return found


def _patching(timeline: Timeline, types: Types, module: Module) -> Iterator[Module]:
    """Yield the module, or those packages that import it when it is there to be imported for its patch."""
    if module.is_package or not _only_patches(timeline, module):
        yield module
        return
    for package in _importers(timeline, module):
        for site in package.body.body.imports if package.is_package else ():
            runs = module in timeline.imports.run_by(package, site)
            if runs and conditions_of(types, package.body, site.block, False) == frozenset():
                yield package


def _importers(timeline: Timeline, module: Module) -> tuple[Module, ...]:
    return tuple(m for m in timeline.modules if m is not module and module in timeline.imports.neighbours(m))


def _statements(timeline: Timeline, call: Site) -> Iterator[Site]:
    """Yield the statements of module bodies that come to a patch call: the call itself, or calls of functions."""
    if call.scope.kind in ("module", "class"):
        yield call
        return
    seen = {call.scope}
    work = [call.scope]
    while work:
        function = work.pop()
        for caller, calls in timeline.calls.edges.items():
            for index in (index for index, called in calls.items() if function in called):
                if caller.kind in ("module", "class"):
                    yield Site(caller, index)
                elif caller not in seen:
                    seen.add(caller)
                    work.append(caller)


def _is_library(
    timeline: Timeline, types: Types, module: Module, entries: set[Module], importers: tuple[Module, ...]
) -> bool:
    if module.is_package:
        return not _is_package_of_entries(timeline, module.name, entries)
    if entries.issuperset(importers) and _is_one_of_entries(timeline, module, entries):
        return False
    if is_run_by_others(module):
        return False
    return module in types.plugins.modules or any(importer.role == "code" for importer in importers)


def is_run_by_others(module: Module) -> bool:
    """Whether servers, test runners or tools run the module: by its name, or by what it makes or imports."""
    return module.name.rpartition(".")[2] in _MAIN or _is_for_tests(module) or _makes_application(module)


def _is_for_tests(module: Module) -> bool:
    return any(name.partition(".")[0] in _TEST_LIBRARIES for _, name, _ in module.facts.imported)


def _is_package_of_entries(timeline: Timeline, package: str, entries: set[Module]) -> bool:
    """Whether a package is there to be run: most of its modules are entry points."""
    inside = [module for module in timeline.modules if module.name.startswith(f"{package}.") and not module.is_package]
    return 2 * sum(module in entries for module in inside) > len(inside)


def _is_one_of_entries(timeline: Timeline, module: Module, entries: set[Module]) -> bool:
    """Whether a module stands among the entry points, and is imported by none before it has patched itself."""
    runs = [run for run in timeline.runs if run.entry.module in entries and module.body in run.entered]
    has_patched = all(any(patch.clock < run.entered[module.body][0] for patch in run.patches) for run in runs)
    return has_patched and _is_package_of_entries(timeline, module.name.rpartition(".")[0], entries)


def _makes_application(module: Module) -> bool:
    """Whether the module makes what a server serves."""
    bound = (b.value for name in _APPLICATIONS for b in module.body.locals.get(name, ()))
    return any(isinstance(value, facts.Call) for value in bound)


def _only_patches(timeline: Timeline, module: Module) -> bool:
    """Whether the module is there to patch: most of what it defines leads to the patch."""
    defined = [scope for scope in module.scopes if scope.kind in ("function", "class") and scope.parent is module.body]
    leading = [scope for scope in defined if _leads(timeline, scope)]
    return 2 * len(leading) >= len(defined)


def _leads(timeline: Timeline, scope: Scope) -> bool:
    return scope in timeline.calls.sites or scope in timeline.calls.edges
