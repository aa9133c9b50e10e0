"""What the project hands to native threads somewhere: functions, and libraries whose objects it wraps."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.handing import argument_of
from greenlint.project.program import Site
from greenlint.project.terms import External, Member, Opaque, Type, unwrap_partial
from greenlint.project.types import Types


class Handed:
    """What one program hands to native threads of a library."""

    def __init__(self, types: Types, library: str) -> None:
        self._types = types
        self._names = frozenset(name for t in self._values(library) for name in _concerned(t))

    def covers(self, path: str) -> bool:
        """Tell whether a function, or anything of the library that a name belongs to, is handed over somewhere."""
        return path in self._names or path.partition(".")[0] in self._names

    def _values(self, library: str) -> Iterator[Type]:
        rows = [row for row in self._types.library.knowledge.rows.spawn if row.runs_in == "native"]
        for row in rows:
            if row.runtime == library and row.target != "none":
                for last in sorted({name.rpartition(".")[2] for name in row.names}):
                    for site in self._types.program.calls_named(last):
                        if self._is_call_of(site, row):
                            value = argument_of(site.call, row.callable_position, row.callable_keyword)
                            yield from self._types.of(site.scope, value)

    def _is_call_of(self, site: Site, row: SpawnRow) -> bool:
        library = self._types.library
        for t in self._types.of(site.scope, site.call.callee):
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
