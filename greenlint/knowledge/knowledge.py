"""All rows, answered by name: what the rest of greenlint asks about libraries.

Names in every index are canonical (see ``names``), so ask with ``canonical(dotted)``.  The index values are
tuples because several rows may speak of one name (a class that is called and one that is inherited from).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from greenlint.knowledge.decode import merge
from greenlint.knowledge.names import Aliases, aliases
from greenlint.knowledge.schema import (
    AutoPatcherRow,
    BaseRow,
    BlockingRow,
    ClientRow,
    EffectRow,
    GroupRow,
    GuardRow,
    HandlerRow,
    ImportsRow,
    JoinRow,
    KillRow,
    LateImportRow,
    NeedRow,
    OptOutRow,
    PatchApiRow,
    ResultRow,
    Rows,
    SpawnRow,
    StaleNameRow,
    StaleObjectRow,
    TimeoutReuseRow,
)

R = TypeVar("R")


class _Named(Protocol):
    @property
    def names(self) -> tuple[str, ...]:
        """The dotted names that a row speaks of."""


N = TypeVar("N", bound=_Named)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every row that a run knows, and indexes over them.

    ``spawn_last_names`` and ``client_last_names`` hold the last components of all spellings: a file that
    mentions none of them cannot spawn or make a client by a direct call.
    """

    rows: Rows
    aliases: Aliases
    spawns_by_name: Mapping[str, tuple[SpawnRow, ...]]
    clients_by_constructor: Mapping[str, tuple[ClientRow, ...]]
    clients_by_factory: Mapping[str, tuple[ClientRow, ...]]
    results: Mapping[str, tuple[ResultRow, ...]]
    guards_by_name: Mapping[str, tuple[GuardRow, ...]]
    joins_by_name: Mapping[str, tuple[JoinRow, ...]]
    kills_by_name: Mapping[str, tuple[KillRow, ...]]
    effects_by_name: Mapping[str, tuple[EffectRow, ...]]
    needs_by_name: Mapping[str, tuple[NeedRow, ...]]
    imports: Mapping[str, tuple[ImportsRow, ...]]
    optouts_by_name: Mapping[str, tuple[OptOutRow, ...]]
    handlers: Mapping[str, tuple[HandlerRow, ...]]
    timeout_reuse: Mapping[str, tuple[TimeoutReuseRow, ...]]
    blocking_by_name: Mapping[str, tuple[BlockingRow, ...]]
    patch_apis_by_name: Mapping[str, tuple[PatchApiRow, ...]]
    patch_groups: Mapping[tuple[str, str], GroupRow]
    stale_names: Mapping[str, tuple[StaleNameRow, ...]]
    stale_objects: Mapping[str, tuple[StaleObjectRow, ...]]
    late_imports: Mapping[str, tuple[LateImportRow, ...]]
    auto_patchers_by_module: Mapping[str, tuple[AutoPatcherRow, ...]]
    bases: Mapping[str, tuple[BaseRow, ...]]
    spawn_last_names: frozenset[str]
    client_last_names: frozenset[str]

    def canonical(self, dotted: str) -> str:
        """Return the one spelling under which the indexes know a dotted name."""
        return self.aliases.canonical(dotted)

    def is_green(self, dotted: str) -> bool:
        """Tell whether a dotted name is cooperative by itself (``eventlet.green.socket.socket``)."""
        return self.aliases.is_green(dotted)

    def ancestors(self, type_name: str) -> tuple[str, ...]:
        """Return a class of a library and its known base classes, nearest first, canonical."""
        found = [self.canonical(type_name)]
        for name in found:
            rows = self.bases.get(name, ())
            found.extend(b for row in rows for b in map(self.canonical, row.bases) if b not in found)
        return tuple(found)

    def of_method(self, index: Mapping[str, tuple[R, ...]], type_name: str, method: str) -> tuple[R, ...]:
        """Return the rows of an index for a method of a class or of its nearest known base."""
        for owner in self.ancestors(type_name):
            rows = index.get(f"{owner}.{method}") or index.get(self.canonical(f"{owner}.{method}"))
            if rows:
                return rows
        return ()

    def client_of(self, type_name: str) -> tuple[ClientRow, ...]:
        """Return the client rows of a class or of its nearest known base."""
        for owner in self.ancestors(type_name):
            rows = self.clients_by_constructor.get(owner)
            if rows:
                return rows
        return ()

    def class_made_by(self, dotted: str) -> str:
        """Return the class of what a call of a dotted name returns; the name itself if no row says more."""
        name = self.canonical(dotted)
        for row in self.results.get(name, ()):
            if row.element is None and not (row.attribute or row.function):
                return self.canonical(row.type)
        return name

    def blocking(self, dotted: str) -> tuple[BlockingRow, ...]:
        """Return the blocking rows of a call, those of ``package.Class.*`` included."""
        name = self.canonical(dotted)
        return self.blocking_by_name.get(name) or self.blocking_by_name.get(
            name.rpartition(".")[0] + ".*", ()
        )

    def hub_markers(self) -> tuple[bytes, ...]:
        """Return texts of which a program holds one at least if it may run greenthreads."""
        return tuple(sorted({row.text.encode() for row in self.rows.marker}))


