"""Names of the standard library that were bound before the patch: they stay what they were.

``from time import sleep``, ``nap = time.sleep``, ``def wait(nap=time.sleep)`` and ``class Connection(socket.socket)``
all take what the name means when the line runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from greenlint.knowledge.schema import StaleNameRow
from greenlint.project.patching.chains import Hop, cause, hops, spared
from greenlint.project.patching.execution import PatchEvent, Position
from greenlint.project.patching.groups import groups_of_name
from greenlint.project.patching.mentions import is_called, is_used, written
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import External, Instance, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Span, Value

Kind = Literal["import", "alias", "default", "base"]
_HARMLESS = ("green", "ok", "none", "unknown", "conditional", "n/a")


class Bound(NamedTuple):
    """A name of the standard library that a statement at import time binds: to what, how, where."""

    scope: Scope
    position: Position
    span: Span
    kind: Kind
    name: str
    row: StaleNameRow


@dataclass(frozen=True, slots=True, eq=False)
class StaleNames:
    """Names that one statement binds before the patch; ``others`` are such statements in modules it came with.

    ``effects`` tells what becomes of each name, by library. In the entry points ``runs`` it comes before the patch,
    in ``fine`` behind it.
    """

    first: Bound
    names: list[str]
    effects: list[str]
    patch: PatchEvent
    way: list[Hop]
    runs: list[Run]
    others: list[Bound] = field(default_factory=list)
    fine: list[Run] = field(default_factory=list)


def stale_names(timeline: Timeline, types: Types) -> Iterator[StaleNames]:
    """Yield what is bound before the patch and used after it, by statement.

    Of the statements in modules that one import brings in, only the first is yielded: what has to move is that import.
    A statement that several entry points come to before their patches is yielded once.
    """
    bound = [b for module in timeline.modules for b in _bound_in(module, types)] if timeline.patches else []
    used = [b for b in bound if _is_used(b, types) and _is_asked(b, types)]
    found: dict[object, StaleNames] = {}
    for run in timeline.runs:
        for b in used:
            late = _late(run, b, types)
            if late is None:
                continue
            patch, effect = late
            way = hops(run.entered[b.scope][1], b.span)
            key = cause(way, patch)
            known = found.get(key)
            if known is None:
                found[key] = StaleNames(b, [b.row.name], [effect], patch, way, [run])
            else:
                _add(known, b, effect, run)
    merged: dict[object, StaleNames] = {}
    for stale in found.values():
        known = merged.setdefault((stale.first.scope, stale.first.span), stale)
        known.runs.extend(run for run in stale.runs if run not in known.runs)
    for stale in merged.values():
        stale.fine.extend(spared(timeline, stale.first.scope.module, stale.runs))
    yield from sorted(merged.values(), key=lambda s: (s.first.scope.module.path, s.first.span))


def _add(known: StaleNames, b: Bound, effect: str, run: Run) -> None:
    if run not in known.runs:
        known.runs.append(run)
    if (b.scope, b.span) == (known.first.scope, known.first.span):
        if b.row.name not in known.names:
            known.names.append(b.row.name)
            known.effects.append(effect)
    elif b not in known.others:
        known.others.append(b)


def _late(run: Run, b: Bound, types: Types) -> tuple[PatchEvent, str] | None:
    """Return the patch that comes too late for a name in a run, and what that does."""
    entered = run.entered.get(b.scope)
    for library in run.libraries if entered is not None else ():
        effect = b.row.on_eventlet if library == "eventlet" else b.row.on_gevent
        if effect in _HARMLESS or library in b.row.anyway:
            continue
        patch = run.first(groups_of_name(types.library.knowledge, library, b.row.name), library)
        if patch is not None and run.before(b.scope, b.position, patch):
            assert entered is not None
            if entered[1].conditions <= patch.conditions:
                return patch, effect
    return None


def _bound_in(module: Module, types: Types) -> Iterator[Bound]:
    """Yield what a module binds when it is imported."""
    rows = types.library.knowledge.stale_names
    lasts = {name.rpartition(".")[2] for name in rows}
    named = any(lasts.intersection(names) for _, _, names in module.facts.imported)
    if module.role != "code" or not (named or lasts.intersection(module.facts.aliases)):
        return
    for scope in module.scopes:
        if scope.kind in ("module", "class"):
            for binding in scope.body.bindings:
                yield from _bound_by(scope, binding, types)


def _bound_by(scope: Scope, binding: facts.Binding, types: Types) -> Iterator[Bound]:
    position = (binding.at, binding.line, 0)
    value = binding.value
    if isinstance(value, facts.Import):
        row = _row(types, scope, value) if value.name else None
        if row is not None:
            site = next((s for s in scope.body.imports if s.span[0] <= binding.line <= s.span[2]), None)
            span = site.span if site is not None else (binding.line, 0, binding.line, 0)
            yield Bound(scope, position, span, "import", binding.name, row)
    elif isinstance(value, facts.Attribute):
        row = _row(types, scope, value)
        if row is not None:
            yield Bound(scope, position, _line(binding.line), "alias", binding.name, row)
    elif isinstance(value, facts.Function):
        function = scope.module.scopes[value.scope]
        for parameter in function.body.parameters:
            row = _row(types, scope, parameter.default) if isinstance(parameter.default, facts.Attribute) else None
            if row is not None:
                yield Bound(scope, position, _line(function.facts.span[0]), "default", binding.name, row)
    elif isinstance(value, facts.Class):
        klass = scope.module.classes[value.index]
        for base in klass.facts.bases:
            row = _row(types, scope, base) if isinstance(base, facts.Attribute) else None
            if row is not None:
                yield Bound(scope, position, _line(klass.facts.span[0]), "base", binding.name, row)


def _row(types: Types, scope: Scope, value: Value | None) -> StaleNameRow | None:
    """Return what is known of a name of the standard library; nothing for one of a green module."""
    for t in types.of(scope, value):
        if isinstance(t, External):
            rows = types.library.knowledge.stale_names.get(t.path, ())
            if rows and not types.library.knowledge.is_green(written(scope, value)):
                return rows[0]
    return None


def _line(line: int) -> Span:
    return (line, 0, line, 0)


def _is_used(b: Bound, types: Types) -> bool:
    if b.kind in ("import", "alias"):
        return is_used(types.program, b.scope, b.name)
    return is_called(types.program, b.name)


def _is_asked(b: Bound, types: Types) -> bool:
    """Whether a method is called that does what the row tells; where types do not tell, as a thread's is called."""
    calls = (site for method in b.row.methods for site in types.program.calls_named(method))
    return not b.row.methods or any(_is_made_by(b.row, site, types) for site in calls)


def _is_made_by(row: StaleNameRow, site: Site, types: Types) -> bool:
    callee = site.call.callee
    if not isinstance(callee, facts.Attribute) or isinstance(callee.base, facts.Constant):
        return False
    found = types.of(site.scope, callee.base)
    bases = {b for t in found if isinstance(t, Instance) for b in types.hierarchy.external_bases(t.klass)}
    paths = {t.path for t in found if isinstance(t, Opaque)}
    return row.name in bases | paths if found else not site.call.arguments
