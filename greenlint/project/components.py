"""Which modules belong together: those that imports connect.

A component is linked by itself, so that a method name of one project never meets the same name of another and the
cost of several projects is the sum of the single ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from greenlint.project.program import Module, Program


def connected(modules: Sequence[Module]) -> list[list[Module]]:
    """Return the modules in groups that imports connect, each group in path order.

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

    for module in ordered:
        for target in imported_modules(program, module):
            one, other = find(module.name), find(target.name)
            if one != other:
                parent[max(one, other)] = min(one, other)
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
