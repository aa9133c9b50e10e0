"""What the proof asks of knowledge, in the proof's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.schema import (
    AutoPatcherRow,
    ClientRow,
    GuardRow,
    HandlerRow,
    PatchApiRow,
    ResultRow,
    SpawnRow,
)
from greenlint.project.program import Site
from greenlint.summary import facts


class Library:
    """Questions about names of libraries; every name is brought to its canonical spelling."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._ancestors: dict[str, tuple[str, ...]] = {}

    def canonical(self, dotted: str) -> str:
        """Return the one spelling of a dotted name."""
        return self.knowledge.canonical(dotted)

    def ancestors(self, path: str) -> tuple[str, ...]:
        """Return a library class and its known bases, nearest first."""
        known = self._ancestors.get(path)
        if known is None:
            known = self._ancestors[path] = self.knowledge.ancestors(path)
        return known

    def is_a(self, path: str, base: str) -> bool:
        """Tell whether a library class is another or inherits from it."""
        return self.canonical(base) in self.ancestors(path)

    def effect(self, path: str) -> str:
        """Return what calling a function does beyond its type, empty for nothing known."""
        rows = self.knowledge.effects_by_name.get(path, ())
        return rows[0].effect if rows else ""

    @cached_property
    def importers(self) -> tuple[str, ...]:
        """The last names of functions that import what their argument names."""
        rows = self.knowledge.effects_by_name.items()
        names = {path.rpartition(".")[2] for path, effects in rows if effects[0].effect.startswith("import-")}
        return tuple(sorted(names))

    def descriptor_method(self, base: str) -> str:
        """Return the method whose result an object of a library class stands for when it is kept in a class body."""
        for path in self.ancestors(base):
            for row in self.knowledge.effects_by_name.get(path, ()):
                if row.effect == "descriptor":
                    return row.method
        return ""

    def results(self, path: str) -> tuple[ResultRow, ...]:
        """Return the result rows of a call or attribute."""
        return self.knowledge.results.get(path, ())

    @cached_property
    def _identified(self) -> frozenset[str]:
        """Names whose calls make objects that the proof tells apart by the place they were made."""
        knowledge = self.knowledge
        receivers = {self.canonical(row.receiver) for row in knowledge.rows.spawn if row.receiver}
        touched = {self.canonical(name) for row in knowledge.rows.native_thread for name in row.names}
        return frozenset(
            {
                *knowledge.clients_by_constructor,
                *knowledge.clients_by_factory,
                *knowledge.guards_by_name,
                *knowledge.spawns_by_name,
                *receivers,
                *(name.rpartition(".")[0] for name in touched),
            }
        )

    def is_identified(self, path: str) -> bool:
        """Tell whether objects made by calling ``path`` are told apart by their birth."""
        return path in self._identified

    def guard(self, path: str) -> GuardRow | None:
        """Return the guard row of a name or of a base of that class."""
        for name in self.ancestors(path):
            rows = self.knowledge.guards_by_name.get(name)
            if rows:
                return rows[0]
        return None

    def is_checkout(self, path: str) -> bool:
        """Tell whether what a call of ``path`` hands out belongs to the caller alone until it is given back."""
        for row in self.knowledge.guards_by_name.get(path, ()):
            if row.kind == "checkout":
                return True
        return path in self._checked_out

    @cached_property
    def _checked_out(self) -> frozenset[str]:
        return frozenset(self.canonical(name) for row in self.knowledge.rows.guard for name in row.checks_out)

    def is_per_greenthread(self, path: str) -> bool:
        """Tell whether attributes of a library object are local to each greenthread."""
        guard = self.guard(path)
        return guard is not None and guard.kind == "per-greenthread"

    def is_lock(self, path: str, birth: Site | None = None) -> bool:
        """Tell whether holding what ``path`` makes keeps others out; a semaphore for several does not."""
        guard = self.guard(path)
        if guard is None or guard.kind != "lock":
            return False
        admitted = _argument(birth.call, guard.admits_position, guard.admits_keyword) if birth is not None else None
        return not (isinstance(admitted, facts.Constant) and isinstance(admitted.value, int) and admitted.value > 1)

    def spawns(self, path: str) -> tuple[SpawnRow, ...]:
        """Return the spawn rows of a function, class or method by dotted name."""
        return self.knowledge.spawns_by_name.get(path, ())

    def tops_spawning(self, name: str) -> frozenset[str]:
        """Return the top packages of the spawners whose last name is this one."""
        paths = [path for path in self.knowledge.spawns_by_name if path.rpartition(".")[2] == name]
        return frozenset(path.partition(".")[0] for path in paths)

    def spawns_of_member(self, owner: str, name: str) -> tuple[SpawnRow, ...]:
        """Return the spawn rows of a method of a library object."""
        for path in self.ancestors(owner):
            rows = self.spawns(f"{path}.{name}")
            if rows:
                return rows
        return ()

    def hook_rows(self, base: str) -> Iterator[SpawnRow]:
        """Yield the rows that make methods of a subclass of ``base`` run."""
        seen = set()
        for path in self.ancestors(base):
            for row in self.spawns(path):
                if row.hook_methods and row.kind in ("class", "subclass-hook", "server") and row.id not in seen:
                    seen.add(row.id)
                    yield row

    def attribute_rows(self, base: str) -> Iterator[SpawnRow]:
        """Yield the rows that give an attribute of a library class a type."""
        for path in self.ancestors(base):
            for row in self.spawns(path):
                if row.target == "attribute":
                    yield row

    def handlers(self, row: SpawnRow) -> tuple[HandlerRow, ...]:
        """Return what the framework passes to the callables of a spawn row."""
        return self.knowledge.handlers.get(row.id, ())

    def clients(self, path: str) -> tuple[ClientRow, ...]:
        """Return the client rows of what a call of ``path`` makes: its own, or those of a base class."""
        for name in self.ancestors(path):
            rows = self.knowledge.clients_by_constructor.get(name) or self.knowledge.clients_by_factory.get(name)
            if rows:
                return rows
        return ()

    def patch_apis(self, path: str) -> tuple[PatchApiRow, ...]:
        """Return the rows of a call that patches."""
        return self.knowledge.patch_apis_by_name.get(path, ())

    def auto_patchers(self, module: str) -> tuple[AutoPatcherRow, ...]:
        """Return the rows of a module whose import patches."""
        return self.knowledge.auto_patchers_by_module.get(module, ())

    def exports(self, module: str, name: str) -> bool:
        """Tell whether ``from module import *`` is known to bring a name that matters."""
        path = self.canonical(f"{module}.{name}")
        return path in self._identified or path in self.knowledge.patch_apis_by_name


def _argument(call: facts.CallSite, position: int, keyword: str) -> facts.Value | None:
    for name, value in call.keywords:
        if keyword and name == keyword:
            return value
    return call.arguments[position] if 0 <= position < len(call.arguments) else None
