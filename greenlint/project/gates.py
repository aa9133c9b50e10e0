"""Loops that start a greenthread only when the one before is done: each pass waits for what that one gives last."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.project.program import Scope
from greenlint.project.roots import Root
from greenlint.summary import facts

_WAITS = frozenset(("wait", "get", "acquire"))
_GIVES = frozenset(("set", "put", "put_nowait", "send", "release"))


def gated_loops(root: Root) -> frozenset[int]:
    """Return the loops around a spawn whose every pass begins with a wait that all functions started there end.

    What the wait gives is not used: an item that is taken out of a queue to be worked on is no such signal.
    """
    given = [set(_named(entry.function, _GIVES)) for entry in root.entries]
    common = set.intersection(*given) if given else set()
    calls = root.scope.body.calls[: root.site.index] if root.site is not None and common else ()
    return frozenset(
        loop
        for call in calls
        for loop in root.loops
        if call.discarded and _name_of(call, _WAITS) in common and _is_in(root.scope, call.block, loop)
    )


def _is_in(scope: Scope, block: int, loop: int) -> bool:
    """Whether a block stands in a loop with no condition between."""
    for index, around in scope.blocks_around(block):
        if index == loop:
            return True
        if around.kind not in ("try", "with"):
            return False
    return False


def _named(function: Scope, methods: frozenset[str]) -> Iterator[str]:
    for call in function.body.calls:
        name = _name_of(call, methods)
        if name:
            yield name


def _name_of(call: facts.CallSite, methods: frozenset[str]) -> str:
    """The variable or attribute on which one of the methods is called; empty for other calls."""
    callee = call.callee
    return facts.last_name(callee.base) if isinstance(callee, facts.Attribute) and callee.name in methods else ""
