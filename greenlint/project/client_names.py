"""Under which names a program makes clients: what to look at before any type is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from greenlint.knowledge.schema import ClientRow
from greenlint.project.types import Types


def making_names(types: Types, among: Collection[ClientRow] | None = None) -> frozenset[str]:
    """Return the names under which constructors and factories of clients (of these rows) are called.

    Where too many names may stand for them, only their own count.
    """
    own = _own_names(types, among)
    names = types.program.aliases_of(own)
    return own if len(names) > 4 * len(own) + 200 else names


def _own_names(types: Types, among: Collection[ClientRow] | None) -> frozenset[str]:
    """Last names of the constructors and factories of the libraries that the program imports."""
    knowledge = types.library.knowledge
    made = (*knowledge.clients_by_constructor.items(), *knowledge.clients_by_factory.items())
    paths = {path for path, rows in made if types.may_name(path) and _are_among(rows, among)}
    found = {path.rpartition(".")[2] for path in paths}
    for spelling in knowledge.aliases.spellings():
        canonical = knowledge.canonical(spelling)
        if canonical in knowledge.clients_by_constructor and canonical in paths:
            found.add(spelling.rpartition(".")[2])
    return frozenset(found)


def _are_among(rows: Collection[ClientRow], among: Collection[ClientRow] | None) -> bool:
    return among is None or any(row in among for row in rows)


def called_objects(types: Types) -> frozenset[str]:
    """Return names of objects whose call makes a client, such as a sessionmaker's; "" for those without a name."""
    owners = [path.rpartition(".")[0] for path, _ in _returned(types) if path.endswith(".__call__")]
    objects = {name for owner in owners for name in types.program.holders_of(owner.rpartition(".")[2])}
    return types.program.aliases_of(objects) | ({""} if owners else set())


def returning(types: Types) -> dict[str, set[str]]:
    """Return the names of methods that return a client, with the ids of the rows that it can have."""
    found: dict[str, set[str]] = {}
    for path, rows in _returned(types):
        if not path.endswith(".__call__"):
            found.setdefault(path.rpartition(".")[2], set()).update(rows)
    return found


def _returned(types: Types) -> Iterator[tuple[str, set[str]]]:
    """The calls of libraries that return a client, with the rows of it that say of a fault."""
    for path, results in types.library.knowledge.results.items():
        rows = [row for result in results for row in types.library.clients(result.type)]
        if rows and types.may_name(path):
            yield path, {row.id for row in rows if row.severity != "off"}
