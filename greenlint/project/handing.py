"""What a spawn hands to the function that it runs: star arguments, tuples, items of iterables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import structs

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.calls import Passed, bound_value, unpacked
from greenlint.project.program import Scope
from greenlint.project.roots import Entry, Root, Roots
from greenlint.project.terms import BoundMethod, ClassType, Instance, PartialType
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.spawning import Spawn


def feed(types: Types, roots: Roots) -> bool:
    """Let parameters know what spawners pass them; return whether anything was new."""
    spawned: dict[tuple[Scope, str], list[Passed]] = {}
    for root in roots.all:
        for entry in root.entries:
            function = entry.function
            for parameter in function.body.parameters:
                given = handed_to(root, entry, parameter.name)
                if given is not None:
                    spawned.setdefault((function, parameter.name), []).append(given)
    return types.callers.spawned_anew(spawned)


def handed_to(root: Root, entry: Entry, parameter: str) -> Passed | None:
    """Return what a root passes for a parameter of a function that it runs."""
    if root.site is None or entry.via is None:
        return None
    positional, keywords = unpacked(root.given_in or root.scope, root.positional), dict(root.keywords)
    via = entry.via
    while isinstance(via, PartialType):
        made = via.site.call
        if via.site.scope is root.scope:
            positional = [*made.arguments[1:], *positional]
            keywords = {**dict(made.keywords), **keywords}
        via = via.target
    bound = isinstance(via, BoundMethod | Instance | ClassType)
    value = bound_value(entry.function, parameter, positional, keywords, 1 if bound else 0)
    if value is None:
        return None
    return Passed(root.given_in or root.scope, value, root.given_block if root.given_in else root.block)


def argument_of(call: facts.CallSite, position: int, keyword: str) -> Value | None:
    """Return an argument by keyword or position; None where it is missing or hidden behind a star."""
    if keyword:
        for name, value in call.keywords:
            if name == keyword:
                return value
    before = call.arguments[: position + 1]
    if position < 0 or len(before) <= position or any(isinstance(a, facts.Starred) for a in before):
        return None
    return before[position]


def handed_on(
    call: facts.CallSite, spawn: Spawn
) -> tuple[tuple[Value | None, ...], tuple[tuple[str | None, Value | None], ...]]:
    """The arguments that the callable gets."""
    row = spawn.row
    if spawn.inner is not None:
        return spawn.inner.positional, spawn.inner.keywords
    if spawn.wrapper is not None:
        return call.arguments[spawn.position + 1 :] if spawn.position >= 0 else (), call.keywords
    if row.args_style == "star":
        return (None,) * row.leading_arguments + call.arguments[row.args_from :], call.keywords
    if row.args_style == "tuple":
        return _tuple_arguments(call, row)
    rest = call.arguments[max(row.args_from, 0) :] if row.args_from >= 0 else ()
    if row.args_style == "items":
        return tuple(facts.Element(value) for value in rest), ()
    if row.args_style == "items-star" and rest:
        return tuple(facts.Item(facts.Element(rest[0]), facts.Constant(index)) for index in range(6)), ()
    return (), ()


def _tuple_arguments(
    call: facts.CallSite, row: SpawnRow
) -> tuple[tuple[Value | None, ...], tuple[tuple[str | None, Value | None], ...]]:
    values = argument_of(call, row.args_position, row.args_keyword)
    named = argument_of(call, -1, row.kwargs_keyword)
    positional = values.items if isinstance(values, facts.Sequence) else ()
    keywords: list[tuple[str | None, Value | None]] = []
    if isinstance(named, facts.Mapping):
        for key, value in zip(named.keys, named.items, strict=True):
            if isinstance(key, facts.Constant) and isinstance(key.value, str):
                keywords.append((key.value, value))
    return positional, tuple(keywords)


def position_of(function: Scope, name: str) -> int:
    """The position of a parameter among the arguments of a call; -1 when it is given by name only."""
    names = [p.name for p in function.body.parameters if p.kind == "positional"]
    if name not in names:
        return -1
    bound = function.owner is not None and "staticmethod" not in function.decorator_names()
    return names.index(name) - (1 if bound else 0)


def called_parameters(function: Scope) -> Iterator[tuple[Scope, str]]:
    """Yield the parameters of enclosing functions that a nested function calls."""
    if function.parent is None or function.parent.kind not in ("function", "lambda"):
        return
    for call in function.body.calls:
        if isinstance(call.callee, facts.Name) and not function.is_local(call.callee.id):
            at: Scope | None = function.parent
            while at is not None and at.kind in ("function", "lambda"):
                if at.parameter(call.callee.id) is not None:
                    yield at, call.callee.id
                    break
                at = at.parent


def as_called(row: SpawnRow, call: facts.CallSite) -> SpawnRow:
    """Return what a row says of a call: it may ask the hub itself to run the callable."""
    if row.hub_keyword and (row.hub_keyword, facts.Constant(None)) in call.keywords:
        return structs.replace(row, runs_in="hub", multiplicity="one-per-call", self_overlap="never")
    return row
