"""What texts can a value be? Names of modules, namespaces and groups, as far as the source tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.project.program import Klass, Scope
from greenlint.project.terms import ClassType, Instance
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.types import Types

DEEPEST = 4


class Texts:
    """Answers for one program."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def of(self, scope: Scope, value: Value | None) -> list[str]:
        """Return the texts that a value can be, each once, in the order in which they were found."""
        return list(dict.fromkeys(self._of(scope, value, 0)))

    def declared(self, klass: Klass, name: str) -> list[str]:
        """Return the texts that a class itself binds a name to."""
        return list(dict.fromkeys(self._declared_by(klass, name, 0)))

    def _of(self, scope: Scope, value: Value | None, depth: int) -> Iterator[str]:
        if isinstance(value, facts.Constant):
            if isinstance(value.value, str):
                yield value.value
        elif depth > DEEPEST:
            return
        elif isinstance(value, facts.Name):
            yield from self._named(scope, value.id, depth)
        elif isinstance(value, facts.Attribute):
            for t in self._types.of(scope, value.base):
                if isinstance(t, ClassType | Instance):
                    for klass in self._types.hierarchy.family(t.klass):
                        yield from self._declared_by(klass, value.name, depth)
        elif isinstance(value, facts.Operation):
            options = {"if": value.operands[1:], "or": value.operands}.get(value.operator, ())
            for option in options:
                yield from self._of(scope, option, depth + 1)
        elif isinstance(value, facts.Item):
            yield from self._contents(scope, value.base, depth)
        elif isinstance(value, facts.Element):
            yield from self._contents(scope, value.of, depth)
        elif isinstance(value, facts.Call):
            callee = scope.module.scopes[value.scope].body.calls[value.index].callee
            if isinstance(callee, facts.Attribute) and callee.name == "get":
                yield from self._contents(scope, callee.base, depth)

    def _named(self, scope: Scope, name: str, depth: int) -> Iterator[str]:
        """A literal that a name is bound to; of a parameter, its default and what callers pass."""
        owner = self._types.home_of(scope, name)
        for binding in owner.locals.get(name, ()):
            yield from self._of(owner, binding.value, depth + 1)
        parameter = owner.parameter(name)
        if parameter is not None and owner.kind == "function":
            yield from self._of(owner.parent or owner, parameter.default, depth + 1)
            for given in self._types.callers.arguments(owner, name):
                yield from self._of(given.scope, given.value, depth + 1)

    def _declared_by(self, klass: Klass, name: str, depth: int) -> Iterator[str]:
        for binding in klass.scope.locals.get(name, ()):
            yield from self._of(klass.scope, binding.value, depth + 1)

    def _contents(self, scope: Scope, container: Value | None, depth: int) -> Iterator[str]:
        """Any text in a dictionary or sequence that a name is bound to."""
        values = [container]
        if isinstance(container, facts.Name):
            owner = self._types.home_of(scope, container.id)
            values = [binding.value for binding in owner.locals.get(container.id, ())]
        elif isinstance(container, facts.Attribute):
            classes = [t.klass for t in self._types.of(scope, container.base) if isinstance(t, ClassType | Instance)]
            families = [each for klass in classes for each in self._types.hierarchy.family(klass)]
            values = [b.value for klass in families for b in klass.scope.locals.get(container.name, ())]
        for value in values:
            for item in value.items if isinstance(value, facts.Mapping | facts.Sequence) else ():
                yield from self._of(scope, item, depth + 1)
