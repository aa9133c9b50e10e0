"""From a use up to the callers, with an eye on what holds the used object there: a variable, an attribute, a global."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from greenlint.project.calls import Edge
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value


class Held(NamedTuple):
    """What holds an object in a scope: ``value`` there, or a global that all scopes see."""

    value: Value | None
    everywhere: bool = False


class Place(NamedTuple):
    """A call of a scope on the way to the use, and what holds the object there. ``site`` leads one step down."""

    scope: Scope
    block: int
    at: int
    held: Held
    site: Site | None = None
    root: Root | None = None


class Climber:
    """Steps up in one program."""

    def __init__(self, types: Types, roots: Roots) -> None:
        self._types = types
        self._roots = roots

    def held(self, scope: Scope, value: Value | None) -> Held:
        """Return what holds the object that a value of a scope stands for, seen through plain assignments."""
        name = root_name(value)
        if not name:
            return Held(None)
        owner = self._types.binding_scope(scope, name)
        if owner is None:
            return Held(value, everywhere=True)
        if owner is scope and scope.parameter(name) is None:
            bound = {b.value for b in scope.locals.get(name, ()) if not isinstance(b.value, facts.Constant)}
            if len(bound) == 1 and root_name(next(iter(bound))) not in ("", name):
                return self.held(scope, _rooted(value, next(iter(bound))))
        return Held(value) if owner is scope else Held(None)

    def is_made_here(self, place: Place) -> bool:
        """Whether the object is bound to a variable of the scope itself, which nobody above it sees."""
        if place.held.everywhere:
            return False
        name = root_name(place.held.value)
        return not name or place.scope.parameter(name) is None

    def above(self, place: Place) -> Iterator[Place]:
        """Yield the calls of the scope with what holds the object there, and the roots that run it."""
        scope, held = place.scope, place.held
        if self.is_made_here(place):
            return
        for edge in self._types.callers.of(scope):
            site = edge.site
            if site.scope is not scope:
                passed = held if held.everywhere else self._passed(edge, scope, held.value)
                yield Place(site.scope, site.call.block, site.index, passed, site)
        for root, entry in self._roots.into(scope):
            base = root.callee.base if isinstance(root.callee, facts.Attribute) else None
            passed = held if held.everywhere else Held(None)
            if not held.everywhere and self._is_receiver(scope, held.value) and entry.receiver == "value":
                passed = self.held(root.scope, _rooted(held.value, base))
            yield Place(root.scope, root.block, root.site.index if root.site else 0, passed, None, root)

    def is_shared_by(self, place: Place, root: Root) -> bool:
        """Whether every run that a framework starts gets the same object."""
        receivers = {e.receiver for e in root.entries if e.function is place.scope}
        return place.held.everywhere or ("shared" in receivers and self._is_receiver(place.scope, place.held.value))

    @staticmethod
    def _is_receiver(scope: Scope, value: Value | None) -> bool:
        parameters = scope.body.parameters
        return scope.owner is not None and bool(parameters) and parameters[0].name == root_name(value)

    def _passed(self, edge: Edge, function: Scope, value: Value | None) -> Held:
        """Return what holds in the caller what a parameter holds in the function."""
        scope, callee = edge.site.scope, edge.site.call.callee
        if self._is_receiver(function, value) and isinstance(callee, facts.Attribute):
            base = callee.base
            if isinstance(base, facts.Call) and facts.last_name(_callee(scope, base)) == "super":
                method = scope.method()
                base = facts.Name(method.body.parameters[0].name) if method and method.body.parameters else None
            return self.held(scope, _rooted(value, base))
        for given in self._types.callers.argument(edge, function, root_name(value)):
            return self.held(given.scope, _rooted(value, given.value)) if given.scope is scope else Held(None)
        return Held(None)


def root_name(value: Value | None) -> str:
    """Return the name that a dotted value starts with, empty for anything else."""
    while isinstance(value, facts.Attribute):
        value = value.base
    return value.id if isinstance(value, facts.Name) else ""


def _rooted(value: Value | None, base: Value | None) -> Value | None:
    """Return a dotted value with something else for the name that it starts with."""
    if isinstance(value, facts.Attribute):
        inner = _rooted(value.base, base)
        return facts.Attribute(inner, value.name) if inner is not None else None
    return base


def _callee(scope: Scope, call: facts.Call) -> Value | None:
    return scope.module.scopes[call.scope].body.calls[call.index].callee
