"""Functions that are handed over to be kept and called later: ``Timer(self.beat)``, ``server.handle = ...``.

The function is followed through the parameters it is handed on by, down to the attribute that keeps it. Who calls
the attribute runs the function; its receiver is the one at the place where it was handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from greenlint.project.program import Scope, Site
from greenlint.project.terms import External
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.types import Types

DEEPEST = 4


class End(NamedTuple):
    """What becomes of a parameter: it is called at ``calls``, or an attribute keeps it, in which its class calls it.

    ``renewed``: a constructor keeps it, so that each hand-over has a keeper of its own. Nested functions that an
    attribute keeps call the parameter of ``around`` later.
    """

    attribute: str = ""
    renewed: bool = False
    around: Scope | None = None
    calls: tuple[Site, ...] = ()


class Kept(NamedTuple):
    """A function that is handed over to ``keeper`` at ``site`` as ``value`` and called later."""

    site: Site
    value: Value
    keeper: Scope
    end: End


class Keeping:
    """Answers for one program, with memo."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._kept: dict[Scope, tuple[Kept, ...]] = {}

    def of(self, function: Scope) -> tuple[Kept, ...]:
        """Return where a function is handed over and kept, in source order."""
        known = self._kept.get(function)
        if known is None:
            self._kept[function] = ()
            found = [
                Kept(site, value, taker, end)
                for site, index, value in self.handed(function)
                for taker, name in self.takers(site, index)
                for end in self.ends(taker, name)
                if end.attribute or end.around
            ]
            known = self._kept[function] = tuple(dict.fromkeys(found))
        return known

    def handed(self, function: Scope) -> Iterator[tuple[Site, int | str, Value]]:
        """Yield the calls that get the function, or a partial of it, as an argument."""
        for site, index, value in self._given(function):
            whole = facts.Call(site.scope.index, site.index)
            if index == 0 and self._is_partial(site):
                yield from _given_to(site.scope, whole)
            else:
                yield site, index, value

    def _given(self, function: Scope) -> Iterator[tuple[Site, int | str, Value]]:
        if function.kind == "lambda" and function.parent is not None:
            yield from _given_to(function.parent, facts.Function(function.index))
        elif function.kind == "function" and not function.name.startswith("__"):
            for site, index, value in self._types.program.handed(function.name):
                if any(target is function for target in self._meant(site.scope, value)):
                    yield site, index, value

    def _meant(self, scope: Scope, value: Value) -> Iterator[Scope]:
        for t in self._types.of(scope, value):
            for target, _ in self._types.callers.targets(t):
                yield target

    def _is_partial(self, site: Site) -> bool:
        library = self._types.library
        return any(
            isinstance(t, External) and library.effect(t.path) == "partial"
            for t in self._types.of(site.scope, site.call.callee)
        )

    def takers(self, site: Site, index: int | str) -> Iterator[tuple[Scope, str]]:
        """Yield the functions that a call runs, with the parameter that gets the argument."""
        for callee in self._types.of(site.scope, site.call.callee):
            for taker, bound in self._types.callers.targets(callee):
                name = parameter_at(taker, index, bound)
                if name:
                    yield taker, name

    def ends(self, taker: Scope, name: str, depth: int = 0) -> Iterator[End]:
        """Yield what becomes of a parameter, however often it is handed on."""
        if _calls_of(taker, name):
            yield End()
        stored = [store for store in taker.body.stores if isinstance(store.value, facts.Name)]
        for store in stored:
            if store.value == facts.Name(name):
                yield End(store.name, taker.name == "__init__")
        for child in taker.children:
            calls = _calls_of(child, name) if not child.is_local(name) else ()
            if calls and any(store.value == facts.Name(child.name) for store in stored):
                yield End("", taker.name == "__init__", taker, calls)
        for site, index, _ in _given_to(taker, facts.Name(name)) if depth < DEEPEST else ():
            for further, inner in self.takers(site, index):
                yield from self.ends(further, inner, depth + 1)


def _calls_of(scope: Scope, name: str) -> tuple[Site, ...]:
    """The calls of a name in a scope."""
    calls = enumerate(scope.body.calls)
    return tuple(Site(scope, number) for number, call in calls if call.callee == facts.Name(name))


def _given_to(scope: Scope, wanted: Value) -> Iterator[tuple[Site, int | str, Value]]:
    """The calls in a scope that get a value as an argument."""
    for number, call in enumerate(scope.body.calls):
        for index, value in enumerate(call.arguments):
            if value == wanted:
                yield Site(scope, number), index, wanted
        for keyword, value in call.keywords:
            if value == wanted and keyword:
                yield Site(scope, number), keyword, wanted


def parameter_at(function: Scope, index: int | str, bound: bool) -> str:
    """Return the parameter that an argument binds to, by position or keyword; empty when there is none."""
    if isinstance(index, str):
        return index if function.parameter(index) is not None else ""
    names = [p.name for p in function.body.parameters if p.kind == "positional"]
    skip = 1 if bound and function.owner is not None and "staticmethod" not in function.decorator_names() else 0
    return names[index + skip] if index + skip < len(names) else ""
