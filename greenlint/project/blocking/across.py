"""Green and patched things that native threads use: locks, queues and events that greenthreads wait at, and logging.

A greenthread is woken by the hub of its own OS thread. Who releases a lock, puts an item or sets an event in another
one cannot wake it, or wakes it in the wrong thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from greenlint.knowledge.schema import NativeThreadRow
from greenlint.project.blocking.green import GreenNames
from greenlint.project.blocking.reach import Way
from greenlint.project.blocking.region import Region
from greenlint.project.patching.state import HUBS, Patched, PatchState
from greenlint.project.patching.switching import may_switch
from greenlint.project.patching.timeline import Timeline
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Root
from greenlint.project.terms import External, Member, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Span

_BREAKS = ("hangs", "lost-wakeup", "raises")
Named = Mapping[str, Sequence[NativeThreadRow]]
"""Rows by the canonical names of the calls that they speak of."""

_ACQUIRE = "acquire"
_MOST_HOLDERS = 3
_AT_ONCE = facts.Constant(False)
_ASKS = ("block", "blocking")
_PATCHES = "the program that uses this library patches thread"


class Touch(NamedTuple):
    """A use of such a thing by a call, or by a ``with`` (its block): the name of a row, and the object's class."""

    scope: Scope
    span: Span
    block: int
    name: str
    path: str
    birth: Site | None

    @property
    def key(self) -> tuple[object, ...]:
        """A value to sort by."""
        return (*self.scope.key, self.span, self.name)


@dataclass(frozen=True, slots=True)
class Across:
    """A use in a native thread that goes wrong, the way there, and what others do with the same object meanwhile.

    ``holders``: the calls that make what holds the lock, where the use does not name it (handlers of logging).
    """

    row: NativeThreadRow
    library: str
    touch: Touch
    way: Way
    partner: Touch | None
    assumptions: tuple[str, ...]
    holders: tuple[Site, ...] = ()

    @property
    def effect(self) -> str:
        """What was observed."""
        return _effect(self.row, self.library)


