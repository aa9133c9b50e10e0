"""Does a block run? What is known of tests by platform, Python version, type checking and ``__name__``.

The world that is assumed: Linux, a supported Python 3, no type checker, the module's ``__name__`` as it is run.
Everything else that a test asks is open, and what stands behind it happens only under that *condition*.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from greenlint.project.patching.defaults import by_default
from greenlint.project.program import Scope
from greenlint.project.terms import External
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_TRUTHS = {"six.PY3": True, "six.PY2": False, "typing.TYPE_CHECKING": False}
_NAMES = {
    "sys.platform": ("linux", "linux2"),
    "os.name": ("posix",),
    "platform.system()": ("Linux",),
}
_LOADED = ("sys.modules", "sys.modules.keys()")
_NOT_LOADED = frozenset(("nose", "pytest", "_pytest", "pydevd", "pdb", "debugpy"))
"""Modules of test runners and debuggers: the program as it is in production has none of them."""

_ASKING = ("builtins.hasattr", "builtins.getattr", "os.environ.get", "os.getenv")
_ABSENT = frozenset(("_called_from_test", "frozen", "PYTEST_CURRENT_TEST", "PYDEVD_LOAD_VALUES_ASYNC"))
"""What test runners, freezers and debuggers set."""

_VERSION = "sys.version_info"
_MAJOR = 3
_LEAST_MINOR, _MOST_MINOR = 11, 99
_MOST_CONDITIONS = 10


class Condition(NamedTuple):
    """A test that is open: the block that it opens, and whether it came out true.

    ``default`` is how it comes out when nobody has set anything; None if that says nothing.
    """

    scope: Scope
    block: int
    holds: bool
    default: bool | None = None

    def opposite(self) -> Condition:
        """Return the condition that the test came out the other way."""
        return self._replace(holds=not self.holds)


Conditions = frozenset[Condition]
ALWAYS: Conditions = frozenset()


def conditions_of(types: Types, scope: Scope, block: int, is_main: bool) -> Conditions | None:
    """Return the open tests around a block; None if it never runs."""
    found: set[Condition] = set()
    for index, around in scope.blocks_around(block):
        if around.kind == "except":
            found.add(Condition(scope, index, True))
        elif around.kind in ("if", "else"):
            outcome = holds(types, scope, around.value, is_main)
            wanted = around.kind == "if"
            if outcome is None:
                default = by_default(types, scope, around.value)
                found.add(Condition(scope, _opened_by(scope, index), wanted, default))
            elif outcome is not wanted:
                return None
    return frozenset(found)


def left_before(types: Types, scope: Scope, block: int, at: tuple[int, int], is_main: bool) -> Conditions | None:
    """Return the tests that must have failed, or an earlier ``return`` would have ended the scope; None if one did."""
    found: set[Condition] = set()
    inside = {index for index, _ in scope.blocks_around(block)}
    for exit_ in scope.body.exits:
        if exit_.kind != "return" or exit_.block in inside or exit_.block == 0:
            continue
        if (exit_.at, scope.body.blocks[exit_.block].line) > at or _may_go_on(scope, exit_.block):
            continue
        open_ = conditions_of(types, scope, exit_.block, is_main)
        if open_ is None:
            continue
        if not open_:
            return None
        found.add(next(iter(open_)).opposite() if len(open_) == 1 else Condition(scope, exit_.block, False))
    return frozenset(found)


def surely(ways: Iterable[Conditions]) -> bool:
    """Tell whether one of the ways is taken however the open tests come out (Shannon expansion).

    Tests that come out by default as a way needs them are taken to do so.
    """
    return _covered(tuple(by_choice(way) for way in ways), _MOST_CONDITIONS)


def by_choice(way: Conditions) -> Conditions:
    """Return the conditions that somebody has to make true."""
    return frozenset(condition for condition in way if condition.default is not condition.holds)


def _covered(ways: tuple[Conditions, ...], left: int) -> bool:
    if not all(ways):
        return True
    if not ways or not left:
        return False
    chosen = min(ways[0], key=lambda c: (c.scope.key, c.block))
    other = chosen.opposite()
    true = tuple(way - {chosen} for way in ways if other not in way)
    false = tuple(way - {other} for way in ways if chosen not in way)
    return _covered(true, left - 1) and _covered(false, left - 1)


def _may_go_on(scope: Scope, block: int) -> bool:
    """Whether a return in the block need not end the scope for good: in a loop, or where an exception may pass it."""
    return any(around.kind in (*facts.LOOPS, "try", "except") for _, around in scope.blocks_around(block))


def _opened_by(scope: Scope, index: int) -> int:
    """Return the ``if`` block that an ``else`` block belongs to."""
    blocks = scope.body.blocks
    wanted = blocks[index]
    if wanted.kind == "if":
        return index
    pairs = (i for i in range(index - 1, -1, -1) if blocks[i].kind == "if" and blocks[i].parent == wanted.parent)
    return next((i for i in pairs if blocks[i].line == wanted.line and blocks[i].value == wanted.value), index)


def holds(types: Types, scope: Scope, test: Value | None, is_main: bool) -> bool | None:
    """Return how a test comes out in the world that is assumed; None if that is open."""
    if isinstance(test, facts.Constant):
        return bool(test.value)
    if isinstance(test, facts.Operation):
        return _operation(types, scope, test, is_main)
    if isinstance(test, facts.Call):
        return False if _asks_for_test_runner(types, scope, test) else _method_of_name(types, scope, test)
    path = _path(types, scope, test)
    if path in _TRUTHS:
        return _TRUTHS[path]
    if facts.last_name(test) == "TYPE_CHECKING":
        return False
    value = constant(types, scope, test)
    return bool(value.value) if value is not None else None


def _operation(types: Types, scope: Scope, test: facts.Operation, is_main: bool) -> bool | None:
    if test.operator in ("not", "and", "or"):
        parts = [holds(types, scope, operand, is_main) for operand in test.operands]
        if test.operator == "not":
            return None if parts[0] is None else not parts[0]
        decisive = test.operator == "or"
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if len(test.operands) != 2:
        return None
    return _comparison(types, scope, test.operator, test.operands[0], test.operands[1], is_main)


def _comparison(
    types: Types, scope: Scope, operator: str, left: Value | None, right: Value | None, is_main: bool
) -> bool | None:
    if operator in ("==", "!=") and _asks_for_main(left, right):
        return is_main if operator == "==" else not is_main
    if operator in ("in", "not in") and isinstance(left, facts.Constant) and left.value in _NOT_LOADED:
        return operator == "not in" if _path(types, scope, right) in _LOADED else None
    path = _path(types, scope, left)
    if path in _NAMES:
        return _named(types, scope, operator, _NAMES[path], right)
    if path.startswith(_VERSION):
        return _version(operator, path, left, right)
    known, wanted = constant(types, scope, left), constant(types, scope, right)
    if known is None or wanted is None or operator not in ("==", "!="):
        return None
    return (known.value == wanted.value) is (operator == "==")


def _asks_for_main(left: Value | None, right: Value | None) -> bool:
    return {facts.Name("__name__"), facts.Constant("__main__")} == {left, right}


def _named(types: Types, scope: Scope, operator: str, names: tuple[str, ...], other: Value | None) -> bool | None:
    if operator in ("==", "!="):
        value = constant(types, scope, other)
        return None if value is None else (value.value in names) is (operator == "==")
    if operator in ("in", "not in") and isinstance(other, facts.Sequence):
        values = [item.value for item in other.items if isinstance(item, facts.Constant)]
        if len(values) == len(other.items):
            return any(name in values for name in names) is (operator == "in")
    return None


def _version(operator: str, path: str, left: Value | None, right: Value | None) -> bool | None:
    """Compare ``sys.version_info``, or a slice from its beginning, with a tuple, or its first element with a number."""
    key = left.key if isinstance(left, facts.Item) else None
    if isinstance(key, facts.Constant) and key.value != 0:
        return None
    if key is not None or path.endswith(".major"):
        wanted = [right.value] if isinstance(right, facts.Constant) else []
    else:
        items = right.items if isinstance(right, facts.Sequence) else ()
        wanted = [item.value if isinstance(item, facts.Constant) else None for item in items[:2]]
    numbers = tuple(number for number in wanted if isinstance(number, int))
    if not numbers or len(numbers) != len(wanted):
        return None
    outcomes = {_compared(operator, (_MAJOR, minor)[: len(numbers)], numbers) for minor in (_LEAST_MINOR, _MOST_MINOR)}
    return outcomes.pop() if len(outcomes) == 1 else None


def _compared(operator: str, ours: tuple[int, ...], other: tuple[int, ...]) -> bool | None:
    table = {
        ">=": ours >= other, ">": ours > other, "<": ours < other, "<=": ours <= other,
        "==": ours == other, "!=": ours != other,
    }  # fmt: skip
    return table.get(operator)


def _asks_for_test_runner(types: Types, scope: Scope, test: facts.Call) -> bool:
    """``hasattr(sys, "_called_from_test")``, ``os.environ.get("PYTEST_CURRENT_TEST")`` and the like."""
    call = scope.module.scopes[test.scope].body.calls[test.index]
    if _path(types, scope, call.callee) not in _ASKING:
        return False
    return any(isinstance(value, facts.Constant) and value.value in _ABSENT for value in call.arguments)


def _method_of_name(types: Types, scope: Scope, test: facts.Call) -> bool | None:
    """``sys.platform.startswith("win")``."""
    call = scope.module.scopes[test.scope].body.calls[test.index]
    if not isinstance(call.callee, facts.Attribute) or call.callee.name != "startswith" or not call.arguments:
        return None
    names = _NAMES.get(_path(types, scope, call.callee.base))
    start = call.arguments[0]
    if names is None or not isinstance(start, facts.Constant) or not isinstance(start.value, str):
        return None
    return any(name.startswith(start.value) for name in names)


def constant(types: Types, scope: Scope, value: Value | None) -> facts.Constant | None:
    """Return the constant that a value is, also through a name that is bound once, to one."""
    if isinstance(value, facts.Constant):
        return value
    if isinstance(value, facts.Name):
        owner = types.home_of(scope, value.id)
        if owner.parameter(value.id) is None and value.id not in scope.module.facts.global_writes:
            bound = owner.locals.get(value.id, [])
            if len(bound) == 1 and isinstance(bound[0].value, facts.Constant) and bound[0].block == 0:
                return bound[0].value
    return None


def _path(types: Types, scope: Scope, value: Value | None) -> str:
    """Return the dotted name of what a library holds, with ``()`` behind a call of it."""
    if isinstance(value, facts.Item):
        return _path(types, scope, value.base)
    if isinstance(value, facts.Call):
        call = scope.module.scopes[value.scope].body.calls[value.index]
        return _path(types, scope, call.callee) + "()"
    if not isinstance(value, facts.Name | facts.Attribute):
        return ""
    return next((t.path for t in types.of(scope, value) if isinstance(t, External)), "")
