"""Who starts greenthreads: roots, and the functions that start them on behalf of others.

A *root* is a way in which a function starts to run in a greenthread. *Spawners are inferred*: a function that hands
a parameter (or what calls a parameter) to a spawner is itself a spawner, and each of its callers is a root; one
worklist finds all shapes, to any depth.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.terms import Member, Type
from greenlint.summary.facts import Value

Receiver = Literal["value", "born", "shared", "fresh"]
Serial = Literal["", "call", "contained"]


class Entry(NamedTuple):
    """A function that a root runs, and who its receiver is.

    ``value``: as bound in the callable's value; ``born``: made by the root's own call; ``shared``: an object of
    ``klass`` that all greenthreads of the root share; ``fresh``: a new one for each greenthread.
    """

    function: Scope
    receiver: Receiver
    klass: Klass | None
    via: Type | None


@dataclass(eq=False, slots=True)
class Root:
    """A way in which functions start to run in greenthreads.

    ``scope`` is the scope that starts it, ``site`` the call that does (None for decorators and hooks), ``block``
    where it stands and ``loops`` those loops around it that start one greenthread after the other without waiting.
    ``positional``/``keywords`` are the values handed to the callable, in ``given_in`` (a spawner of the program may
    hand over values of its own), else in ``scope``. ``many``: the call itself starts several.
    ``serial``: ``call`` when the starter waits for it at once, ``contained`` when it waits before it goes on (so
    that loops further out start no second one at the same time). ``slot``: the attribute that holds one at a time,
    killed before it holds another. ``at_calls``: each call of the entry starts one.
    """

    row: SpawnRow
    scope: Scope
    site: Site | None
    callee: Value | None
    block: int = 0
    loops: frozenset[int] = frozenset()
    positional: tuple[Value | None, ...] = ()
    keywords: tuple[tuple[str | None, Value | None], ...] = ()
    many: bool = False
    serial: Serial = ""
    at_calls: bool = False
    single: Site | None = None
    slot: tuple[str, ...] = ()
    library: str = ""
    wrapper: Scope | None = None
    given_in: Scope | None = None
    given_block: int = 0
    entries: list[Entry] = field(default_factory=list)
    direct: list[Member] = field(default_factory=list)
    assumption: str = ""

    @property
    def line(self) -> int:
        """The line at which it is started."""
        return self.site.call.span[0] if self.site else self.scope.facts.span[0]

    @property
    def key(self) -> tuple[str, int, int, str]:
        """A value to sort by."""
        return (self.scope.module.path, self.line, self.site.index if self.site else -1, self.row.id)


class Roots:
    """All roots of a program, found by the function they run.

    Functions that run ``elsewhere`` (declared: in native threads, in the main greenthread) have none.
    """

    def __init__(self, roots: Sequence[Root], elsewhere: frozenset[Scope] = frozenset()) -> None:
        self.elsewhere = elsewhere
        self.all = tuple(sorted(roots, key=lambda root: root.key))
        self._into: dict[Scope, list[tuple[Root, Entry]]] = {}
        for root in self.all:
            for entry in root.entries:
                self._into.setdefault(entry.function, []).append((root, entry))

    def into(self, function: Scope) -> Sequence[tuple[Root, Entry]]:
        """Return the roots that run a function."""
        return () if function in self.elsewhere else self._into.get(function, ())


def hook_methods(patterns: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yield the names that match one of the patterns (``on_*``)."""
    for name in names:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            yield name