class NativeUses:
    """Finds such uses in one program."""

    def __init__(self, types: Types, region: Region, timeline: Timeline, patched: PatchState) -> None:
        self._types = types
        self._region = region
        self._timeline = timeline
        self._patched = patched
        self._green = GreenNames(types)

    def all(self) -> Iterator[Across]:
        """Yield one for each object and row; of what has no object (logging) one for each start of native threads."""
        ways = self._region.ways
        for library in self._patched.libraries if ways else ():
            rows = [r for r in self._types.library.knowledge.rows.native_thread if _effect(r, library) in _BREAKS]
            rows = [row for row in rows if not self._is_made_safe(row)]
            named = self._named((name, row) for row in rows for name in row.names)
            touches = [touch for function in ways for touch in _unambiguous(self._touches(function, named))]
            found: dict[object, Across] = {}
            for touch in sorted(touches, key=lambda t: (len(ways[t.scope].calls), t.key)):
                for row in named[touch.name]:
                    judged = self._judged(row, library, touch, ways[touch.scope])
                    if judged is not None:
                        of_one = (touch.name, touch.birth) if judged.partner is not None else (row.id, judged.way.root)
                        found.setdefault(of_one, judged)
            yield from sorted(found.values(), key=lambda across: across.touch.key)

    def _named(self, pairs: Iterable[tuple[str, NativeThreadRow]]) -> dict[str, list[NativeThreadRow]]:
        """Index rows by canonical names of calls."""
        found: dict[str, list[NativeThreadRow]] = {}
        for name, row in pairs:
            listed = found.setdefault(self._types.library.canonical(name), [])
            if row not in listed:
                listed.append(row)
        return found

    def _is_made_safe(self, row: NativeThreadRow) -> bool:
        """Whether the program calls or defines what makes it safe."""
        program, canonical = self._types.program, self._types.library.canonical
        for name in row.unless_called:
            for site in program.calls_named(name.rpartition(".")[2]):
                meant = self._types.callees(site)
                if any(isinstance(t, External) and t.path == canonical(name) for t in meant):
                    return True
        for name in row.unless_defined:
            base, _, method = name.rpartition(".")
            if any(k.methods(method) and self._inherits(k, base) for k in program.classes):
                return True
        return False

    def _inherits(self, klass: Klass, base: str) -> bool:
        return any(self._types.library.is_a(path, base) for path in self._types.hierarchy.external_bases(klass))

    def _touches(self, scope: Scope, named: Named) -> Iterator[Touch]:
        """Yield the calls and ``with`` blocks of a scope that use what rows name, less attempts that do not wait."""
        lasts = {name.rpartition(".")[2] for name in named}
        for index, call in enumerate(scope.body.calls):
            if facts.last_name(call.callee) in lasts and not _is_attempt(call):
                yield from self._touched(scope, index, named)
        for index, block in enumerate(scope.body.blocks):
            if block.kind == "with" and _ACQUIRE in lasts:
                for t in self._types.of(scope, block.value):
                    span = _span_of(scope, index)
                    yield from self._on(scope, span, index, t, _ACQUIRE, named) if isinstance(t, Opaque) else ()

    def _touched(self, scope: Scope, index: int, named: Named) -> Iterator[Touch]:
        call = scope.body.calls[index]
        for t in self._types.of(scope, call.callee):
            if isinstance(t, Member):
                yield from self._on(scope, call.span, 0, t.owner, t.name, named)
            elif isinstance(t, External) and t.path in named:
                given = call.arguments[:1] if any(row.foreign for row in named[t.path]) else ()
                births = {
                    each.birth for value in given for each in self._types.of(scope, value) if isinstance(each, Opaque)
                }
                yield Touch(scope, call.span, 0, t.path, t.path, births.pop() if len(births) == 1 else None)

    def _on(self, scope: Scope, span: Span, block: int, owner: Opaque, method: str, named: Named) -> Iterator[Touch]:
        for path in self._types.library.ancestors(owner.path):
            if f"{path}.{method}" in named:
                yield Touch(scope, span, block, f"{path}.{method}", owner.path, owner.birth)
                return

    def _judged(self, row: NativeThreadRow, library: str, touch: Touch, way: Way) -> Across | None:
        if row.pool_wakes and library == way.root.row.runtime == "gevent":
            return None
        if row.foreign:
            is_foreign = touch.birth is not None and touch.birth.scope not in self._region.ways
            return Across(row, library, touch, way, None, ()) if is_foreign else None
        assumptions = self._waits_green(row, library, touch, way.root)
        if assumptions is None:
            return None
        assumptions += (row.assumes,) if row.assumes else ()
        if not (row.partners or row.held):
            return Across(row, library, touch, way, None, assumptions, self._holders(row, touch))
        partner = self._partner(row, touch, way.root) if touch.birth is not None else None
        return Across(row, library, touch, way, partner, assumptions) if partner is not None else None

    def _holders(self, row: NativeThreadRow, touch: Touch) -> tuple[Site, ...]:
        """Return the calls that make objects of the classes that could hold a safe lock and do not."""
        library, found = self._types.library, []
        runs = self._timeline.running(touch.scope)
        for base in {name.rpartition(".")[0] for name in row.unless_defined}:
            for path in sorted(name for name in library.knowledge.bases if library.is_a(name, base)):
                for site in self._types.program.calls_named(path.rpartition(".")[2]):
                    meant = self._types.callees(site)
                    loaded = not runs or any(site.scope.module in run.loads for run in runs)
                    if loaded and any(isinstance(t, External) and t.path == path for t in meant):
                        found.append(site)
        return tuple(sorted(found, key=lambda site: site.key)[:_MOST_HOLDERS])

    def _waits_green(self, row: NativeThreadRow, library: str, touch: Touch, root: Root) -> tuple[str, ...] | None:
        """Return what has to be assumed for the thing to be green, None if it is not."""
        birth = touch.birth
        if touch.path.startswith(tuple(f"{hub}." for hub in HUBS)):
            return () if touch.path.startswith(library) else None
        if birth is not None and self._green.called_at(birth):
            return ()
        if row.group is None or self._region.is_unpatched(root):
            return None
        if birth is not None and (self._timeline.made_before_patch(birth) or self._region.may_be_original(birth)):
            return None
        states = {run.covered(row.group, library) for run in self._timeline.running(touch.scope)}
        if Patched.YES in states or self._patched.state is Patched.NO:
            return () if Patched.YES in states else None
        return (_PATCHES,) if not states or Patched.UNKNOWN in states else None

    def _partner(self, row: NativeThreadRow, touch: Touch, root: Root) -> Touch | None:
        """Return what somebody else than native threads does with the same object, and not before or after them."""
        names: Named = dict.fromkeys(map(self._types.library.canonical, row.partners or row.names), ())
        for other in self._others(names, touch):
            if other.birth == touch.birth and not (root.serial == "call" and other.scope is root.scope):
                if not row.held or self._is_held_long(touch) or self._is_held_long(other):
                    return other
        return None

    def _others(self, names: Named, touch: Touch) -> Iterator[Touch]:
        """Yield the uses outside of native threads, those of other modules by calls only."""
        assert touch.birth is not None
        scopes: dict[Scope, None] = {}
        for last in sorted({name.rpartition(".")[2] for name in names}):
            scopes |= dict.fromkeys(site.scope for site in self._types.program.calls_named(last))
        for module in (touch.birth.scope.module, touch.scope.module):
            scopes |= dict.fromkeys(module.scopes)
        for scope in sorted(scopes, key=lambda scope: scope.key):
            if scope not in self._region.ways:
                yield from self._touches(scope, names)

    def _is_held_long(self, touch: Touch) -> bool:
        """Whether something may wait while the lock is held; where it is not held by a ``with``, nobody knows."""
        return not touch.block or may_switch(self._types, touch.scope, touch.block)


def _effect(row: NativeThreadRow, library: str) -> str:
    return row.on_eventlet if library == "eventlet" else row.on_gevent


def _unambiguous(touches: Iterable[Touch]) -> list[Touch]:
    """Return the uses that are surely of one object."""
    found: dict[Span, list[Touch]] = {}
    for touch in touches:
        found.setdefault(touch.span, []).append(touch)
    return [listed[0] for listed in found.values() if len({touch.birth for touch in listed}) == 1]


def _is_attempt(call: facts.CallSite) -> bool:
    """Whether a call is told not to wait: ``acquire(False)``, ``get(block=False)``."""
    return call.arguments[:1] == (_AT_ONCE,) or any(n in _ASKS and v == _AT_ONCE for n, v in call.keywords)


def _span_of(scope: Scope, block: int) -> Span:
    """Return where the object of a ``with`` stands, as far as facts tell."""
    line = scope.body.blocks[block].line
    return (line, 0, line, 0)
