"""Classes: bases, method resolution order, overrides, and where attributes are stored.

The method resolution order is C3 (Barrett et al. 1996, as in CPython) over the classes of the program; a base of a
library stands in the order by its dotted name. Where C3 has no answer, which Python would refuse, depth first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from greenlint.project.program import Klass, Program, Scope
from greenlint.summary import facts

Base = Klass | str
BasesOf = Callable[[Klass], list[Base]]


class Hierarchy:
    """Method resolution over the program's classes; ``bases_of`` resolves the base expressions of a class."""

    def __init__(self, program: Program, bases_of: BasesOf) -> None:
        self._program = program
        self._bases_of = bases_of
        self._orders: dict[Klass, tuple[Base, ...]] = {}
        self._open = 0  # how many orders are being worked out, so that one may be only the beginning
        self._found: dict[tuple[Klass, str], tuple[list[Scope], Base | None]] = {}
        self._families: dict[Klass, tuple[Klass, ...]] = {}
        self._external: dict[Klass, tuple[str, ...]] = {}
        self._subclasses: dict[Klass, list[Klass]] | None = None

    def order(self, klass: Klass) -> tuple[Base, ...]:
        """Return the method resolution order, the class itself first."""
        known = self._orders.get(klass)
        if known is None:
            self._orders[klass] = (klass,)
            self._open += 1
            try:
                known = self._orders[klass] = self._linearise(klass)
            finally:
                self._open -= 1
        return known

    def external_bases(self, klass: Klass) -> tuple[str, ...]:
        """Return the dotted names of the library classes it inherits from."""
        known = self._external.get(klass)
        if known is None:
            known = tuple([base for base in self.order(klass) if isinstance(base, str)])
            if not self._open:
                self._external[klass] = known
        return known

    def subclasses(self, klass: Klass) -> list[Klass]:
        """Return all proper subclasses in source order."""
        if self._subclasses is None:
            self._subclasses = {}
            for candidate in self._program.classes:
                for base in self.order(candidate)[1:]:
                    if isinstance(base, Klass):
                        self._subclasses.setdefault(base, []).append(candidate)
        return self._subclasses.get(klass, [])

    def find(self, klass: Klass, name: str, after: Klass | None = None) -> tuple[list[Scope], Base | None]:
        """Return the definitions of a method and the class that holds them.

        ``after`` starts the search behind that class (``super()``). With no definition in the program the second
        value is the first library base that may define it.
        """
        order = self.order(klass)
        if after is not None:
            return self._first(order[order.index(after) + 1 :] if after in order else order, name)
        known = self._found.get((klass, name))
        if known is None:
            known = self._first(order, name)
            if not self._open:
                self._found[klass, name] = known
        return known

    @staticmethod
    def _first(order: tuple[Base, ...], name: str) -> tuple[list[Scope], Base | None]:
        external: str | None = None
        for base in order:
            if isinstance(base, str):
                external = external or (base if base not in ("builtins.object", "object") else None)
            else:
                methods = base.methods(name)
                if methods:
                    return methods, base
        return [], external

    def overrides(self, klass: Klass, name: str) -> Iterator[tuple[Klass, Scope]]:
        """Yield the definitions of a method in proper subclasses."""
        for subclass in self.subclasses(klass):
            for scope in subclass.methods(name):
                yield subclass, scope

    def family(self, klass: Klass) -> tuple[Klass, ...]:
        """Return the class, its bases in the program and its subclasses."""
        known = self._families.get(klass)
        if known is None:
            bases = [base for base in self.order(klass) if isinstance(base, Klass)]
            known = (*bases, *(sub for sub in self.subclasses(klass) if sub not in bases))
            if not self._open:
                self._families[klass] = known
        return known

    def stores(self, klass: Klass, name: str, subclasses: bool = True) -> Iterator[tuple[Scope, facts.Store]]:
        """Yield the stores to an attribute through ``self`` in the class, its bases and its subclasses."""
        owners = self.family(klass) if subclasses else [b for b in self.order(klass) if isinstance(b, Klass)]
        for owner in owners:
            for scope_index, index in owner.facts.attributes.get(name, ()):
                scope = owner.module.scopes[scope_index]
                yield scope, scope.body.stores[index]

    def holder(self, klass: Klass, name: str) -> Klass:
        """Return the class that an attribute belongs to: the most basic one that stores or declares it."""
        found = klass
        for base in self.order(klass):
            if isinstance(base, Klass) and (name in base.facts.attributes or name in base.scope.locals):
                found = base
        return found

    def _linearise(self, klass: Klass) -> tuple[Base, ...]:
        bases = list(dict.fromkeys(self._bases_of(klass)))
        sequences: list[list[Base]] = [list(self.order(b)) if isinstance(b, Klass) else [b] for b in bases]
        if len(bases) == 1:
            return (klass, *sequences[0])
        sequences.append(list(bases))
        merged: list[Base] = [klass]
        while any(sequences):
            sequences = [sequence for sequence in sequences if sequence]
            head = _next_head(sequences)
            merged.append(head)
            sequences = [[item for item in sequence if item is not head and item != head] for sequence in sequences]
        return tuple(merged)


def _next_head(sequences: list[list[Base]]) -> Base:
    for sequence in sequences:
        head = sequence[0]
        if not any(head in other[1:] for other in sequences):
            return head
    return sequences[0][0]
