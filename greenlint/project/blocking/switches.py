"""Tests of parameters around a call: which callers can come to it?

``if prompt: ask()`` in a function that is called without ``prompt``, which is False by default, asks nobody.
"""

from __future__ import annotations

from typing import NamedTuple

from greenlint.project.calls import Callers, Edge
from greenlint.project.program import Scope
from greenlint.summary import facts
from greenlint.summary.facts import Value

_OF_NONE = {"is": True, "==": True, "is not": False, "!=": False}


class Switch(NamedTuple):
    """A parameter that must be true (or None, with ``asks_for_none``), or must not, for a block to run."""

    parameter: str
    asks_for_none: bool
    wanted: bool

    def lets_pass(self, given: facts.Constant) -> bool:
        """Whether the block can run when the parameter has a value."""
        outcome = given.value is None if self.asks_for_none else bool(given.value)
        return outcome is self.wanted


def switches(function: Scope, block: int) -> frozenset[Switch]:
    """Return the tests of parameters around a block."""
    found: set[Switch] = set()
    for _, around in function.blocks_around(block):
        if around.kind in ("if", "else"):
            switch = _switch(around.value, around.kind == "if")
            if switch is not None and function.parameter(switch.parameter) is not None:
                if switch.parameter not in function.locals:
                    found.add(switch)
    return frozenset(found)


def may_pass(callers: Callers, edge: Edge, function: Scope, around: frozenset[Switch]) -> bool:
    """Tell whether a call gives parameters values with which what the switches are around can run."""
    for switch in around:
        given = [passed.value for passed in callers.argument(edge, function, switch.parameter)]
        if not given and not _may_be_hidden(edge):
            parameter = function.parameter(switch.parameter)
            given = [parameter.default] if parameter is not None else []
        if len(given) == 1 and isinstance(given[0], facts.Constant) and not switch.lets_pass(given[0]):
            return False
    return True


def _may_be_hidden(edge: Edge) -> bool:
    """Whether an argument can stand behind a star, or somebody else makes the call."""
    call = edge.site.call
    starred = any(isinstance(value, facts.Starred) for value in call.arguments)
    return starred or edge.handed is not None or any(name is None for name, _ in call.keywords)


def _switch(test: Value | None, wanted: bool) -> Switch | None:
    if isinstance(test, facts.Name):
        return Switch(test.id, False, wanted)
    if not isinstance(test, facts.Operation):
        return None
    if test.operator == "not":
        return _switch(test.operands[0], not wanted)
    if test.operator in _OF_NONE and len(test.operands) == 2:
        name, other = test.operands
        if isinstance(name, facts.Name) and isinstance(other, facts.Constant) and other.value is None:
            return Switch(name.id, True, wanted is _OF_NONE[test.operator])
    return None
