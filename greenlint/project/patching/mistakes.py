"""Calls of patch functions that do not do what they look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from greenlint.knowledge.schema import PatchApiRow
from greenlint.project.patching.calls import ACTIONS
from greenlint.project.patching.groups import ValueOf, all_groups, effective_groups, literals, selection
from greenlint.project.patching.timeline import Timeline
from greenlint.project.program import Scope, Site
from greenlint.project.terms import External
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Span, Value

Kind = Literal["not-called", "unknown-keyword", "positional", "only-extras", "not-selective"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A patch function that is named or called wrongly; ``words`` are the keywords or groups concerned."""

    scope: Scope
    span: Span
    row: PatchApiRow
    kind: Kind
    words: tuple[str, ...] = ()


def mistakes(timeline: Timeline, types: Types) -> Iterator[Mistake]:
    """Yield the mistakes in source order."""
    found = [*not_called(types)]
    for site, row in timeline.calls.all():
        found += _in_call(types, site, row)
    yield from sorted(found, key=lambda m: (m.scope.module.path, m.span))


def not_called(types: Types) -> Iterator[Mistake]:
    """Yield the statements that name a patch function and do not call it: ``monkey.patch_all``."""
    apis = types.library.knowledge.patch_apis_by_name
    lasts = {name.rpartition(".")[2] for name, rows in apis.items() if any(row.action in ACTIONS for row in rows)}
    for module in types.program.modules.values():
        for last in sorted(lasts.intersection(module.facts.mentioned)) if module.role == "code" else ():
            for scope_index, index in module.facts.mentioned[last]:
                scope = module.scopes[scope_index]
                mention = scope.body.mentions[index]
                row = _row(types, scope, mention.value)
                if row is not None:
                    yield Mistake(scope, mention.span, row, "not-called")


def _row(types: Types, scope: Scope, value: Value) -> PatchApiRow | None:
    for t in types.of(scope, value):
        if isinstance(t, External):
            for row in types.library.patch_apis(t.path):
                if row.action in ACTIONS:
                    return row
    return None


def _in_call(types: Types, site: Site, row: PatchApiRow) -> Iterator[Mistake]:
    call = site.call
    value_of = literals(types, site.scope)
    covered = selection(row, call, value_of, effective_groups(types.library.knowledge, row.runtime))
    if row.selection == "eventlet" and call.arguments:
        yield Mistake(site.scope, call.span, row, "positional")
    elif covered.unknown and row.unknown_keyword:
        yield Mistake(site.scope, call.span, row, "unknown-keyword", covered.unknown)
    elif row.selection == "eventlet":
        if covered.groups and covered.groups <= set(row.default_off) and not covered.possible:
            yield Mistake(site.scope, call.span, row, "only-extras", tuple(sorted(covered.groups)))
    elif row.selection == "flags" and _looks_selective(types, call, row, value_of):
        words = tuple(name for name, _ in call.keywords if name is not None)
        yield Mistake(site.scope, call.span, row, "not-selective", words)


def _looks_selective(types: Types, call: facts.CallSite, row: PatchApiRow, value_of: ValueOf) -> bool:
    """Whether all that is given are groups that are on anyway, switched on, and not all of them."""
    groups = all_groups(types.library.knowledge, row.runtime)
    given = {name: value_of(value) for name, value in call.keywords}
    if not given or call.arguments or None in given:
        return False
    return set(given) < groups and all(value is True for value in given.values())
