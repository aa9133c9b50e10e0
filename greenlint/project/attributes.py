"""What ``base.name`` can be, by the type of the base; and what containers were filled with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from greenlint.project.program import Klass, Module, Scope, Site
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    Member,
    ModuleType,
    Opaque,
    PackageType,
    SuperType,
    Type,
    Types_,
)
from greenlint.summary import facts

if TYPE_CHECKING:
    from greenlint.project.types import Types

WRITE_POSITION = {"append": 0, "appendleft": 0, "add": 0, "insert": 1, "put": 0, "put_nowait": 0, "setdefault": 1}
DEEPEST_MEMBER = 4


class Attributes:
    """Attribute look-up over types."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def of(self, base: Type, name: str) -> Types_:
        """Return what an attribute of something can be."""
        if type(base) is Instance:
            return self._types.memo.note(("attribute", base, name), lambda: self._of_instance(base, name))
        if type(base) is External:
            return (External(self._types.library.canonical(f"{base.path}.{name}")),)
        if type(base) is ModuleType:
            return self._of_module(base.module, name)
        if type(base) is ClassType:
            return self._of_class(base.klass, name)
        if type(base) is SuperType:
            return self._of_super(base, name)
        return self._of_foreign(base, name)

    def _of_foreign(self, base: Type, name: str) -> Types_:
        library = self._types.library
        if isinstance(base, Opaque):
            if self._types.plugins.is_manager(base.path):
                return tuple(self._types.plugins.loaded(base, name))
            for row in library.results(f"{base.path}.{name}"):
                if row.attribute:
                    return (Opaque(row.type, base.birth),)
            if self._types.library.is_per_greenthread(base.path):
                kept = self._types.memo.ask(("kept", base, name), lambda: tuple(self._kept_on(base, name)))
                return kept or (Member(base, name),)
            return (Member(base, name),)
        if isinstance(base, Member) and base.owner.path.count(".") < 12:
            return (Member(Opaque(f"{base.owner.path}.{base.name}", base.owner.birth), name),)
        return self._of_package(f"{base.dotted}.{name}") if isinstance(base, PackageType) else ()

    def _of_package(self, path: str) -> Types_:
        """What a path into a directory without ``__init__.py`` names."""
        program = self._types.program
        module = program.module_for(path)
        if module is not None:
            return (ModuleType(module),)
        found = PackageType(path) if path in program.packages else External(self._types.library.canonical(path))
        return (found,)

    def _of_module(self, module: Module, name: str) -> Types_:
        found = self._types.global_name(module, name)
        if found:
            return found
        path = f"{module.name}.{name}"
        submodule = self._types.program.module_for(path)
        if submodule is not None:
            return (ModuleType(submodule),)
        return (PackageType(path),) if path in self._types.program.packages else ()

    def _of_class(self, klass: Klass, name: str) -> Types_:
        methods, holder = self._types.hierarchy.find(klass, name)
        if methods:
            return tuple(
                BoundMethod(m, klass) if "classmethod" in m.decorator_names() else FunctionType(m) for m in methods
            )
        found = self.class_variable(klass, name)
        if found or not isinstance(holder, str):
            return found
        return (External(self._types.library.canonical(f"{holder}.{name}")),)

    def _of_super(self, base: SuperType, name: str) -> Types_:
        methods, holder = self._types.hierarchy.find(base.start, name, after=base.klass)
        if methods:
            return tuple(t for m in methods for t in self._above(m, base))
        order = self._types.hierarchy.order(base.start)
        for klass in order[order.index(base.klass) + 1 :] if base.klass in order else ():
            if isinstance(klass, Klass) and name in klass.scope.locals:
                return self._types.name(klass.scope, name)
        if name == "__new__":
            return (External("builtins.object.__new__"),)
        return (Member(Opaque(holder, None), name),) if isinstance(holder, str) else ()

    def _above(self, method: Scope, base: SuperType) -> Types_:
        if is_property(method.decorator_names()):
            return self._types.results.returned(method)
        return (BoundMethod(method, base.start),)

    def _of_instance(self, base: Instance, name: str) -> Types_:
        found: list[Type] = []
        klass = base.klass
        methods, holder = self._types.hierarchy.find(klass, name)
        for method in methods:
            found.extend(self._as_attribute(method, klass, base.exact))
        if not base.exact:
            for subclass, method in self._types.hierarchy.overrides(klass, name):
                found.extend(self._as_attribute(method, subclass, False))
        kept = self.field(klass, name, not base.exact)
        found.extend(kept)
        if not methods and not kept:
            found.extend(self._inherited(base, holder, name))
        return tuple(dict.fromkeys(found))

    def _as_attribute(self, method: Scope, klass: Klass, exact: bool) -> Types_:
        decorators = method.decorator_names()
        if is_property(decorators):
            return self._types.results.returned(method)
        if "staticmethod" in decorators:
            return (FunctionType(method),)
        return (BoundMethod(method, klass, exact),)

    def _inherited(self, base: Instance, holder: object, name: str) -> Iterable[Type]:
        """What a library base gives, or what ``__getattr__`` delegates to."""
        library = self._types.library
        related = [base.klass, *(() if base.exact else self._types.hierarchy.subclasses(base.klass))]
        for external in dict.fromkeys(e for k in related for e in self._types.hierarchy.external_bases(k)):
            for row in library.attribute_rows(external):
                if row.attribute == name:
                    return (Opaque(library.canonical(row.attribute_type), None),)
        klass = base.klass
        delegated = self._types.memo.ask(("delegated", klass, name), lambda: tuple(self._delegated(klass, name)))
        if delegated:
            return delegated
        return (Member(Opaque(holder, base.birth), name),) if isinstance(holder, str) else ()

    def _delegated(self, klass: Klass, name: str) -> Iterator[Type]:
        for method, value in self._delegates(klass):
            for target in self._types.of(method, value):
                yield from self.of(target, name)

    def delegates(self, klass: Klass) -> Iterator[str]:
        """Yield the attributes whose own attributes the ``__getattr__`` of a class hands out."""
        for method, value in self._delegates(klass):
            if isinstance(value, facts.Attribute) and _is_self(method, value.base):
                yield value.name

    def _delegates(self, klass: Klass) -> Iterator[tuple[Scope, facts.Value | None]]:
        for method in self._types.hierarchy.find(klass, "__getattr__")[0]:
            for result in method.body.returns:
                if isinstance(result.value, facts.Call):
                    call = Site(method, result.value.index).call
                    if facts.last_name(call.callee) == "getattr" and len(call.arguments) >= 2:
                        yield method, call.arguments[0]

    def field(self, klass: Klass, name: str, subclasses: bool) -> Types_:
        """Return what an attribute is set to anywhere in the class family, or declared as in a class body."""
        return self._types.memo.ask(("field", klass, name, subclasses), lambda: self._field(klass, name, subclasses))

    def _field(self, klass: Klass, name: str, subclasses: bool) -> Types_:
        found: list[Type] = []
        for scope, store in self._types.hierarchy.stores(klass, name, subclasses):
            found.extend(self._types.of(scope, store.value))
        for declared in self.class_variable(klass, name):
            methods = self.descriptor_methods(declared) if isinstance(declared, Instance) else []
            found.extend(t for method in methods for t in self._types.results.returned(method))
            if not methods:
                found.append(declared)
        found.extend(self._contents_of_field(klass, name))
        found.extend(self._given_to_record(klass, name))
        if not found:
            found.extend(self._stored_from_outside(klass, name))
        return tuple(dict.fromkeys(found))

    def is_record(self, klass: Klass) -> bool:
        """Tell whether a class gets its constructor from its annotated fields (a dataclass and its like)."""
        for decorator in klass.facts.decorators:
            value = decorator
            if isinstance(decorator, facts.Call):
                value = Site(klass.module.scopes[decorator.scope], decorator.index).call.callee
            for t in self._types.of(klass.enclosing, value):
                if isinstance(t, External) and self._types.library.effect(t.path) == "record":
                    return True
        return False

    def record_argument(self, klass: Klass, birth: Site, name: str) -> facts.Value | None:
        """Return what a call of a record class passes for a field, by keyword or in the order of the fields."""
        keywords = dict(birth.call.keywords)
        if name in keywords:
            return keywords[name]
        names = list(dict.fromkeys(b.name for b in klass.scope.body.bindings if is_declared(b.value)))
        index = names.index(name) if name in names else -1
        return birth.call.arguments[index] if 0 <= index < len(birth.call.arguments) else None

    def _given_to_record(self, klass: Klass, name: str) -> Iterator[Type]:
        if not self.is_record(klass):
            return
        for site in self._types.program.calls_named(klass.name):
            if ClassType(klass) in self._types.callees(site):
                yield from self._types.of(site.scope, self.record_argument(klass, site, name))

    def descriptor_methods(self, declared: Instance) -> list[Scope]:
        """Return the methods of an object kept in a class body that compute what the attribute gives."""
        names = ["__get__"]
        for base in self._types.hierarchy.external_bases(declared.klass):
            method = self._types.library.descriptor_method(base)
            if method:
                names.append(method)
        return [m for name in names for m in self._types.hierarchy.find(declared.klass, name)[0]]

    def class_variable(self, klass: Klass, name: str) -> Types_:
        """Return what the class body, or the nearest base's, binds the name to."""
        return self._types.memo.ask(("class variable", klass, name), lambda: self._class_variable(klass, name))

    def _class_variable(self, klass: Klass, name: str) -> Types_:
        found: list[Type] = []
        for base in self._types.hierarchy.order(klass):
            if isinstance(base, Klass) and name in base.scope.locals and not base.methods(name):
                found.extend(self._types.name(base.scope, name))
                break
        for scope, store in self._types.hierarchy.stores(klass, name):
            if is_class_method(scope):
                found.extend(self._types.of(scope, store.value))
        return tuple(dict.fromkeys(found)) or self._set_on_class(klass, name)

    def _set_on_class(self, klass: Klass, name: str) -> Types_:
        """What ``Class.name = value`` sets, wherever it stands."""
        found: list[Type] = []
        for scope, store in self._outside_stores(name):
            for base in self._types.of(scope, store.base):
                if isinstance(base, ClassType) and base.klass in self._types.hierarchy.order(klass):
                    found.extend(self._types.of(scope, store.value))
        return tuple(dict.fromkeys(found))

    def _stored_from_outside(self, klass: Klass, name: str) -> Iterator[Type]:
        family = self._types.hierarchy.family(klass)
        for scope, store in self._outside_stores(name):
            for base in self._types.of(scope, store.base):
                if isinstance(base, Instance) and base.klass in family:
                    yield from self._types.of(scope, store.value)

    def _kept_on(self, holder: Opaque, name: str) -> Iterator[Type]:
        """What the program stores in an attribute of a library's object, such as a thread-local."""
        for scope, store in self._outside_stores(name):
            if holder in self._types.of(scope, store.base):
                yield from self._types.of(scope, store.value)

    def _outside_stores(self, name: str) -> Iterator[tuple[Scope, facts.Store]]:
        for scope, index in self._types.program.stored_from_outside(name):
            yield scope, scope.body.stores[index]

    def _contents_of_field(self, klass: Klass, name: str) -> Iterator[Type]:
        family = self._types.hierarchy.family(klass)
        modules = dict.fromkeys(owner.module for owner in family)
        for module in modules:
            for scope, base, value in filled(module, name):
                levels, base = _container(scope, base)
                if isinstance(base, facts.Attribute) and base.name == name:
                    method = scope.method()
                    if method is not None and method.owner in family and _is_self(method, base.base):
                        for element in self._types.of(scope, value):
                            yield _nested(element, levels)

    def contents_of_name(self, owner: Scope, name: str) -> Iterator[Type]:
        """Yield what is put into the container that a variable names."""
        for scope, base, value in filled(owner.module, name):
            levels, base = _container(scope, base)
            if isinstance(base, facts.Name) and base.id == name:
                home = self._types.home_of(scope, name)
                if home is owner:
                    for element in self._types.of(scope, value):
                        yield _nested(element, levels)


