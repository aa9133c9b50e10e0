"""One canonical spelling for each name of a library: alias rows applied, longest prefix first.

``six.moves.http_client.HTTPConnection`` becomes ``http.client.HTTPConnection``.  The search repeats until no
alias fits, so that aliases may lead to aliases; a row whose target is its own name ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from greenlint.knowledge.schema import AliasRow
from greenlint.model import GreenlintError

_MAX_HOPS = 16


@dataclass(frozen=True, slots=True)
class Aliases:
    """The alias rows as a function of names; answers are remembered."""

    rows: Mapping[str, AliasRow]
    _known: dict[str, tuple[str, bool]] = field(default_factory=dict, compare=False, repr=False)

    def canonical(self, name: str) -> str:
        """Return the canonical spelling; a name without alias is its own."""
        return self._resolve(name)[0]

    def is_green(self, name: str) -> bool:
        """Tell whether the name is reached through a module that is green without any patch."""
        return self._resolve(name)[1]

    def spellings(self) -> Iterator[str]:
        """Return every name that stands left in an alias row."""
        return iter(self.rows)

    def _resolve(self, name: str) -> tuple[str, bool]:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._walk(name)
        return found

    def _walk(self, name: str) -> tuple[str, bool]:
        green = False
        for _ in range(_MAX_HOPS):
            row = self._longest(name)
            if row is None:
                return name, green
            green = green or row.green
            if row.target == row.name:
                return name, green
            name = row.target + name[len(row.name) :]
        raise GreenlintError(f"alias rows lead in a circle at {name!r}; remove one of them")

    def _longest(self, name: str) -> AliasRow | None:
        prefix = name
        while prefix:
            row = self.rows.get(prefix)
            if row is not None:
                return row
            prefix = prefix.rpartition(".")[0]
        return None


def aliases(rows: Iterable[AliasRow]) -> Aliases:
    """Return the aliases of the rows, later rows first; raise GreenlintError if they lead in a circle."""
    made = Aliases({row.name: row for row in rows})
    for name in made.rows:
        made.canonical(name)
    return made
