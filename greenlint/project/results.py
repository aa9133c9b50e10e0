"""What a call returns, by the type of what is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from greenlint.project.program import Scope, Site
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    Member,
    Opaque,
    PartialType,
    SuperType,
    Type,
    Types_,
)
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.types import Types

_SAME_CONTENTS = frozenset(
    ("dict", "list", "tuple", "set", "frozenset", "iter", "reversed", "sorted", "next", "enumerate", "zip")
)
_GIVES_ELEMENT = frozenset(("get", "pop", "popleft", "setdefault", "popitem", "get_nowait", "__getitem__", "__next__"))
_GIVES_CONTAINER = frozenset(("values", "copy", "__iter__"))
MOST_DOTS = 9


class Results:
    """Results of calls over types."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def of(self, site: Site) -> Types_:
        """Return what the call at a site can return."""
        return self._types.memo.ask(site, lambda: self._of(site))

    def returned(self, function: Scope) -> Types_:
        """Return what a function returns; a generator returns a container of what it yields."""
        return self._types.memo.ask(("returned", function), lambda: self._returned(function))

    def entered(self, scope: Scope, manager: Value | None) -> Types_:
        """Return what ``with manager as name`` binds."""
        found: list[Type] = []
        for t in self._types.of(scope, manager):
            if isinstance(t, Opaque):
                found.extend(self._entered_opaque(t))
            elif isinstance(t, Instance):
                for method in self._types.hierarchy.find(t.klass, "__enter__")[0]:
                    found.extend(self.returned(method))
            elif isinstance(t, ElementType) and self._is_context_manager(scope, manager):
                found.append(t.of)
        return tuple(dict.fromkeys(found))

    def unpacked(self, site: Site, position: int) -> Types_:
        """Return element ``position`` of a tuple that a call returns."""
        found: list[Type] = []
        for callee in self._types.callees(site):
            for function in (callee.scope,) if isinstance(callee, FunctionType | BoundMethod) else ():
                for result in function.body.returns:
                    items = result.value.items if isinstance(result.value, facts.Sequence) else ()
                    if -len(items) <= position < len(items):  # negative behind a starred target
                        found.extend(self._types.of(function, items[position]))
            for path, _ in self._paths(callee):
                for row in self._types.library.results(path):
                    if row.element == position:
                        found.append(Opaque(row.type, site))
        return tuple(dict.fromkeys(found))

    def _entered_opaque(self, manager: Opaque) -> Iterable[Type]:
        rows = self._types.library.results(f"{manager.path}.__enter__")
        if rows:
            return [Opaque(row.type, manager.birth) for row in rows]
        return () if self._types.library.is_checkout(manager.path) else (manager,)

    def _is_context_manager(self, scope: Scope, manager: Value | None) -> bool:
        if not isinstance(manager, facts.Call):
            return False
        site = Site(scope.module.scopes[manager.scope], manager.index)
        for callee in self._types.callees(site):
            if isinstance(callee, FunctionType | BoundMethod) and "contextmanager" in callee.scope.decorator_names():
                return True
        return False

    def _returned(self, function: Scope) -> Types_:
        types = self._types
        body = function.body
        if body.yields:
            found = [ElementType(t) for result in body.yields for t in types.of(function, result.value)]
        else:
            found = [t for result in body.returns for t in types.of(function, result.value)]  # type: ignore[misc]
        if not found and body.returns_annotation is not None:
            return types.annotated(function.parent or function, body.returns_annotation)
        return tuple(dict.fromkeys(found))

    def _of(self, site: Site) -> Types_:
        found: list[Type] = []
        for callee in self._types.callees(site):
            found.extend(self.called(site, callee))
        found.extend(self._from_container(site))
        return tuple(dict.fromkeys(found))

    def _from_container(self, site: Site) -> Iterable[Type]:
        callee = site.call.callee
        if not isinstance(callee, facts.Attribute):
            return ()
        name = callee.name
        if name not in _GIVES_ELEMENT and name not in _GIVES_CONTAINER and name != "items":
            return ()
        held = [t for t in self._types.of(site.scope, callee.base) if isinstance(t, ElementType)]
        if name in _GIVES_ELEMENT:
            return [t.of for t in held]
        return [ElementType(t) for t in held] if name == "items" else held

    def called(self, site: Site, callee: Type) -> Iterable[Type]:
        """Return what calling something of a type at a site gives."""
        if isinstance(callee, BoundMethod):
            return self._types.plugins.of_class(callee, self.returned(callee.scope))
        if isinstance(callee, FunctionType):
            return self.returned(callee.scope)
        if isinstance(callee, ClassType):
            return (Instance(callee.klass, True, self._birth_of_instance(callee, site)),)
        if isinstance(callee, PartialType):
            return self.called(site, callee.target)
        if isinstance(callee, Instance):
            methods = self._types.hierarchy.find(callee.klass, "__call__")[0]
            return [t for method in methods for t in self.returned(method)]
        if isinstance(callee, External):
            return self._called_external(site, callee.path)
        if isinstance(callee, Member) and callee.name == "load" and self._types.plugins.is_entry(callee.owner.path):
            return self._types.plugins.named(callee.owner.birth) if callee.owner.birth is not None else ()
        return [t for path, birth in self._paths(callee) for t in self._made(site, path, birth)]

    def _birth_of_instance(self, callee: ClassType, site: Site) -> Site | None:
        library = self._types.library
        bases = self._types.hierarchy.external_bases(callee.klass)
        return site if any(library.is_identified(base) for base in bases) else None

    def _paths(self, callee: Type) -> Iterable[tuple[str, Site | None]]:
        """The dotted paths under which knowledge may speak of a call, with the birth of the receiver."""
        if isinstance(callee, External):
            return ((callee.path, None),)
        if isinstance(callee, Opaque):
            return ((callee.path + ".__call__", callee.birth),)
        if isinstance(callee, Member):
            owner = callee.owner
            library = self._types.library
            paths = [owner.path, *library.ancestors(owner.path)]
            return [(f"{path}.{callee.name}", owner.birth) for path in paths]
        return ()

    def _made(self, site: Site, path: str, birth: Site | None) -> Iterable[Type]:
        library = self._types.library
        rows = [row for row in library.results(path) if row.element is None and not row.attribute]
        if rows:
            return [Opaque(row.type, site) for row in rows]
        if library.is_identified(path):
            return (Opaque(path, site),)
        if path.count(".") > MOST_DOTS:
            return ()
        return (Opaque(path + "()", birth),)

    def _called_external(self, site: Site, path: str) -> Iterable[Type]:
        effect = self._types.library.effect(path)
        if effect:
            return self._effect(site, effect, path)
        if path.endswith(".__new__"):
            first = site.call.arguments[0] if site.call.arguments else None
            return [Instance(t.klass, False) for t in self._types.of(site.scope, first) if isinstance(t, ClassType)]
        if path.startswith("builtins."):
            return self._builtin(site, path.removeprefix("builtins."))
        rows = [row for row in self._types.library.results(path) if row.element is None]
        if rows:
            return [Opaque(row.type, site) for row in rows]
        return (Opaque(path, site if self._types.library.is_identified(path) else None),)

    def _builtin(self, site: Site, name: str) -> Iterable[Type]:
        arguments = site.call.arguments
        first = arguments[0] if arguments else None
        if name == "super":
            return self._super(site)
        if name in _SAME_CONTENTS:
            held = self._types.of(site.scope, first)
            return [t.of for t in held if isinstance(t, ElementType)] if name == "next" else held
        if name == "getattr" and len(arguments) > 1 and isinstance(arguments[1], facts.Constant):
            wanted = arguments[1].value
            if isinstance(wanted, str):
                bases = self._types.of(site.scope, first)
                return [t for base in bases for t in self._types.attributes.of(base, wanted)]
        if name == "type" and len(arguments) == 1:
            return [ClassType(t.klass) for t in self._types.of(site.scope, first) if isinstance(t, Instance)]
        if name == "open":
            return (Opaque("builtins.open", site),)
        return ()

    def _super(self, site: Site) -> Iterable[Type]:
        method = site.scope.method()
        owner = method.owner if method is not None else None
        return (SuperType(owner, owner),) if owner is not None else ()

    def _effect(self, site: Site, effect: str, path: str) -> Iterable[Type]:
        """What a call does whose row says more than a type: partial, import by name, a proxy of an argument."""
        arguments = site.call.arguments
        first = arguments[0] if arguments else None
        if effect == "partial":
            return [PartialType(t, site) for t in self._types.of(site.scope, first)]
        if effect == "first-argument":
            return self._types.of(site.scope, first)
        if effect == "second-argument":
            return self._types.of(site.scope, arguments[1] if len(arguments) > 1 else None)
        if effect in ("plugin-manager", "entry-points"):
            return (Opaque(path, site), ElementType(Opaque(path, site)))
        if effect == "entry-point-object":
            return self._types.plugins.named(site)
        if effect.startswith("import-"):
            return self._imported_by_name(site, effect)
        return ()

    def _imported_by_name(self, site: Site, effect: str) -> Iterable[Type]:
        arguments = site.call.arguments
        position = 1 if effect.endswith("-ns") else 0
        named = arguments[position] if position < len(arguments) else None
        found = tuple(
            t
            for text in self._types.texts.of(site.scope, named)
            for t in self._types.dotted(text.replace(":", "."), site.scope.module)
        )
        if effect.startswith("import-object"):
            return [Instance(t.klass, True) for t in found if isinstance(t, ClassType)]
        return found
