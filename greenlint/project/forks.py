"""Code that runs in a child process: what follows ``if os.fork() == 0`` shares nothing with the parent's loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.program import Scope


def is_in_forked_child(scope: Scope, block: int) -> bool:
    """Tell whether a block runs in a child process that the scope has just forked."""
    return any(b.kind == "if" and is_forked_child(scope, b.value) for _, b in scope.blocks_around(block))


def is_forked_child(scope: Scope, test: Value | None) -> bool:
    """Tell whether a condition is ``pid == 0`` after ``pid = os.fork()``: another process, which loops no more."""
    if not isinstance(test, facts.Operation) or facts.Constant(0) not in test.operands or test.operator != "==":
        return False
    for operand in test.operands:
        for binding in scope.locals.get(operand.id, ()) if isinstance(operand, facts.Name) else ():
            if isinstance(binding.value, facts.Call):
                callee = scope.module.scopes[binding.value.scope].body.calls[binding.value.index].callee
                if facts.last_name(callee) == "fork":
                    return True
    return False
