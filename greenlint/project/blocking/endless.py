"""Loops that keep every other greenthread waiting: they end when somebody else changes something, and let nobody run.

A loop counts only if nothing in it can switch: each call is one of a builtin, of a module of the standard library of
which no row speaks, or of a function of the program that does no more. What is unknown may switch.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from greenlint.project.blocking.contexts import Contexts, Place
from greenlint.project.blocking.reach import Way
from greenlint.project.forks import is_in_forked_child
from greenlint.project.program import Scope
from greenlint.project.terms import BoundMethod, ClassType, External, FunctionType, Type
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_DEEPEST = 3
_TRUE = (facts.Constant(True), facts.Constant(1))
_RUNS_CODE = frozenset(("input", "exec", "eval", "__import__", "breakpoint", "open", "iter", "next", "map", "filter"))
_PLAIN = frozenset(name for kind in (str, bytes, list, dict, set) for name in dir(kind))
_COMPUTES = frozenset(name for name in dir(builtins) if name.islower()) - _RUNS_CODE


class Endless(NamedTuple):
    """A loop in a function, by its block, and a way by which a greenthread of a library comes to it."""

    scope: Scope
    block: int
    library: str
    way: Way

    @property
    def line(self) -> int:
        """Where the loop begins."""
        return self.scope.body.blocks[self.block].line


class EndlessLoops:
    """Finds such loops in one program."""

    def __init__(self, types: Types, contexts: Contexts) -> None:
        self._types = types
        self._contexts = contexts

    def all(self) -> Iterator[Endless]:
        """Yield the loops that greenthreads come to, in source order."""
        libraries = self._contexts.libraries
        for scope in self._types.program.scopes if libraries else ():
            if scope.kind == "function" and scope.module.role == "code" and not scope.body.coroutine:
                for block in self._loops(scope):
                    for library in libraries:
                        way = self._contexts.way(scope, Place.GREEN, library, block)
                        if way is not None:
                            yield Endless(scope, block, library, way)
                            break

    def _loops(self, scope: Scope) -> Iterator[int]:
        for block, around in enumerate(scope.body.blocks):
            if around.kind == "while" and not is_in_forked_child(scope, block):
                inside = frozenset(i for i in range(len(scope.body.blocks)) if _is_in(scope, i, block))
                if self._waits_for_others(scope, block, inside) and self._never_switches(scope, inside, 0):
                    yield block

    def _waits_for_others(self, scope: Scope, loop: int, inside: frozenset[int]) -> bool:
        """Whether only somebody else can end a loop: by what its test, and those of its exits, read."""
        body = scope.body
        if any(result.block in inside for result in body.yields):
            return False
        tests = [] if body.blocks[loop].value in _TRUE else [body.blocks[loop].value]
        for leave in body.exits:
            if leave.block in inside:
                around = [b for i, b in scope.blocks_around(leave.block) if i in inside and i != loop]
                if not around or any(b.kind not in ("if", "else") for b in around):
                    return False
                tests += [b.value for b in around]
        return all(self._is_set_elsewhere(scope, test, inside) for test in tests)

    def _is_set_elsewhere(self, scope: Scope, test: Value | None, inside: frozenset[int]) -> bool:
        """Whether a test reads nothing but attributes and globals, and the loop changes none of them."""
        if isinstance(test, facts.Operation):
            return all(isinstance(o, facts.Constant) or self._is_set_elsewhere(scope, o, inside) for o in test.operands)
        body = scope.body
        if isinstance(test, facts.Name):
            if self._types.binding_scope(scope, test.id) is not None or self._types.name(scope, test.id):
                return False
            return not any(b.name == test.id and b.block in inside for b in body.bindings)
        if not isinstance(test, facts.Attribute):
            return False
        changed = any(s.name == test.name and s.block in inside for s in body.stores)
        used = any(call.block in inside and _mentions(call, test) for call in body.calls)
        return not changed and not used

    def _never_switches(self, scope: Scope, inside: frozenset[int], depth: int) -> bool:
        blocks = [scope.body.blocks[index] for index in inside]
        if any(b.kind == "with" or (b.kind == "loop" and not isinstance(b.value, facts.Call)) for b in blocks):
            return False
        return all(self._computes(scope, c, depth) for c in scope.body.calls if c.block in inside)

    def _computes(self, scope: Scope, call: facts.CallSite, depth: int) -> bool:
        meant = self._types.of(scope, call.callee)
        if not meant:
            return isinstance(call.callee, facts.Attribute) and call.callee.name in _PLAIN - self._last_names
        return all(self._is_computation(t, depth) for t in meant)

    def _is_computation(self, found: Type, depth: int) -> bool:
        if isinstance(found, External):
            top, _, rest = found.path.partition(".")
            if top == "builtins":
                return rest in _COMPUTES or isinstance(getattr(builtins, rest, None), type)
            return top in sys.stdlib_module_names and not self._is_named(found.path)
        if isinstance(found, FunctionType | BoundMethod | ClassType) and depth < _DEEPEST:
            functions = {scope for scope, _ in self._types.callers.targets(found)}
            return all(self._is_harmless(function, depth + 1) for function in functions)
        return False

    def _is_harmless(self, function: Scope, depth: int) -> bool:
        body = function.body
        if body.coroutine or body.yields or body.decorators:
            return False
        return self._never_switches(function, frozenset(range(len(body.blocks))), depth)

    @cached_property
    def _names(self) -> frozenset[str]:
        """All names that rows speak of."""
        knowledge = self._types.library.knowledge
        rows = knowledge.rows
        names = {name for row in rows.blocking for name in row.names}
        names |= {name for row in rows.need for name in row.names}
        names |= {name for row in rows.native_thread for name in row.names}
        names |= {name for row in rows.spawn for name in row.names}
        names |= {name for row in rows.guard for name in row.names}
        names |= {name for row in rows.client for name in (*row.constructors, *row.factories)}
        names |= {name for row in rows.patch_group for name in (*row.greens, *row.greens_indirectly, *row.removes)}
        return frozenset(map(self._types.library.canonical, names))

    @cached_property
    def _last_names(self) -> frozenset[str]:
        return frozenset(name.rpartition(".")[2] for name in self._names)

    def _is_named(self, path: str) -> bool:
        return path in self._names or path.rpartition(".")[0] in self._names


def _is_in(scope: Scope, index: int, block: int) -> bool:
    return any(around == block for around, _ in scope.blocks_around(index))


def _mentions(call: facts.CallSite, wanted: facts.Attribute) -> bool:
    """Whether a call is of a method of an attribute, or is given it."""
    values = [call.callee, *call.arguments, *(value for _, value in call.keywords)]
    for value in values:
        while isinstance(value, facts.Attribute):
            if value == wanted:
                return True
            value = value.base
    return False
