"""Locks, locals, queues and executors that were made before the patch: they stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from greenlint.knowledge.schema import StaleObjectRow
from greenlint.project.patching.chains import cause, hops, spared
from greenlint.project.patching.execution import PatchEvent, Position, call_position
from greenlint.project.patching.groups import groups_of_name
from greenlint.project.patching.mentions import attribute_uses, blocks_that_hold, uses, written
from greenlint.project.patching.switching import may_switch
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import ClassType, External
from greenlint.project.types import Types
from greenlint.summary import facts

_HARMLESS = ("green", "ok", "none", "unknown", "conditional", "n/a")


class Made(NamedTuple):
    """An object that is made at import time, by a call at ``site``, and the first use in a function.

    ``home`` and ``position`` are the statement of a module or class body that runs the call: the call itself, or the
    construction of an object that makes another one.
    """

    site: Site
    home: Site
    kept_as: str
    row: StaleObjectRow
    use: tuple[Scope, int]

    @property
    def position(self) -> Position:
        """Where the statement stands in its scope."""
        return call_position(self.home.index)


@dataclass(frozen=True, slots=True, eq=False)
class StaleObject:
    """Something made before the patch and used after it; ``others`` came with the same import.

    In the entry points ``runs`` it is made before the patch, in ``fine`` after it.
    """

    made: Made
    effect: str
    patch: PatchEvent
    runs: list[Run]
    others: list[Made] = field(default_factory=list)
    fine: list[Run] = field(default_factory=list)


def stale_objects(timeline: Timeline, types: Types) -> Iterator[StaleObject]:
    """Yield what is made before the patch and used after it, once for each call that makes it."""
    if not timeline.patches:
        return
    made = [m for module in timeline.modules if module.role == "code" for m in _made_in(module, types)]
    found: dict[object, StaleObject] = {}
    for run in timeline.runs:
        for m in made:
            late = _late(run, m, types)
            if late is None:
                continue
            patch, effect = late
            key = cause(hops(run.entered[m.home.scope][1], m.home.call.span), patch)
            known = found.setdefault(key, StaleObject(m, effect, patch, []))
            if run not in known.runs:
                known.runs.append(run)
            if m is not known.made and m not in known.others:
                known.others.append(m)
    merged: dict[Site, StaleObject] = {}
    for stale in found.values():
        known = merged.setdefault(stale.made.site, stale)
        known.runs.extend(run for run in stale.runs if run not in known.runs)
    for stale in merged.values():
        stale.fine.extend(spared(timeline, stale.made.site.scope.module, stale.runs))
    yield from sorted(merged.values(), key=lambda o: o.made.site.key)


def _late(run: Run, m: Made, types: Types) -> tuple[PatchEvent, str] | None:
    entered = run.entered.get(m.home.scope)
    for library in run.libraries if entered is not None else ():
        effect = m.row.on_eventlet if library == "eventlet" else m.row.on_gevent
        if effect in _HARMLESS:
            continue
        patch = run.first(groups_of_name(types.library.knowledge, library, m.row.constructor), library)
        if patch is None or not run.before(m.home.scope, m.position, patch):
            continue
        assert entered is not None
        if entered[1].conditions <= patch.conditions and (not m.row.used_before or _used_before(run, m, patch)):
            return patch, effect
    return None


def _used_before(run: Run, m: Made, patch: PatchEvent) -> bool:
    """Whether a method of the object was called before the patch, by its module."""
    body = m.home.scope.body
    for index, call in enumerate(body.calls):
        owner = call.callee.base if isinstance(call.callee, facts.Attribute) else None
        if owner == facts.Name(m.kept_as) and run.before(m.home.scope, call_position(index), patch):
            return True
    return False


def _made_in(module: Module, types: Types) -> Iterator[Made]:
    rows = types.library.knowledge.stale_objects
    for last in sorted({name.rpartition(".")[2] for name in rows}):
        for scope_index, index in module.facts.calls.get(last, ()):
            site = Site(module.scopes[scope_index], index)
            row = _row(types, site)
            if row is not None:
                yield from _kept(types, site, row)


def _row(types: Types, site: Site) -> StaleObjectRow | None:
    for t in types.callees(site):
        if isinstance(t, External):
            rows = types.library.knowledge.stale_objects.get(t.path, ())
            if rows and not types.library.knowledge.is_green(written(site.scope, site.call.callee)):
                return rows[0]
    return None


def _kept(types: Types, site: Site, row: StaleObjectRow) -> Iterator[Made]:
    """Yield the object if a module or class body keeps it, or an object made there keeps it."""
    made = facts.Call(site.scope.index, site.index)
    if site.scope.kind in ("module", "class"):
        for binding in site.scope.body.bindings:
            found = list(uses(types.program, site.scope, binding.name)) if binding.value == made else []
            if found and not _is_harmless(types, row, binding.name, found):
                yield Made(site, site, binding.name, row, found[0])
    elif site.scope.owner is not None and site.scope.name == "__init__":
        for store in site.scope.body.stores:
            found = list(attribute_uses(site.scope, store.name)) if store.value == made else []
            if found and not _is_harmless(types, row, store.name, found):
                for home in _constructions(types, site.scope):
                    yield Made(site, home, store.name, row, found[0])


def _is_harmless(types: Types, row: StaleObjectRow, name: str, found: list[tuple[Scope, int]]) -> bool:
    """Whether a lock is only ever held in ``with`` blocks in which nothing can switch."""
    if not types.library.is_lock(row.constructor):
        return False
    held = 0
    for function in dict.fromkeys(function for function, _ in found):
        for block in blocks_that_hold(function, name, True):
            held += 1
            if may_switch(types, function, block):
                return False
    return held == len(found)


def _constructions(types: Types, constructor: Scope) -> Iterator[Site]:
    """Yield the calls in module and class bodies that make an object of the class of a constructor."""
    assert constructor.owner is not None
    for home in types.program.calls_named(constructor.owner.name):
        if home.scope.kind in ("module", "class") and home.call.block == 0:
            meant = types.callees(home)
            if any(isinstance(t, ClassType) and t.klass is constructor.owner for t in meant):
                yield home
