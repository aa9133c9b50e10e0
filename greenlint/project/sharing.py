"""Which clients are used by two greenthreads at once, with nothing between them.

A *reach* is one use with one origin of the object used. Reaches are grouped by slot, and a slot is shared when one
reach is by many greenthreads, or two reaches by different ones, and the uses conflict, and no lock is common.
(RacerD's principle of reporting, Blackshear et al. 2018: report what is proven from the source, stay silent else.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from greenlint.knowledge.schema import ClientRow
from greenlint.project.guards import Guards, Lock, of_one_owner
from greenlint.project.origins import Hop, Origin, Slot, State
from greenlint.project.overlap import (
    Overlap,
    Reach,
    conflict,
)
from greenlint.project.ownership import Ownership
from greenlint.project.pairs import Pairs
from greenlint.project.patching import Patched, PatchState, imports_green
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Root, Roots
from greenlint.project.search import Search, no_answers
from greenlint.project.slots import Slots
from greenlint.project.spawning import Spawning
from greenlint.project.terms import ClassType, External, Instance, Member, Opaque
from greenlint.project.types import Types
from greenlint.project.uses import Client, Use, Uses, is_datagram
from greenlint.summary import facts

_FEW = 3
_COLLIDES = ("breaks", "hangs", "state")


@dataclass(frozen=True, slots=True)
class SharedObject:
    """A slot whose client is used by two greenthreads at once: the proof.

    ``births`` are the calls that make what fills the slot, in source order; ``first`` and ``second`` the colliding
    reaches (the same one when many greenthreads make it); ``mutation`` a change of the client's state made in a
    greenthread; ``blocked_stream`` a streaming use with a blocking pool; ``ways`` names, free of lines, each way in
    which greenthreads come to a colliding use.
    """

    slot: Slot
    row: ClientRow
    name: str
    births: tuple[Site, ...]
    overlap: Overlap
    first: Reach
    second: Reach
    mutation: Use | None
    blocked_stream: Use | None
    assumptions: tuple[str, ...]
    ways: tuple[str, ...] = ()


class Sharing:
    """The verdicts of one program."""

    def __init__(
        self,
        types: Types,
        roots: Roots,
        guards: Guards,
        ownership: Ownership,
        spawning: Spawning,
        patched: PatchState,
        runs_unpatched: Callable[[Scope], bool],
    ) -> None:
        self._types = types
        self._roots = roots
        self._guards = guards
        self._ownership = ownership
        self.slots = Slots(types, ownership)
        self._pairs = Pairs(types, spawning.waits)
        self._patched = patched
        self._runs_unpatched = runs_unpatched
        self._answers = no_answers()
        self.given_up = 0

    @cached_property
    def reaches(self) -> list[Reach]:
        """Every use of a client with every origin of it, in source order."""
        return [reach for use in Uses(self._types, self._roots).all() for reach in self._reaches(use)]

    def can_wait(self, reach: Reach) -> bool:
        """Tell whether a greenthread that waits in a use gives way to others and to its own Timeouts."""
        never = self._patched.state is Patched.NO or self._runs_unpatched(reach.use.scope)
        return not never or self._yields_unpatched(reach.use)

    def shared_objects(self) -> Iterator[SharedObject]:
        """Yield what is shared, in source order of the first birth."""
        groups: dict[tuple[Slot, str], list[Reach]] = {}
        for reach in self.reaches:
            if self._matters(reach.use):
                family = "state" if reach.use.client.row.direction == "state" else "collides"
                groups.setdefault((self.slots.of(reach), family), []).append(reach)
        found = [shared for (slot, _), reaches in groups.items() for shared in self._verdict(slot, reaches)]
        yield from sorted(found, key=lambda shared: (shared.births[0].key, shared.slot))

    def _reaches(self, use: Use) -> Iterator[Reach]:
        state = State(locks=self._held(use))
        if use.root is not None:
            state = state.crossing(Hop(use.scope, use.site, use.scope, use.root), use.root)
        origins = self._searched(lambda search: search.origins(use.scope, use.receiver, use.block, state))
        for origin in dict.fromkeys(origins):
            if not self._is_own(use, origin) or self._never_yields(use, origin.state):
                continue
            for client in self._clients(use, origin):
                yield Reach(use._replace(client=client), origin)

    def _searched(self, ask: Callable[[Search], list[Origin]]) -> list[Origin]:
        """Return what a search finds; what others found serves it, unless they gave up."""
        search = Search(self._types, self._roots, self._guards, self._ownership, self._answers)
        try:
            origins = ask(search)
        except RecursionError:
            origins, search.gave_up = [], True
        if search.gave_up:
            self.given_up += 1
            self._answers = no_answers()
        return origins

    def _never_yields(self, use: Use, state: State) -> bool:
        """Whether the greenthreads are started where sockets stay unpatched, so that none gives way to another."""
        if not state.crossed or self._yields_unpatched(use):
            return False
        return all(root.site is not None and self._runs_unpatched(root.scope) for root in state.crossed)

    def _is_own(self, use: Use, origin: Origin) -> bool:
        """Whether the object found can be or hold this client: not another one, nor one that a sibling class makes."""
        if origin.kind != "born" or not isinstance(origin.key[0], Site):
            return True
        if not origin.path and origin.state.derived_at is None:
            site = origin.key[0]
            births = {t.birth for t in self._types.results.of(site) if isinstance(t, Opaque | Instance)}
            return site not in births or use.client.birth == site
        if len(origin.path) != 1:
            return True
        method = use.client.birth.scope.method()
        maker = method.owner if method is not None else None
        site = origin.key[0]
        for t in self._types.callees(site):
            if isinstance(t, ClassType) and maker is not None:
                order = self._types.hierarchy.order(t.klass)
                related = any(isinstance(base, Klass) and base in self._types.hierarchy.order(maker) for base in order)
                if related and maker not in order:
                    return False
        return True

    def _held(self, use: Use) -> frozenset[Lock]:
        """The locks held around a use, less those of an owner that each greenthread has for itself."""
        held = self._guards.held_at(use.scope, use.block, use.at)
        method = use.scope.method()
        parameters = method.body.parameters if method is not None else ()
        if method is None or method.owner is None or not parameters or use.root is not None:
            return held
        klass, class_level = method.owner, self._ownership.class_level
        of_owner = frozenset(lock for lock in held if lock[0] == "field" and class_level(klass, lock[3]) is None)
        if not of_owner:
            return held
        own = facts.Name(parameters[0].name)
        owners = self._searched(lambda search: search.origins(use.scope, own, use.block, State()))
        reached = [origin for origin in owners if origin.state.crossed]
        if owners and not reached and self.is_started(use.scope):
            return held - of_owner
        birth = reached[0].key[0] if len(reached) == 1 and not reached[0].state.many else None
        if not isinstance(birth, Site):
            return held
        return held - of_owner | {of_one_owner(lock, birth) for lock in of_owner}

    def is_started(self, scope: Scope) -> bool:
        """Tell whether greenthreads reach a function at all: then an owner met before any crossing is theirs alone."""
        return any(origin.state.crossed for origin in self._searched(lambda search: search.ways(scope)))

    def _clients(self, use: Use, origin: Origin) -> Iterator[Client]:
        """The client that a reach is about: the one used, or the one whose connection it was derived from."""
        site = origin.state.derived_at
        if site is None:
            yield use.client
        elif isinstance(site.call.callee, facts.Attribute):
            finder = Uses(self._types, self._roots)
            for t in self._types.of(site.scope, site.call.callee.base):
                for row, name, birth in finder.clients_of(t):
                    if birth is not None:
                        yield Client(row, name, birth)

    def _matters(self, use: Use) -> bool:
        """Whether sharing the client is a fault in this program."""
        row = use.client.row
        if row.severity == "off" or not self._collides(row):
            return False
        if use.direction == "write" and is_datagram(use.client):
            return False
        return self._patched.state is not Patched.NO or self._yields_unpatched(use)

    def _collides(self, row: ClientRow) -> bool:
        seen = []
        for library in self._patched.libraries:
            effect = row.on_eventlet if library == "eventlet" else row.on_gevent
            if effect == "hook" and row.gevent_hook and self._calls(row.gevent_hook):
                effect = "breaks"
            if effect == "unknown" and row.sharing == "unsafe":
                effect = "breaks"
            seen.append(effect in _COLLIDES)
        return any(seen)

    def _calls(self, path: str) -> bool:
        return bool(self._types.program.calls_named(path.rpartition(".")[2]))

    def _yields_unpatched(self, use: Use) -> bool:
        """Whether the client switches greenthreads although nothing is patched."""
        name = use.client.name
        birth = use.client.birth
        if name.startswith(("eventlet.", "gevent", "zmq.green")) or self._is_made_green(birth):
            return True
        return imports_green(self._types.program, birth.scope.module, self._types)

    def _is_made_green(self, birth: Site, depth: int = 0) -> bool:
        """Whether a library of greenthreads makes the client or hands it over: ``eventlet.listen(...).accept()``."""
        for callee in self._types.callees(birth):
            if isinstance(callee, External) and callee.path.startswith(("eventlet.", "gevent.")):
                return True
            made = callee.owner.birth if isinstance(callee, Member) else None
            if made is not None and made != birth and depth < _FEW and self._is_made_green(made, depth + 1):
                return True
        return False

    def _verdict(self, slot: Slot, reaches: Sequence[Reach]) -> Iterator[SharedObject]:
        if self._opted_out(reaches) or self._is_sized(reaches):
            return
        reaches = [reach for reach in reaches if not reach.use.fresh]
        found = next(self._pairs.conflicts(reaches), None)
        if found is None:
            return
        overlap, first, second = found
        births = sorted({r.use.client.birth for r in reaches}, key=lambda site: site.key)
        crossed = [r.use for r in reaches if r.state.crossed]
        yield SharedObject(
            slot=slot,
            row=first.use.client.row,
            name=first.use.client.name,
            births=tuple(births),
            overlap=overlap,
            first=first,
            second=second,
            mutation=next((use for use in crossed if use.direction == "mutate"), None),
            blocked_stream=next((use for use in crossed if self._streams_blocking(use, reaches)), None),
            assumptions=self._assumptions(first, second, overlap),
            ways=_ways(r for r in reaches if r.state.crossed and _collides(r, first, second)),
        )

    def _opted_out(self, reaches: Sequence[Reach]) -> bool:
        """``hub_prevent_multiple_readers(False)``: the program accepts several users of one socket."""
        if reaches[0].use.client.row.direction != "duplex":
            return False
        rows = self._types.library.knowledge.rows.optout
        for row in rows:
            for name in row.names:
                for site in self._types.program.calls_named(name.rpartition(".")[2]):
                    value = site.call.arguments[row.argument] if len(site.call.arguments) > row.argument else None
                    value = value or dict(site.call.keywords).get(row.keyword or None)
                    if isinstance(value, facts.Constant) and str(value.value) == row.equals:
                        return True
        return False

    def _is_sized(self, reaches: Sequence[Reach]) -> bool:
        """The guard *sized pool*: a session with an adapter of a chosen size was made to be shared."""
        if reaches[0].use.client.row.direction != "state":
            return False
        if any(r.use.direction == "mutate" and r.state.crossed for r in reaches):
            return False
        if any(self._streams_blocking(r.use, reaches) for r in reaches):
            return False
        return any(_adapter_has(self._types, r.use, ("pool_maxsize", "pool_connections")) for r in reaches)

    def _streams_blocking(self, use: Use, reaches: Sequence[Reach]) -> bool:
        if use.site is None or not _is_true(use.site.call, "stream"):
            return False
        return any(_adapter_has(self._types, r.use, ("pool_block",)) for r in reaches)

    def _assumptions(self, first: Reach, second: Reach, overlap: Overlap) -> tuple[str, ...]:
        found: list[str] = []
        green = first.use.client.name.startswith(("eventlet.", "gevent"))
        if self._patched.assumed and not green:
            found.append("the program that uses this library patches socket")
        for reach in (first, second):
            found += reach.state.assumptions
            found += [root.assumption for root in reach.state.crossed if root.assumption]
        if overlap is Overlap.OWNER:
            found.append(f"{second.use.scope.label} is called while the greenthread runs")
        return tuple(dict.fromkeys(found))


def _collides(reach: Reach, first: Reach, second: Reach) -> bool:
    """Whether a reach takes part in the fault: no lock, and a use that conflicts with one of the proof."""
    return not reach.state.common_locks and (conflict(reach.use, first.use) or conflict(reach.use, second.use))


def _ways(reaches: Iterable[Reach]) -> tuple[str, ...]:
    """Name the ways to the uses, each as far as it is known."""
    found = {_way(reach) for reach in reaches}
    return tuple(sorted(way for way in found if not any(other.endswith(f", {way}") for other in found)))


def _way(reach: Reach) -> str:
    """Name the chain of starts that ends in the greenthread which uses the object, outermost first."""
    starts = [hop for hop in reversed(reach.state.hops) if hop.root is not None]
    links = [f"{path_of(hop.scope)} starts {path_of(hop.function)}" for hop in starts]
    return ", ".join(links)


def path_of(scope: Scope) -> str:
    """Return the dotted name of a scope."""
    return scope.module.name if scope.kind == "module" else f"{scope.module.name}.{scope.qualname}"


def _is_true(call: facts.CallSite, keyword: str) -> bool:
    return any(name == keyword and value == facts.Constant(True) for name, value in call.keywords)


def _adapter_has(types: Types, use: Use, keywords: tuple[str, ...]) -> bool:
    if use.method != "mount" or use.site is None:
        return False
    for argument in use.site.call.arguments[1:]:
        for site in _making_calls(types, use.scope, argument):
            for name, value in site.call.keywords:
                if name in keywords and value != facts.Constant(False):
                    return True
    return False


def _making_calls(types: Types, scope: Scope, value: facts.Value | None) -> Iterator[Site]:
    if isinstance(value, facts.Call):
        yield Site(scope.module.scopes[value.scope], value.index)
    elif isinstance(value, facts.Name):
        owner = types.home_of(scope, value.id)
        for binding in owner.locals.get(value.id, ()):
            if isinstance(binding.value, facts.Call):
                yield Site(owner, binding.value.index)


def roots_of(shared: SharedObject) -> list[Root]:
    """Return the roots that the proof crosses, outermost first, each once."""
    return list(dict.fromkeys((*reversed(shared.first.state.crossed), *reversed(shared.second.state.crossed))))