def _container(scope: Scope, value: facts.Value | None) -> tuple[int, facts.Value | None]:
    """See through ``x[key]`` and ``x.setdefault(key, [])``: how deep a filled container lies in the one named."""
    levels = 1
    while True:
        if isinstance(value, facts.Item):
            value = value.base
        elif isinstance(value, facts.Call):
            callee = scope.module.scopes[value.scope].body.calls[value.index].callee
            if not isinstance(callee, facts.Attribute) or callee.name not in ("setdefault", "get"):
                return levels, value
            value = callee.base
        else:
            return levels, value
        levels += 1


def _nested(element: Type, levels: int) -> Type:
    for _ in range(levels):
        element = ElementType(element)
    return element


def filled(module: Module, name: str) -> Iterator[tuple[Scope, facts.Value | None, facts.Value | None]]:
    """Yield (scope, container, element) for each ``x[key] = v``, ``x.append(v)`` ... on something called ``name``."""
    for scope_index, index in module.facts.stored.get(name + ".", ()):
        scope = module.scopes[scope_index]
        store = scope.body.item_stores[index]
        yield scope, store.base, store.value
    for scope_index, index in module.facts.filled.get(name, ()):
        scope = module.scopes[scope_index]
        call = scope.body.calls[index]
        if isinstance(call.callee, facts.Attribute):
            position = WRITE_POSITION.get(call.callee.name, -1)
            if 0 <= position < len(call.arguments):
                yield scope, call.callee.base, call.arguments[position]
            elif call.callee.name in ("update", "extend") and call.arguments:
                for value in _poured(call.arguments[0]):
                    yield scope, call.callee.base, value


