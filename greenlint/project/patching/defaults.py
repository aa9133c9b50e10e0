"""How does a test come out when nobody has set anything: no environment variable, no option, no debugger?

What stands behind a test of the environment happens or not as the user wishes; but one of the two is what happens
when the user wishes nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from greenlint.project.program import Scope
from greenlint.project.terms import External
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_OPEN = object()
_GETTERS = ("os.environ.get", "os.getenv")
_WISHES = ("os.environ", "sys.argv")
"""What holds the user's wishes by name: nothing by default."""

_DEBUGGER = re.compile(r"debugger|pydev", re.IGNORECASE)
_METHODS: Mapping[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "strip": str.strip}
_CONVERSIONS: Mapping[str, Callable[..., object]] = {
    "builtins.bool": bool,
    "builtins.int": int,
    "builtins.str": str,
    "builtins.len": len,
}
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "==": operator.eq, "is": operator.eq, "!=": operator.ne, "is not": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda one, other: one in other, "not in": lambda one, other: one not in other,
}  # fmt: skip
_DEEPEST = 6


def by_default(types: Types, scope: Scope, test: Value | None) -> bool | None:
    """Return how a test comes out by default; None if it asks for something else than a wish of the user."""
    value = _evaluated(types, scope, test, 0)
    return None if value is _OPEN else bool(value)


def _evaluated(types: Types, scope: Scope, value: Value | None, depth: int) -> object:
    if depth > _DEEPEST:
        return _OPEN
    if isinstance(value, facts.Constant):
        return value.value
    if isinstance(value, facts.Call):
        return _called(types, scope, value, depth)
    if isinstance(value, facts.Operation):
        return _operation(types, scope, value, depth)
    if isinstance(value, facts.Sequence):
        items = [_evaluated(types, scope, item, depth + 1) for item in value.items]
        return _OPEN if _OPEN in items else tuple(items)
    if isinstance(value, facts.Name | facts.Attribute) and _DEBUGGER.search(facts.last_name(value)):
        return False
    if isinstance(value, facts.Name):
        return _bound(types, scope, value.id, depth)
    return _OPEN


def _bound(types: Types, scope: Scope, name: str, depth: int) -> object:
    owner = types.home_of(scope, name)
    bound = owner.locals.get(name, [])
    if owner.parameter(name) is not None or len(bound) != 1 or name in scope.module.facts.global_writes:
        return _OPEN
    return _evaluated(types, owner, bound[0].value, depth + 1)


def _called(types: Types, scope: Scope, value: facts.Call, depth: int) -> object:
    home = scope.module.scopes[value.scope]
    call = home.body.calls[value.index]
    path = next((t.path for t in types.of(home, call.callee) if isinstance(t, External)), "")
    if path in _GETTERS:
        return _evaluated(types, home, call.arguments[1], depth + 1) if len(call.arguments) > 1 else None
    if _DEBUGGER.search(_text(call.callee)):
        return False
    if path in _CONVERSIONS and len(call.arguments) == 1:
        return _applied(_CONVERSIONS[path], _evaluated(types, home, call.arguments[0], depth + 1))
    if isinstance(call.callee, facts.Attribute) and call.callee.name in _METHODS and not call.arguments:
        return _applied(_METHODS[call.callee.name], _evaluated(types, home, call.callee.base, depth + 1))
    return _OPEN


def _applied(function: Callable[..., object], *values: object) -> object:
    try:
        return _OPEN if _OPEN in values else function(*values)
    except (TypeError, ValueError):
        return _OPEN


def _operation(types: Types, scope: Scope, test: facts.Operation, depth: int) -> object:
    if test.operator in ("in", "not in") and _is_debugger_asked_for(test.operands[0]):
        return test.operator == "not in"
    if test.operator in ("in", "not in") and _path(types, scope, test.operands[1]) in _WISHES:
        return test.operator == "not in"
    values = [_evaluated(types, scope, operand, depth + 1) for operand in test.operands]
    if test.operator in ("and", "or"):
        return _joined(test.operator, values)
    if _OPEN in values:
        return _OPEN
    if test.operator == "not":
        return not values[0]
    return _compared(test.operator, values)


def _is_debugger_asked_for(value: Value | None) -> bool:
    """``"--use-debugger" in sys.argv``."""
    return isinstance(value, facts.Constant) and isinstance(value.value, str) and bool(_DEBUGGER.search(value.value))


def _joined(word: str, values: list[object]) -> object:
    decisive = word == "or"
    for value in values:
        if value is not _OPEN and bool(value) is decisive:
            return value
    return _OPEN if _OPEN in values else values[-1]


def _compared(word: str, values: list[object]) -> object:
    """Compare two values; what raises an exception, as ``None in "yes"`` does, says nothing."""
    compare = _COMPARISONS.get(word)
    return _OPEN if compare is None or len(values) != 2 else _applied(compare, *values)


def _path(types: Types, scope: Scope, value: Value | None) -> str:
    return next((t.path for t in types.of(scope, value) if isinstance(t, External)), "")


def _text(value: Value | None) -> str:
    """Return the dotted text of a callee."""
    if isinstance(value, facts.Attribute):
        return f"{_text(value.base)}.{value.name}"
    return value.id if isinstance(value, facts.Name) else ""
