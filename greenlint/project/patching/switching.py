"""Can anything switch greenthreads while a lock is held?

A lock that is held only around arithmetic and containers is never contended for by greenthreads of one OS thread.
"""

from __future__ import annotations

from greenlint.project.program import Scope
from greenlint.project.terms import External
from greenlint.project.types import Types


def may_switch(types: Types, scope: Scope, block: int) -> bool:
    """Tell whether a call inside a block may switch: one of a library, or of a function of the program."""
    inside = {index for index, _ in enumerate(scope.body.blocks) if _is_within(scope, index, block)}
    for call in scope.body.calls:
        if call.block in inside:
            for t in types.of(scope, call.callee):
                if not (isinstance(t, External) and t.path.startswith(("builtins.", "time.time"))):
                    return True
    return False


def _is_within(scope: Scope, index: int, block: int) -> bool:
    return any(around == block for around, _ in scope.blocks_around(index))
