"""Calls that statements make without naming them: ``with lock`` acquires, ``for line in stream`` iterates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from greenlint.project.program import Program, Scope, Site
from greenlint.summary import facts

_ACQUIRE = "acquire"
_ITERATE = "__iter__"
_METHODS: Mapping[str, str] = {"with": _ACQUIRE, "loop": _ITERATE, "comprehension": _ITERATE}
METHODS = frozenset(_METHODS.values())
"""The methods that statements call."""


class Implied(Site):
    """The call of a method that a block makes of what governs it; ``index`` is the complement of the block's."""

    @property
    def block(self) -> int:
        """The block."""
        return ~self.index

    @property
    def holds(self) -> bool:
        """Whether what is called is held until the block ends."""
        return self.call.callee == facts.Attribute(self._governs.value, _ACQUIRE)

    @property
    def call(self) -> facts.CallSite:
        """The call, as it would be written."""
        block = self._governs
        callee = facts.Attribute(block.value, _METHODS[block.kind])
        return facts.CallSite(callee, (), (), block.parent, (block.line, 0, block.line, 0))

    @property
    def _governs(self) -> facts.Block:
        return self.scope.body.blocks[self.block]


def implied_calls(program: Program, method: str, makers: frozenset[str]) -> Iterator[Implied]:
    """Yield the calls of a method that statements make, in modules that call something of the makers' names."""
    for module in program.modules.values():
        if module.role == "code" and makers.intersection(module.facts.calls):
            for scope in module.scopes:
                if scope.kind == "function":
                    yield from _in(scope, method)


def _in(scope: Scope, method: str) -> Iterator[Implied]:
    for index, block in enumerate(scope.body.blocks):
        if _METHODS.get(block.kind) == method and block.value is not None:
            yield Implied(scope, ~index)
