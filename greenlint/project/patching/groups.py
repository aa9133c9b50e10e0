"""Which groups one patch call covers: the keyword semantics of the two libraries, which differ.

eventlet   one keyword that equals True switches the default off for all others; an unknown keyword is a TypeError.
gevent     flags are independent, and an unknown one is ignored.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.schema import PatchApiRow
from greenlint.project.patching.conditions import constant
from greenlint.project.program import Scope
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

UNKNOWN = object()
"""The value of a keyword that the source does not tell."""

ValueOf = Callable[[Value | None], object]
_SPELLINGS = {"__builtin__": "builtins"}
_MOST_UNKNOWN = 4


class Selection(NamedTuple):
    """What one patch call covers: ``groups`` surely, ``possible`` if keywords have the right values.

    ``unknown`` are keywords that the function does not have.
    """

    library: str
    groups: frozenset[str]
    possible: frozenset[str]
    unknown: tuple[str, ...] = ()


def all_groups(knowledge: Knowledge, library: str) -> frozenset[str]:
    """Return the groups of a library that change anything and that its patch covers without being asked."""
    return frozenset(g for g in effective_groups(knowledge, library) if knowledge.patch_groups[library, g].default)


def effective_groups(knowledge: Knowledge, library: str) -> frozenset[str]:
    """Return the groups of a library that change anything, asked for or not."""
    return frozenset(
        row.group
        for (runtime, _), row in knowledge.patch_groups.items()
        if runtime == library and (row.greens or row.greens_indirectly or row.removes)
    )


def groups_of_name(knowledge: Knowledge, library: str, name: str) -> frozenset[str]:
    """Return the groups that change a name of the standard library; all of them for one that any patch changes."""
    found = frozenset(
        row.group
        for (runtime, _), row in knowledge.patch_groups.items()
        if runtime == library and name in (*row.greens, *row.greens_indirectly, *row.removes)
    )
    return found or effective_groups(knowledge, library)


def literals(types: Types, scope: Scope) -> ValueOf:
    """Return what tells the values of a scope that are literals; all others are UNKNOWN."""

    def value_of(value: Value | None) -> object:
        found = constant(types, scope, value)
        return UNKNOWN if found is None else found.value

    return value_of


def selection(row: PatchApiRow, call: facts.CallSite, value_of: ValueOf, effective: frozenset[str]) -> Selection:
    """Return what a call of a patch function covers; ``effective`` are the groups that change anything."""
    if row.selection == "fixed":
        return _fixed(row, call, value_of)
    given = {_SPELLINGS.get(name, name): value_of(value) for name, value in call.keywords if name is not None}
    given |= {name: value_of(value) for name, value in zip(row.keywords, call.arguments, strict=False)}
    opaque = any(name is None for name, _ in call.keywords) or any(
        isinstance(value, facts.Starred) for value in call.arguments
    )
    known = {*row.keywords, "all"} if row.selection == "eventlet" else {*row.keywords}
    unknown = tuple(name for name in given if name not in known)
    if unknown and row.unknown_keyword == "TypeError":
        return Selection(row.runtime, frozenset(), frozenset(), unknown)
    covered = _eventlet if row.selection == "eventlet" else _flags
    ways = [covered(row, values) & effective for values in _ways(given)]
    sure, possible = frozenset.intersection(*ways), frozenset.union(*ways)
    if opaque:
        return Selection(row.runtime, frozenset(), possible | (frozenset(row.default_on) & effective), unknown)
    return Selection(row.runtime, sure, possible - sure, unknown)


def _ways(given: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    """Yield the keywords with each combination of truth values that the unknown ones can have."""
    open_ = [name for name, value in given.items() if value is UNKNOWN][:_MOST_UNKNOWN]
    for values in itertools.product((True, False), repeat=len(open_)):
        yield {**given, **dict(zip(open_, values, strict=True))}


def _eventlet(row: PatchApiRow, given: Mapping[str, object]) -> frozenset[str]:
    """``default = kwargs.pop("all", None)``; unset, it is whether no keyword equals True (patcher.py:322)."""
    rest = {name: value for name, value in given.items() if name != "all"}
    default = bool(given["all"]) if given.get("all") is not None else True not in rest.values()
    chosen = {group for group in row.default_on if rest.get(group, default)}
    return frozenset(chosen | {group for group in row.default_off if rest.get(group, False)})


def _flags(row: PatchApiRow, given: Mapping[str, object]) -> frozenset[str]:
    on = {group for group in row.default_on if given.get(group, True)}
    on |= {group for group in row.default_off if given.get(group, False)}
    return frozenset(group for group in on if row.within.get(group, group) in on)


def _fixed(row: PatchApiRow, call: facts.CallSite, value_of: ValueOf) -> Selection:
    """``patch_socket(dns=False)`` leaves out one of the groups that it otherwise covers."""
    given = {name: value_of(value) for name, value in call.keywords if name is not None}
    unsure = frozenset(group for group in row.groups if given.get(group) is UNKNOWN)
    left_out = {group for group in row.groups if group in given and not given[group]}
    return Selection(row.runtime, frozenset(row.groups) - unsure - left_out, unsure)
