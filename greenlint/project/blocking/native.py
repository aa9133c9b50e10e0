"""What the project hands to native threads somewhere: functions, and libraries whose objects it wraps."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.handing import argument_of
from greenlint.project.program import Site
from greenlint.project.terms import External, Member, Opaque, Type, unwrap_partial
from greenlint.project.types import Types
from greenlint.summary import facts

_DEEPEST = 3


class Handed:
    """What one program hands to native threads of a library."""

    def __init__(self, types: Types, library: str) -> None:
        self._types = types
        self._places: dict[str, Site] = {}
        self._births: set[Site] = set()
        for site, t in self._values(library):
            made = t.owner if isinstance(t, Member) else t
            if isinstance(made, Opaque) and made.birth is not None:
                self._births.add(made.birth)
            for name in _concerned(t):
                self._places.setdefault(name, site)

    def covers(self, path: str) -> bool:
        """Tell whether a function, or anything of the library that a name belongs to, is handed over somewhere."""
        return self.place(path) is not None

    def place(self, path: str) -> Site | None:
        """Return where it is handed over."""
        return self._places.get(path) or self._places.get(path.partition(".")[0])

    def holds(self, call: Site, depth: int = 0, *, waits: bool = False) -> bool:
        """Tell whether a call makes what is handed over, or is a call of it: of an object, or of a whole module.

        One that ``waits`` is not excused by what becomes of its result. A module that is handed over is called through
        what holds it, and not by the name that it is imported under.
        """
        meant = self._types.callees(call)
        births = {t.owner.birth for t in meant if isinstance(t, Member) and t.owner.birth is not None}
        if (call in self._births and not waits) or births & self._births:
            return True
        if births:
            return depth < _DEEPEST and any(self.holds(birth, depth + 1) for birth in births)
        root = call.call.callee
        while isinstance(root, facts.Attribute):
            root = root.base
        bound = call.scope.module.body.locals.get(root.id, ()) if isinstance(root, facts.Name) else ()
        return not any(isinstance(binding.value, facts.Import) for binding in bound)

    def _values(self, library: str) -> Iterator[tuple[Site, Type]]:
        rows = [row for row in self._types.library.knowledge.rows.spawn if row.runs_in == "native"]
        for row in rows:
            if row.runtime == library and row.target != "none":
                for last in sorted({name.rpartition(".")[2] for name in row.names}):
                    for site in self._types.program.calls_named(last):
                        if self._is_call_of(site, row):
                            value = argument_of(site.call, row.callable_position, row.callable_keyword)
                            yield from ((site, t) for t in self._types.of(site.scope, value))

    def _is_call_of(self, site: Site, row: SpawnRow) -> bool:
        library = self._types.library
        for t in self._types.callees(site):
            if isinstance(t, External) and row in library.spawns(t.path):
                return True
            if isinstance(t, Member) and row in library.spawns_of_member(t.owner.path, t.name):
                return True
        return False


def _concerned(found: Type) -> Iterator[str]:
    """Yield the function itself, and the package that an object or a function of a third party belongs to."""
    found = unwrap_partial(found)
    if isinstance(found, External):
        yield found.path
    path = found.path if isinstance(found, External | Opaque) else found.owner.path if isinstance(found, Member) else ""
    top = path.partition(".")[0]
    if top and (top not in sys.stdlib_module_names or not isinstance(found, External)):
        yield top
