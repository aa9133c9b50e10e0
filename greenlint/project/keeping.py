"""Functions that are handed over to be kept and called later: ``Timer(self.beat)``, ``server.handle = ...``.

The function is followed through the parameters it is handed on by, down to the attribute that keeps it. Who calls
the attribute runs the function; its receiver is the one at the place where it was handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from greenlint.project.attributes import WRITE_POSITION
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
    attribute keeps call the parameter of ``around`` later. ``among``: the attribute holds a container, and what is
    kept is one of many in it; ``keyed``: under a key of its own.
    """

    attribute: str = ""
    renewed: bool = False
    around: Scope | None = None
    calls: tuple[Site, ...] = ()
    among: bool = False
    keyed: bool = False


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
            for t in self._types.callees(site)
        )

    def takers(self, site: Site, index: int | str) -> Iterator[tuple[Scope, str]]:
        """Yield the functions that a call runs, with the parameter that gets the argument."""
        for callee in self._types.callees(site):
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
        for attribute, keyed, position in _containers(taker, name):
            calls = tuple(self._calls_of_held(taker, attribute, position))
            yield End(attribute, calls=calls, among=True, keyed=keyed)
        for child in taker.children:
            calls = _calls_of(child, name) if not child.is_local(name) else ()
            if calls and any(store.value == facts.Name(child.name) for store in stored):
                yield End("", taker.name == "__init__", taker, calls)
        for site, index, _ in _given_to(taker, facts.Name(name)) if depth < DEEPEST else ():
            for further, inner in self.takers(site, index):
                yield from self.ends(further, inner, depth + 1)


    def _calls_of_held(self, taker: Scope, attribute: str, position: int) -> Iterator[Site]:
        """Yield where the class that keeps functions in an attribute calls them."""
        method = taker.method()
        owner = method.owner if method is not None else None
        for klass in self._types.hierarchy.family(owner) if owner is not None else ():
            for scope in klass.module.scopes:
                within = scope.method()
                if within is not None and within.owner is klass:
                    for number, call in enumerate(scope.body.calls):
                        if is_held(scope, call.callee, attribute, position):
                            yield Site(scope, number)


def is_held(scope: Scope, value: Value | None, attribute: str, position: int = -1) -> bool:
    """Tell whether a value is an element of what an attribute holds: of an iteration over it, or one looked up.

    With a ``position`` the elements are tuples, and the value is at that place in one.
    """
    if isinstance(value, facts.Name):
        return any(is_held(scope, b.value, attribute, position) for b in _elements_bound(scope, value.id))
    if isinstance(value, facts.Element):
        return position < 0 and _holds(scope, value.of, attribute)
    if isinstance(value, facts.Item):
        return position in (-1, _number(value.key)) and _holds(scope, value.base, attribute)
    return False


def _number(key: Value | None) -> object:
    return key.value if isinstance(key, facts.Constant) else None


def _elements_bound(scope: Scope, name: str) -> Iterator[facts.Binding]:
    return (b for b in scope.locals.get(name, ()) if isinstance(b.value, facts.Element | facts.Item))


def _holds(scope: Scope, value: Value | None, attribute: str) -> bool:
    """Whether a value is the container in an attribute, or made of it: ``list(self.x)``, ``self.x.get(key)``."""
    while isinstance(value, facts.Element | facts.Item):
        value = value.of if isinstance(value, facts.Element) else value.base
    if isinstance(value, facts.Call):
        call = scope.module.scopes[value.scope].body.calls[value.index]
        receiver = call.callee.base if isinstance(call.callee, facts.Attribute) else None
        return any(_holds(scope, inner, attribute) for inner in (receiver, *call.arguments[:1]))
    return isinstance(value, facts.Attribute) and value.name == attribute


def _containers(taker: Scope, name: str) -> Iterator[tuple[str, bool, int]]:
    """Yield the attributes whose containers get a parameter of a function; whether by a key, and where in a tuple."""
    filled = [(store.base, store.value, True) for store in taker.body.item_stores]
    for call in taker.body.calls:
        if isinstance(call.callee, facts.Attribute) and call.callee.name in WRITE_POSITION:
            keyed = call.callee.name == "setdefault"
            filled += [(call.callee.base, value, keyed) for value in call.arguments]
    for container, value, keyed in filled:
        position = _position_of(name, value)
        if position is not None:
            for attribute, deeper in _attribute_filled(taker, container):
                yield attribute, keyed or deeper, position


def _position_of(name: str, value: Value | None) -> int | None:
    """The place of a name in a tuple, -1 for the name itself, None for neither."""
    if value == facts.Name(name):
        return -1
    items = value.items if isinstance(value, facts.Sequence) else ()
    return next((index for index, item in enumerate(items) if item == facts.Name(name)), None)


def _attribute_filled(scope: Scope, value: Value | None) -> Iterator[tuple[str, bool]]:
    """The attribute in which a container lies, and whether below a key: ``self.x``, ``self.x.setdefault(key, [])``."""
    keyed = False
    while isinstance(value, facts.Item | facts.Call):
        keyed = True
        if isinstance(value, facts.Call):
            callee = scope.module.scopes[value.scope].body.calls[value.index].callee
            value = callee.base if isinstance(callee, facts.Attribute) else None
        else:
            value = value.base
    if isinstance(value, facts.Attribute):
        yield value.name, keyed


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