def know(own: Rows, extra: Iterable[Rows] = ()) -> Knowledge:
    """Index the rows; what ``extra`` says of a name replaces what our own rows say of it."""
    added = merge(extra)
    rows = merge((own, added))
    spelled = aliases(rows.alias)

    def index(
        pick: Callable[[Rows], Iterable[R]], names: Callable[[R], Iterable[str]]
    ) -> Mapping[str, tuple[R, ...]]:
        return {**_index(pick(own), names, spelled), **_index(pick(added), names, spelled)}

    def named(pick: Callable[[Rows], Iterable[N]]) -> Mapping[str, tuple[N, ...]]:
        return index(pick, lambda row: row.names)

    spawns = named(lambda r: r.spawn)
    constructors = index(lambda r: r.client, lambda row: row.constructors)
    factories = index(lambda r: r.client, lambda row: row.factories)
    return Knowledge(
        rows=rows,
        aliases=spelled,
        spawns_by_name=spawns,
        clients_by_constructor=constructors,
        clients_by_factory=factories,
        results=named(lambda r: r.result),
        guards_by_name=named(lambda r: r.guard),
        joins_by_name=named(lambda r: r.join),
        kills_by_name=named(lambda r: r.kill),
        effects_by_name=named(lambda r: r.effect),
        needs_by_name=named(lambda r: r.need),
        imports=index(lambda r: r.imports, lambda row: (row.module,)),
        optouts_by_name=named(lambda r: r.optout),
        handlers=_by(rows.handler, lambda row: row.spawn),
        timeout_reuse=_by(rows.timeout_reuse, lambda row: row.client),
        blocking_by_name=named(lambda r: r.blocking),
        patch_apis_by_name=named(lambda r: r.patch_api),
        patch_groups={(row.runtime, row.group): row for row in rows.patch_group},
        stale_names=index(lambda r: r.stale_name, lambda row: (row.name,)),
        stale_objects=index(lambda r: r.stale_object, lambda row: (row.constructor,)),
        late_imports=index(lambda r: r.late_import, lambda row: row.modules),
        auto_patchers_by_module=index(lambda r: r.auto_patcher, lambda row: row.modules),
        bases=index(lambda r: r.base, lambda row: (row.name,)),
        spawn_last_names=_last_names(spawns, (row.names for row in rows.spawn), spelled),
        client_last_names=_last_names(
            {**constructors, **factories},
            (row.constructors + row.factories for row in rows.client),
            spelled,
        ),
    )


def _index(
    rows: Iterable[R], names: Callable[[R], Iterable[str]], spelled: Aliases
) -> dict[str, tuple[R, ...]]:
    found: dict[str, list[R]] = {}
    for row in rows:
        for name in dict.fromkeys(map(spelled.canonical, names(row))):
            found.setdefault(name, []).append(row)
    return {name: tuple(listed) for name, listed in found.items()}


def _by(rows: Iterable[R], key: Callable[[R], str]) -> dict[str, tuple[R, ...]]:
    found: dict[str, list[R]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: tuple(listed) for name, listed in found.items()}


def _last_names(
    index: Mapping[str, object], written: Iterable[Iterable[str]], spelled: Aliases
) -> frozenset[str]:
    names = {name for row_names in written for name in row_names} | set(index)
    names.update(alias for alias in spelled.spellings() if spelled.canonical(alias) in index)
    return frozenset(name.rpartition(".")[2] for name in names)
