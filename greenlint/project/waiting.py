"""Does the starter wait? Joins, kills and retry loops, which take away the multiplicity that a loop seems to give."""

from __future__ import annotations

from typing import NamedTuple

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Serial
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_FILLS = ("append", "add")


class Waiting(NamedTuple):
    """How a spawn is serialised, and which loops around it still start one after the other without waiting.

    ``slot`` names the attribute that holds one greenthread at a time.
    """

    serial: Serial
    loops: frozenset[int]
    slot: tuple[str, ...] = ()


class Waits:
    """Answers about one program; the names come from the join and kill rows of the knowledge."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._spawns: dict[Scope, set[int]] = {}
        rows = types.library.knowledge.rows
        self._joins = frozenset(n.rpartition(".")[2] for row in rows.join for n in row.names)
        self._kills = frozenset(n.rpartition(".")[2] for row in rows.kill for n in row.names)

    def note(self, site: Site) -> None:
        """Note a call that spawns: what is waited for beside another greenthread is not waited for at once."""
        self._spawns.setdefault(site.scope, set()).add(site.index)

    def of(self, site: Site, row: SpawnRow) -> Waiting:
        """Return how the spawn at a site is waited for."""
        scope = site.scope
        block = site.call.block
        loops = scope.loops_around(block) - self._left_at_once(site)
        if row.waits and row.multiplicity != "many":
            return Waiting("call", loops)
        handle = facts.Call(scope.index, site.index)
        slot = self._slot(scope, handle)
        if slot:
            return Waiting("contained", frozenset(), slot)
        return self._joined(site, row, handle, loops)

    def is_join(self, call: facts.CallSite) -> bool:
        """Tell whether a call waits for spawned code, by its name; a text and a path are joined otherwise."""
        callee = call.callee
        base = callee.base if isinstance(callee, facts.Attribute) else None
        if isinstance(base, facts.Constant) or facts.last_name(base) == "path":
            return False
        return facts.last_name(callee) in self._joins

    def _joined(self, site: Site, row: SpawnRow, handle: facts.Call, loops: frozenset[int]) -> Waiting:
        scope = site.scope
        names = _names_of(scope, handle)
        pool = _receiver(site.call)
        for index, call in enumerate(scope.body.calls):
            if index > site.index and self._ends(scope, call, handle, names, pool):
                return self._ended(site, row, call, index, loops)
        return Waiting("", loops)

    def _ends(
        self, scope: Scope, call: facts.CallSite, handle: facts.Call, names: frozenset[str], pool: Value | None
    ) -> bool:
        """Whether a call waits for what was spawned, or is of a function that does."""
        if facts.last_name(call.callee) in self._joins:
            return self._waits_for(scope, call, handle, names) or self._waits_for_all(scope, call, names, pool)
        return any(
            self._is_waited_for(scope, call, position)
            for position, value in enumerate(call.arguments)
            if value == handle or (isinstance(value, facts.Name) and value.id in names)
        )

    def _is_waited_for(self, scope: Scope, call: facts.CallSite, position: int) -> bool:
        """Whether a function of the program waits for what it is given at a position: ``finish(timer.start())``."""
        for callee in self._types.of(scope, call.callee):
            for function, bound in self._types.callers.targets(callee):
                parameters = [p.name for p in function.body.parameters if p.kind == "positional"]
                index = position + (1 if bound and function.owner is not None else 0)
                given = facts.Name(parameters[index]) if index < len(parameters) else None
                if any(given in (_receiver(c), *c.arguments) for c in function.body.calls if self.is_join(c)):
                    return given is not None
        return False

    def _ended(self, site: Site, row: SpawnRow, join: facts.CallSite, index: int, loops: frozenset[int]) -> Waiting:
        scope = site.scope
        ended = scope.loops_around(join.block)
        at_once = ended == scope.loops_around(site.call.block) and row.multiplicity != "many"
        if at_once and self._is_alone(scope, site.index, index) and self._is_next(site, index):
            return Waiting("call", loops)
        return Waiting("contained", loops - ended)

    def _waits_for(self, scope: Scope, call: facts.CallSite, handle: facts.Call, names: frozenset[str]) -> bool:
        """``spawn(f).wait()``, ``t.join()``, ``timer.start(...).wait()``, ``event = timer.start(); event.wait()``."""
        callee = call.callee
        if not isinstance(callee, facts.Attribute):
            return False
        return self._stands_for(scope, callee.base, handle, names, 0)

    def _stands_for(
        self, scope: Scope, value: Value | None, handle: facts.Call, names: frozenset[str], depth: int
    ) -> bool:
        if value == handle or (isinstance(value, facts.Name) and value.id in names):
            return True
        if depth > 2:
            return False
        if isinstance(value, facts.Call) and value.scope == scope.index:
            callee = scope.body.calls[value.index].callee
            if isinstance(callee, facts.Attribute) and callee.name == "start":
                return self._stands_for(scope, callee.base, handle, names, depth + 1)
        if isinstance(value, facts.Name):
            bound = scope.locals.get(value.id, ())
            return any(
                isinstance(b.value, facts.Call) and self._stands_for(scope, b.value, handle, names, depth + 1)
                for b in bound
            )
        return False

    def _waits_for_all(self, scope: Scope, call: facts.CallSite, names: frozenset[str], pool: Value | None) -> bool:
        """``joinall(jobs)`` with a job of ours in it, ``pool.waitall()`` of the pool that spawned."""
        callee = call.callee
        if isinstance(callee, facts.Attribute) and pool is not None and callee.base == pool:
            return True
        for argument in call.arguments:
            if isinstance(argument, facts.Name) and argument.id in names:
                return True
            if isinstance(argument, facts.Sequence) and any(
                isinstance(item, facts.Name) and item.id in names for item in argument.items
            ):
                return True
        if isinstance(callee, facts.Attribute) and isinstance(callee.base, facts.Name):
            return self._is_loop_over(scope, callee.base.id, names)
        return False

    @staticmethod
    def _is_loop_over(scope: Scope, name: str, names: frozenset[str]) -> bool:
        """``for t in threads: t.join()``."""
        for binding in scope.locals.get(name, ()):
            value = binding.value
            if isinstance(value, facts.Element) and isinstance(value.of, facts.Name) and value.of.id in names:
                return True
        return False

    def _is_next(self, site: Site, joined: int) -> bool:
        """Whether the starter does nothing of its own between the spawn and the join."""
        scope = site.scope
        handle = facts.Call(scope.index, site.index)
        names = _names_of(scope, handle)
        for call in scope.body.calls[site.index + 1 : joined]:
            callee = call.callee
            base = callee.base if isinstance(callee, facts.Attribute) else None
            if not self._stands_for(scope, base, handle, names, 0) and not self.is_join(call):
                return False
        return True

    def _is_alone(self, scope: Scope, spawned: int, joined: int) -> bool:
        """Whether no other greenthread of this scope runs from the spawn to the join."""
        for other in self._spawns.get(scope, ()):
            if spawned < other < joined:
                return False
            if other < spawned:
                between = scope.body.calls[other + 1 : spawned]
                if not any(self.is_join(call) for call in between):
                    return False
        return True

    @staticmethod
    def _left_at_once(site: Site) -> frozenset[int]:
        """The loops that are left right after the spawn: a retry is no second greenthread."""
        scope = site.scope
        left: set[int] = set()
        for exit_ in scope.body.exits:
            if exit_.at <= site.index:
                continue
            inside: list[int] = []
            for index, block in scope.blocks_around(site.call.block):
                inside.append(index)
                if block.kind in facts.LOOPS and exit_.block in inside:
                    left.add(index)
        return frozenset(left)

    def _slot(self, scope: Scope, handle: facts.Call) -> tuple[str, ...]:
        """The attribute that the result goes into if the class also kills it, or waits for it first: one at a time."""
        method = scope.method()
        owner = method.owner if method is not None else None
        for store in scope.body.stores if owner is not None else ():
            if owner is None or store.value != handle:
                continue
            if self._kills_attribute(owner, store.name) or self._has_waited(scope, store.name, handle.index):
                holder = self._types.hierarchy.holder(owner, store.name)
                return (holder.module.name, holder.qualname, store.name)
        return ()

    def _has_waited(self, scope: Scope, name: str, before: int) -> bool:
        """Whether a function waits for what an attribute holds, before a call of it."""
        return any(self.is_join(call) and _concerns(call, name) for call in scope.body.calls[:before])

    def _kills_attribute(self, owner: Klass, name: str) -> bool:
        for klass in self._types.hierarchy.family(owner):
            for scopes in klass.facts.methods.values():
                for index in scopes:
                    for call in klass.module.scopes[index].body.calls:
                        if facts.last_name(call.callee) in self._kills and _concerns(call, name):
                            return True
        return False


def _concerns(call: facts.CallSite, name: str) -> bool:
    candidates = [*call.arguments]
    if isinstance(call.callee, facts.Attribute):
        candidates.append(call.callee.base)
    return any(isinstance(value, facts.Attribute) and value.name == name for value in candidates)


def _receiver(call: facts.CallSite) -> Value | None:
    return call.callee.base if isinstance(call.callee, facts.Attribute) else None


def _names_of(scope: Scope, handle: facts.Call) -> frozenset[str]:
    """The local names that hold the handle, alone or in a list."""
    found = {b.name for b in scope.body.bindings if _holds(b.value, handle)}
    for call in scope.body.calls:
        callee = call.callee
        if isinstance(callee, facts.Attribute) and callee.name in _FILLS and call.arguments:
            first = call.arguments[0]
            if first == handle or (isinstance(first, facts.Name) and first.id in found):
                found.add(facts.last_name(callee.base))
    for store in scope.body.item_stores:
        if _holds(store.value, handle):
            found.add(facts.last_name(store.base))
    return frozenset(found)


def _holds(value: Value | None, handle: facts.Call) -> bool:
    if value == handle:
        return True
    if isinstance(value, facts.Sequence | facts.Mapping):
        return any(_holds(item, handle) for item in value.items)
    return False