def _poured(value: facts.Value | None) -> Iterator[facts.Value | None]:
    """What a container gets from ``x.update(value)`` or ``x.extend(value)``; of pairs, their second halves."""
    if isinstance(value, facts.Mapping):
        yield from value.items
        return
    for item in value.items if isinstance(value, facts.Sequence) else (facts.Element(value),):
        is_pair = isinstance(value, facts.Sequence) and isinstance(item, facts.Sequence) and len(item.items) == 2
        yield item.items[1] if isinstance(item, facts.Sequence) and is_pair else item


def is_declared(value: facts.Value | None) -> bool:
    """Tell whether a value is no more than what an annotation says of it."""
    if isinstance(value, facts.Operation):
        return any(isinstance(operand, facts.Annotated) for operand in value.operands)
    return isinstance(value, facts.Annotated)


def is_class_method(scope: Scope) -> bool:
    """Tell whether a scope is, or is inside, a method whose first parameter is the class."""
    method = scope.method()
    return method is not None and (method.name == "__new__" or "classmethod" in method.decorator_names())


def is_property(decorators: Iterable[str]) -> bool:
    """Tell whether one of the decorators makes a method an attribute."""
    return any(name.endswith("property") or name == "reify" for name in decorators)


def _is_self(method: Scope, value: facts.Value | None) -> bool:
    parameters = method.body.parameters
    return isinstance(value, facts.Name) and bool(parameters) and parameters[0].name == value.id
