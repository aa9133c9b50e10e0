"""Which modules belong together: those that imports connect, and a server's settings with what it serves.

A component is linked by itself, so that a method name of one project never meets the same name of another and the
cost of several projects is the sum of the single ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from greenlint.project.entry_points import module_started
from greenlint.project.program import Module, Program
from greenlint.source.launchers import Launcher


def connected(modules: Sequence[Module], launchers: Sequence[Launcher] = ()) -> list[list[Module]]:
    """Return the modules in groups that imports and launchers connect, each group in path order.

    Union-find over the undirected import graph (Tarjan 1975).
    """
    ordered = sorted(modules, key=lambda module: module.path)
    program = Program(ordered)
    parent = {module.name: module.name for module in ordered}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def join(module: Module, other: Module) -> None:
        first, second = sorted((find(module.name), find(other.name)))
        parent[second] = first

    for module in ordered:
        for target in imported_modules(program, module):
            join(module, target)
    for config, target in _configured(program, launchers):
        join(config, target)
    groups: dict[str, list[Module]] = {}
    for module in ordered:
        groups.setdefault(find(module.name), []).append(module)
    return list(groups.values())


def imported_modules(program: Program, module: Module) -> Iterator[Module]:
    """Yield the modules that importing this one runs: its packages, and what it imports, packages first."""
    package = module.name.rpartition(".")[0]
    while package:
        if package in program.modules:
            yield program.modules[package]
        package = package.rpartition(".")[0]
    for level, name, imported in module.facts.imported:
        base = module.absolute(level, name)
        for dotted in (base, *(f"{base}.{part}" if base else part for part in imported)):
            found = program.module_for(dotted, module if level == 0 else None)
            if found is not None and found is not module:
                yield found


def _configured(program: Program, launchers: Sequence[Launcher]) -> Iterator[tuple[Module, Module]]:
    """Yield the modules of settings that launchers name, with what they start."""
    by_path = {module.path: module for module in program.modules.values()}
    for launcher in launchers:
        config = by_path.get(launcher.config.removeprefix("file:"))
        target = module_started(program, launcher.kind, launcher.target) if config is not None else None
        if config is not None and target is not None:
            yield config, target


class Imported:
    """What the modules of each group import, worked out when it is asked for the first time."""

    def __init__(self, groups: Sequence[Sequence[Module]]) -> None:
        self._groups = groups

    def elsewhere(self, group: int, name: str) -> bool:
        """Tell whether modules of another group import a dotted name."""
        return self._times[name] > (name in self._names[group])

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(name for names in self._names for name in names)

    @cached_property
    def _names(self) -> list[frozenset[str]]:
        return [frozenset(name for module in group for name in _imported(module)) for group in self._groups]


def _imported(module: Module) -> Iterator[str]:
    for level, name, parts in module.facts.imported:
        if not level:
            yield name
            yield from (f"{name}.{part}" for part in parts)
