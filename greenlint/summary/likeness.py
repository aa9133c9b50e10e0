"""Whether two versions of a module say the same, wherever in the file they say it.

Comments, docstrings, blank lines and layout leave the facts of a module as they are, but move them. What is proven
rests on the order of lines and columns, never on their numbers: if one version maps onto the other so that every
order stays, whatever was proven of one holds for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from greenlint.summary.facts import Block, ModuleFacts, ScopeFacts, decode_body

Moved = tuple[tuple[int, ...], tuple[int, ...]]
"""A line, or a line and a column, in one version and in the other."""


def alike_but_for_places(one: ModuleFacts, other: ModuleFacts) -> bool:
    """Tell whether the facts are the same and in the same order; facts that cannot be compared are not."""
    moved: list[Moved] = []
    try:
        return _alike(one, other, moved) and _keep_order(moved) and _keep_order([(a[:1], b[:1]) for a, b in moved])
    except (msgspec.DecodeError, RecursionError):
        return False


def _alike(one: object, other: object, moved: list[Moved]) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, msgspec.Struct):
        return all(_alike_field(one, other, name, moved) for name in one.__struct_fields__)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_alike(a, b, moved) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return _alike(tuple(one.items()), tuple(other.items()), moved)
    return one == other


def _alike_field(one: object, other: object, name: str, moved: list[Moved]) -> bool:
    a, b = getattr(one, name), getattr(other, name)
    if name in ("span", "line") and _is_whole_module(one):
        return True
    if name == "span":
        moved += ((a[:2], b[:2]), (a[2:], b[2:]))
        return True
    if name == "line":
        moved.append(((a,), (b,)))
        return True
    if name == "body" and isinstance(one, ScopeFacts):
        a, b = decode_body(a), decode_body(b)
    return _alike(a, b, moved)


def _is_whole_module(fact: object) -> bool:
    """Tell whether a fact begins where its file begins, whatever comes first there."""
    is_module = isinstance(fact, ScopeFacts) and fact.kind == "module"
    return is_module or (isinstance(fact, Block) and fact.kind == "scope")


def _keep_order(moved: Iterable[Moved]) -> bool:
    """Tell whether places follow each other in both versions alike, and one place stays one."""
    return all(a < b and c < d for (a, c), (b, d) in pairwise(sorted(set(moved))))
