"""Code that runs in a child process: what follows ``if os.fork() == 0`` shares nothing with the parent's loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.program import Scope


def is_in_forked_child(scope: Scope, block: int) -> bool:
    """Tell whether a block runs in a child process that the scope has just forked."""
    for _, around in scope.blocks_around(block):
        if around.kind == "if" and is_forked_child(scope, around.value):
            return True
        if around.kind == "else" and _is_process(scope, around.value):
            return True
    return False


def is_forked_child(scope: Scope, test: Value | None) -> bool:
    """Tell whether a condition is ``pid == 0`` after ``pid = os.fork()``: another process, which loops no more."""
    if not isinstance(test, facts.Operation):
        return False
    is_zero = test.operator == "==" and facts.Constant(0) in test.operands
    return (is_zero or test.operator == "not") and any(_is_process(scope, operand) for operand in test.operands)


def _is_process(scope: Scope, value: Value | None) -> bool:
    """Whether a value is what ``fork`` returned."""
    values = [value]
    if isinstance(value, facts.Name):
        values = [binding.value for binding in scope.locals.get(value.id, ())]
    calls = [scope.module.scopes[v.scope].body.calls[v.index] for v in values if isinstance(v, facts.Call)]
    return any(facts.last_name(call.callee) == "fork" for call in calls)
