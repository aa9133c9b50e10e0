"""What an import statement runs: the modules in their order, packages first, and the names of libraries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from greenlint.project.library import Library
from greenlint.project.program import Module, Program
from greenlint.summary import facts

Target = Module | str


class Imports:
    """The import graph of one program."""

    def __init__(self, program: Program, library: Library) -> None:
        self._program = program
        self._library = library
        self._targets: dict[tuple[Module, int, str, tuple[str, ...]], tuple[Target, ...]] = {}
        self._neighbours: dict[Module, tuple[Module, ...]] = {}

    def run_by(self, module: Module, site: facts.ImportSite) -> tuple[Target, ...]:
        """Return what an import statement of a module runs: modules of the program, or names of libraries."""
        return self.targets(module, site.level, site.module, site.names)

    def targets(self, module: Module, level: int, name: str, names: tuple[str, ...]) -> tuple[Target, ...]:
        """Return what ``from <level>name import names`` runs, in order."""
        key = (module, level, name, names)
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = tuple(dict.fromkeys(self._search(module, level, name, names)))
        return known

    def _search(self, module: Module, level: int, name: str, names: tuple[str, ...]) -> Iterator[Target]:
        base = module.absolute(level, name)
        importer = module if level == 0 else None
        own = list(self.with_packages(base, importer))
        yield from own
        if base and not own and base not in self._program.packages:
            yield from self._of_library(base, names)
            return
        for part in names:
            found = self._program.module_for(f"{base}.{part}" if base else part, importer)
            if found is not None:
                yield found

    def _of_library(self, base: str, names: tuple[str, ...]) -> Iterator[str]:
        yield self._library.canonical(base)
        for part in names:
            if part != "*":
                yield self._library.canonical(f"{base}.{part}")

    def with_packages(self, dotted: str, importer: Module | None = None) -> Iterator[Module]:
        """Yield the modules that importing a dotted name runs: each package of the path, then the module."""
        parts = dotted.split(".") if dotted else []
        for count in range(1, len(parts) + 1):
            found = self._program.module_for(".".join(parts[:count]), importer)
            if found is not None:
                yield found

    def neighbours(self, module: Module) -> tuple[Module, ...]:
        """Return the modules that any import statement of a module, in whichever function, names."""
        known = self._neighbours.get(module)
        if known is None:
            found: dict[Module, None] = {}
            for level, name, names in module.facts.imported:
                found.update((t, None) for t in self.targets(module, level, name, names) if isinstance(t, Module))
            found.pop(module, None)
            known = self._neighbours[module] = tuple(found)
        return known

    def names(self, module: Module) -> Iterator[str]:
        """Yield the names of libraries that any import statement of a module names."""
        for level, name, names in module.facts.imported:
            for target in self.targets(module, level, name, names):
                if isinstance(target, str):
                    yield target

    def any_imports(self, modules: Iterable[Module], libraries: Sequence[str]) -> bool:
        """Tell whether one of the modules imports one of some libraries, or something in one."""
        return any(_is_of(name, libraries) for module in modules for name in self.names(module))

    def closure(self, modules: Iterable[Module]) -> dict[Module, None]:
        """Return the modules and all that they import, directly or not."""
        found = dict.fromkeys(modules)
        work = list(found)
        while work:
            for neighbour in self.neighbours(work.pop()):
                if neighbour not in found:
                    found[neighbour] = None
                    work.append(neighbour)
        return found

    def importers(self, modules: Iterable[Module], at_import: bool = False) -> frozenset[Module]:
        """Return the modules and all that import them, directly or not; with ``at_import``, not in functions."""
        found = set(modules)
        work = list(found)
        while work:
            imported = work.pop()
            for importer in self._importing.get(imported, ()):
                if importer not in found and (not at_import or self._imports_at_once(importer, imported)):
                    found.add(importer)
                    work.append(importer)
        return frozenset(found)

    @cached_property
    def _importing(self) -> dict[Module, list[Module]]:
        """Module -> those that import it, in whichever function."""
        found: dict[Module, list[Module]] = {}
        for module in self._program.modules.values():
            for neighbour in self.neighbours(module):
                found.setdefault(neighbour, []).append(module)
        return found

    def _imports_at_once(self, importer: Module, imported: Module) -> bool:
        return any(imported in self.run_by(importer, site) for site in importer.body.body.imports)


def _is_of(name: str, libraries: Sequence[str]) -> bool:
    return any(name == library or name.startswith(f"{library}.") for library in libraries)
