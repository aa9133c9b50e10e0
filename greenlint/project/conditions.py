"""Rows that speak of a client only if the call that makes it, or the one that uses it, has a certain argument."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.knowledge.schema import ClientRow, GuardRow, When
from greenlint.project.program import Scope, Site
from greenlint.project.terms import Instance
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

DEEPEST = 8


def holds(types: Types, row: ClientRow | GuardRow, birth: Site | None, used: Site | None) -> bool:
    """Tell whether the condition of a row holds; a row without one is no special case."""
    site = None if row.when is None else used if row.when.use else birth
    if row.when is None or site is None:
        return False
    if row.when.starts:
        whole = facts.Call(site.scope.index, site.index)
        return any(text.startswith(row.when.starts) for text in texts_within(types, site.scope, whole))
    wanted = (row.when.equals,) if isinstance(row.when.equals, str) else row.when.equals
    return any(
        _says(value, text)
        for given in _arguments(site.call, row.when)
        for value in _meant(types, site.scope, given)
        for text in wanted
    )


def _arguments(call: facts.CallSite, when: When) -> Iterator[Value | None]:
    for position, value in enumerate(call.arguments):
        if when.anywhere or position == when.argument:
            yield value
    for name, value in call.keywords:
        if when.anywhere or name == when.keyword:
            yield value


def _meant(types: Types, scope: Scope, value: Value | None) -> Iterator[Value | None]:
    """The value as it is written, and what callers pass if it is a parameter."""
    yield value
    if isinstance(value, facts.Name) and scope.parameter(value.id) is not None:
        for passed in types.callers.arguments(scope, value.id):
            yield passed.value


def texts_within(types: Types, scope: Scope, value: Value | None, depth: int = 0) -> Iterator[str]:
    """Yield the texts that a value is made of, through calls, displays, variables and attributes of the program."""
    if isinstance(value, facts.Constant) and isinstance(value.value, str):
        yield value.value
    for part_scope, part in _parts(types, scope, value) if depth < DEEPEST else ():
        yield from texts_within(types, part_scope, part, depth + 1)


def _parts(types: Types, scope: Scope, value: Value | None) -> Iterator[tuple[Scope, Value | None]]:
    if isinstance(value, facts.Operation):
        yield from ((scope, operand) for operand in value.operands)
    elif isinstance(value, facts.Mapping | facts.Sequence):
        yield from ((scope, item) for item in value.items)
    elif isinstance(value, facts.Call):
        home = scope.module.scopes[value.scope]
        call = home.body.calls[value.index]
        base = call.callee.base if isinstance(call.callee, facts.Attribute) else call.callee
        given = (base, *call.arguments, *(argument for _, argument in call.keywords))
        yield from ((home, part) for part in given)
    elif isinstance(value, facts.Name):
        owner = types.home_of(scope, value.id)
        yield from ((owner, binding.value) for binding in owner.locals.get(value.id, ()))
        if owner.parameter(value.id) is not None:
            yield from ((passed.scope, passed.value) for passed in types.callers.arguments(owner, value.id))
    elif isinstance(value, facts.Attribute):
        for t in types.of(scope, value.base):
            if isinstance(t, Instance):
                stores = types.hierarchy.stores(t.klass, value.name)
                yield from ((stored_in, store.value) for stored_in, store in stores)


def _says(value: Value | None, text: str) -> bool:
    """Whether a value is a constant or a name of that text, alone or joined with others by ``|``."""
    if isinstance(value, facts.Operation):
        return any(_says(operand, text) for operand in value.operands)
    return str(value.value) == text if isinstance(value, facts.Constant) else facts.last_name(value) == text
