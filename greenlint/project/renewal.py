"""What keeps a client that was cut short from being used again: it is closed, replaced, or the code does not go on."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence

from greenlint.project.deadlines import Deadline
from greenlint.project.origins import Slot
from greenlint.project.overlap import ENDS
from greenlint.project.program import Scope, Site
from greenlint.project.terms import Opaque
from greenlint.project.types import Types
from greenlint.summary import facts

_RENEWS = ENDS | {"quit", "connect", "reconnect", "reset", "abort", "dispose", "invalidate", "destroy", "release"}
_TAKES_OUT = frozenset(("pop", "popitem", "remove", "discard", "clear"))
_DEEPEST = 3


class After(enum.Enum):
    """How code goes on after a Timeout: not at all while it, or what a handler raises instead, is on its way up."""

    RAISES = "the Timeout itself"
    RAISES_ANOTHER = "another exception"
    GOES_ON = "with the next statement"
    BREAKS = "behind the loop"
    RETURNS = "in the caller"


_LEAVES = {"raise": After.RAISES_ANOTHER, "break": After.BREAKS, "return": After.RETURNS}


class Renewal:
    """Answers for one program."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def follows(self, deadline: Deadline, scopes: Sequence[Scope], slot: Slot, birth: Site) -> bool:
        """Tell whether what is left behind is closed or replaced, in a handler, afterwards, or before each use."""
        scope = deadline.scope
        seen: set[Scope] = set()
        for inner in scopes:
            if self._renews(inner, _caught_in(inner, deadline), slot, birth, seen, _DEEPEST):
                return True
        if self._renews(scope, _gone_on(scope, deadline), slot, birth, seen, _DEEPEST, since=deadline.ends):
            return True
        if slot[0] != "variable" and self._replaces(scope, _each_time(scope, deadline.within), slot):
            return True
        for edge in self._types.callers.of(scope):
            caller, call = edge.site.scope, edge.site.call
            handlers = [*_handlers(caller, call.block, deadline), *_after_handlers(caller, call.block)]
            if self._renews(caller, _with_inner(caller, handlers), slot, birth, seen, _DEEPEST):
                return True
        return False

    @staticmethod
    def onwards(scope: Scope, block: int, deadline: Deadline, after: After) -> tuple[After, frozenset[int]]:
        """Return how code goes on after a Timeout in a block of a scope, and the loops that go on in the scope."""
        loops = set()
        for index, around in scope.blocks_around(block):
            if around.kind == "try" and after in (After.RAISES, After.RAISES_ANOTHER):
                after = _handled(scope, index, deadline, after)
            elif around.kind in facts.LOOPS and after is After.GOES_ON:
                loops.add(index)
            elif around.kind in facts.LOOPS and after is After.BREAKS:
                after = After.GOES_ON
        return after, frozenset(loops)

    def _renews(
        self, scope: Scope, blocks: Sequence[int], slot: Slot, birth: Site, seen: set[Scope], depth: int, since: int = 0
    ) -> bool:
        inside = set(blocks)
        if not inside:
            return False
        if self._replaces(scope, inside, slot, since):
            return True
        for index, call in enumerate(scope.body.calls):
            if call.block in inside and index >= since and self._ends(scope, call, slot, birth, seen, depth):
                return True
        return False

    @staticmethod
    def _replaces(scope: Scope, blocks: Sequence[int] | set[int], slot: Slot, since: int = 0) -> bool:
        """Whether blocks of a scope put something else into the slot."""
        body, name = scope.body, slot[-1]
        if slot[0] == "field":
            return any(s.name == name and s.block in blocks and s.at >= since for s in body.stores)
        return any(b.name == name and b.block in blocks and b.at >= since for b in body.bindings)

    def _ends(
        self, scope: Scope, call: facts.CallSite, slot: Slot, birth: Site, seen: set[Scope], depth: int
    ) -> bool:
        callee = call.callee
        if isinstance(callee, facts.Attribute) and callee.name in _RENEWS | _TAKES_OUT:
            if facts.last_name(callee.base) == slot[-1]:
                return True
            if any(isinstance(t, Opaque) and t.birth == birth for t in self._types.of(scope, callee.base)):
                return callee.name in _RENEWS
        for t in self._types.of(scope, callee) if depth else ():
            for function, _ in self._types.callers.targets(t):
                if function not in seen:
                    seen.add(function)
                    if self._renews(function, range(len(function.body.blocks)), slot, birth, seen, depth - 1):
                        return True
        return False


def _caught_in(scope: Scope, deadline: Deadline) -> list[int]:
    """The handlers of a scope that may see a Timeout, wherever they stand, and its ``finally`` blocks."""
    blocks = enumerate(scope.body.blocks)
    return _with_inner(
        scope, [i for i, b in blocks if b.kind == "finally" or (b.kind == "except" and deadline.is_caught_by(b))]
    )


def _with_inner(scope: Scope, blocks: Sequence[int]) -> list[int]:
    """The blocks and those inside them."""
    every = range(len(scope.body.blocks))
    return [index for index in every if any(around in blocks for around, _ in scope.blocks_around(index))]


def _gone_on(scope: Scope, deadline: Deadline) -> list[int]:
    """The blocks of a scope less the handlers that do not see a Timeout, in which code may go on after it."""
    missed = {
        index
        for index, block in enumerate(scope.body.blocks)
        if block.kind == "except" and not deadline.is_caught_by(block)
    }
    every = range(len(scope.body.blocks))
    return [index for index in every if not missed.intersection(i for i, _ in scope.blocks_around(index))]


def _each_time(scope: Scope, block: int) -> list[int]:
    """The blocks that run whenever one does, again and again: a module body itself runs once."""
    around = [index for index, _ in scope.blocks_around(block)]
    if scope.kind == "module":
        loops = [position for position, index in enumerate(around) if scope.body.blocks[index].kind in facts.LOOPS]
        return around[: loops[-1] + 1] if loops else []
    return around


def _handled(scope: Scope, tried: int, deadline: Deadline, after: After) -> After:
    """Return how code goes on after a ``try`` that the Timeout comes out of."""
    blocks = scope.body.blocks
    handlers = clauses(scope, tried, "except")
    seen = [i for i in handlers if after is After.RAISES_ANOTHER or deadline.is_caught_by(blocks[i])]
    leaves = [next((e.kind for e in scope.body.exits if e.block == index), "") for index in seen]
    if "" in leaves:
        return After.GOES_ON
    return _LEAVES[leaves[0]] if leaves else after


def _handlers(scope: Scope, block: int, deadline: Deadline) -> Iterator[int]:
    """Yield the ``except`` blocks that catch a Timeout raised in a block."""
    blocks = scope.body.blocks
    for index, around in scope.blocks_around(block):
        if around.kind == "try":
            yield from (i for i in clauses(scope, index, "except") if deadline.is_caught_by(blocks[i]))


def _after_handlers(scope: Scope, block: int) -> Iterator[int]:
    for index, around in scope.blocks_around(block):
        if around.kind == "try":
            yield from clauses(scope, index, "finally")


def clauses(scope: Scope, tried: int, kind: str) -> Iterator[int]:
    """Yield the clauses of a kind that belong to a ``try`` block."""
    blocks = scope.body.blocks
    for index in range(tried + 1, len(blocks)):
        if blocks[index].parent == blocks[tried].parent:
            if blocks[index].kind == "try":
                return
            if blocks[index].kind == kind:
                yield index
