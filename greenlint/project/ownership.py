"""Who owns an attribute, and which functions, classes and properties hand out the same object every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from greenlint.project.attributes import is_class_method, is_declared, is_property
from greenlint.project.calls import Passed
from greenlint.project.origins import Slot
from greenlint.project.program import Klass, Module, Scope, Site
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    External,
    FunctionType,
    Instance,
    Member,
    Opaque,
    SuperType,
    Type,
)
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_DEEPEST = 6
_MEMO_WORDS = ("cache", "memo", "singleton", "once", "lazy")


class Ownership:
    """Answers about owners for one program."""

    def __init__(self, types: Types, made_too_early: Callable[[Site], bool]) -> None:
        self._types = types
        self._made_too_early = made_too_early
        self._singletons: dict[Klass, bool] = {}
        self._memoised: dict[Scope, bool] = {}
        self._holding: dict[tuple[Klass, str], bool] = {}

    @staticmethod
    def class_of(found: Iterable[Type]) -> Klass | None:
        """Return the program's class among the types, if there is one and no other."""
        classes = {t.klass for t in found if isinstance(t, Instance)}
        return classes.pop() if len(classes) == 1 else None

    def home_of_global(self, module: Module, name: str, depth: int = 0) -> tuple[Module, str]:
        """Return the module and name under which an imported global is defined."""
        for binding in module.body.locals.get(name, ()):
            value = binding.value
            if isinstance(value, facts.Import) and value.name and depth < _DEEPEST:
                base = module.absolute(value.level, value.module)
                target = self._types.program.module_for(base, module if value.level == 0 else None)
                if target is not None and target is not module:
                    return self.home_of_global(target, value.name, depth + 1)
        return module, name

    def is_local(self, found: Opaque) -> bool:
        """Tell whether a library's object keeps its attributes apart for each greenthread."""
        guard = self._types.library.guard(found.path)
        if guard is None or guard.kind != "per-greenthread":
            return False
        return not (guard.patched and found.birth is not None and self._made_too_early(found.birth))

    def is_per_greenthread(self, klass: Klass) -> bool:
        """Tell whether objects of a class keep their attributes apart for each greenthread."""
        return any(self._types.library.is_per_greenthread(b) for b in self._types.hierarchy.external_bases(klass))

    def may_hold(self, klass: Klass, name: str) -> bool:
        """Tell whether objects of a class, or of one below it, can have an attribute at all."""
        known = self._holding.get((klass, name))
        if known is None:
            family = self._types.hierarchy.family(klass)
            known = any(name in k.facts.attributes or name in k.scope.locals for k in family)
            known = known or any(k.methods("__getattr__") for k in family)
            known = known or bool(self._types.attributes.field(klass, name, True))
            self._holding[klass, name] = known
        return known

    def properties(self, bases: Iterable[Type], name: str) -> Iterator[tuple[Scope, Klass]]:
        """Yield the property functions behind an attribute, with the class they were found in."""
        for base in bases:
            if isinstance(base, Instance | SuperType):
                after = base.klass if isinstance(base, SuperType) else None
                methods, _ = self._types.hierarchy.find(base.klass, name, after)
                for method in methods:
                    if is_property(method.decorator_names()) and method.body.returns:
                        yield method, method.owner or base.klass

    def class_level(self, klass: Klass, name: str) -> Klass | None:
        """Return the class that declares an attribute which no object of the class sets for itself."""
        hierarchy = self._types.hierarchy
        stores = [(scope, s) for scope, s in hierarchy.stores(klass, name) if not isinstance(s.value, facts.Constant)]
        if not all(is_class_method(scope) for scope, _ in stores):
            return None
        if not self._types.attributes.class_variable(klass, name):
            return None
        holder = next((b for b in hierarchy.order(klass) if isinstance(b, Klass) and name in b.scope.locals), klass)
        bound = holder.scope.locals.get(name, ())
        return None if bound and not stores and all(is_declared(b.value) for b in bound) else holder

    def descriptors(self, klass: Klass, name: str) -> Iterator[tuple[Scope, Klass]]:
        """Yield the methods that compute an attribute whose value in the class is a descriptor."""
        for t in self._types.attributes.class_variable(klass, name):
            if isinstance(t, Instance):
                for method in self._types.attributes.descriptor_methods(t):
                    yield method, t.klass

    def field_slot(self, bases: Iterable[Type], name: str) -> Slot | None:
        """Return the slot of an attribute of one of the types."""
        for base in bases:
            if isinstance(base, Instance):
                holder = self._types.hierarchy.holder(base.klass, name)
                return ("field", holder.module.name, holder.qualname, name)
        return None

    def is_memoised(self, function: Scope) -> bool:
        """Tell whether a function gives all callers one result."""
        known = self._memoised.get(function)
        if known is None:
            enclosing = function.parent or function
            known = any(self._memoises(enclosing, d) for d in function.body.decorators)
            self._memoised[function] = known
        return known

    def _memoises(self, scope: Scope, decorator: Value | None) -> bool:
        value = decorator
        if isinstance(decorator, facts.Call):
            value = Site(scope.module.scopes[decorator.scope], decorator.index).call.callee
        for t in self._types.of(scope, value):
            if isinstance(t, External | Member):
                path = t.path if isinstance(t, External) else f"{t.owner.path}.{t.name}"
                if self._types.library.effect(path) == "memoise":
                    return True
            if isinstance(t, FunctionType | BoundMethod):
                return self._keeps_results(t.scope)
        name = facts.last_name(value).lower()
        return any(word in name for word in _MEMO_WORDS)

    def _keeps_results(self, decorator: Scope) -> bool:
        """Whether a decorator of the program stores what the decorated function returns and gives it out again."""
        for child in decorator.children:
            if child.kind == "function":
                for store in child.body.item_stores:
                    if isinstance(store.value, facts.Call | facts.Name):
                        return True
                if child.body.nonlocal_names or self._keeps_results(child):
                    return True
        return False

    def is_singleton(self, klass: Klass) -> bool:
        """Tell whether calling a class gives the same object every time."""
        known = self._singletons.get(klass)
        if known is None:
            self._singletons[klass] = False
            known = self._singletons[klass] = self._is_singleton(klass)
        return known

    def _is_singleton(self, klass: Klass) -> bool:
        for method in self._types.hierarchy.find(klass, "__new__")[0]:
            if _keeps(method):
                return True
        if any(self._memoises(klass.enclosing, decorator) for decorator in klass.facts.decorators):
            return True
        return any(self._metaclass_keeps(meta) for meta in self._metaclasses(klass))

    def _metaclasses(self, klass: Klass) -> Iterator[Klass]:
        for base in self._types.hierarchy.order(klass):
            if isinstance(base, Klass):
                values = [value for name, value in base.facts.keywords if name == "metaclass"]
                values += [b.value for b in base.scope.locals.get("__metaclass__", ())]
                values += _with_metaclass(base)
                for value in values:
                    for t in self._types.of(base.enclosing, value):
                        if isinstance(t, ClassType):
                            yield t.klass

    def _metaclass_keeps(self, meta: Klass) -> bool:
        for method in self._types.hierarchy.find(meta, "__call__")[0]:
            if _keeps(method):
                return True
        return False

    def constructor_argument(
        self, klass: Klass, birth: Site, init: Scope, parameter: str, depth: int = 0
    ) -> list[Passed]:
        """Return what the call that makes an object passes for a parameter of one of its ``__init__`` methods.

        A constructor further up is reached through the ``super().__init__`` calls of those below it.
        """
        methods, _ = self._types.hierarchy.find(klass, "__init__")
        if not methods or depth > _DEEPEST:
            return []
        if init in methods:
            from_class = [e for e in self._types.callers.of(init) if e.site == birth]
            return [given for edge in from_class for given in self._types.callers.argument(edge, init, parameter)]
        found: list[Passed] = []
        order = self._types.hierarchy.order(klass)
        for edge in self._types.callers.of(init):
            caller = edge.site.scope
            if caller.name == "__init__" and caller.owner in order:
                for given in self._types.callers.argument(edge, init, parameter):
                    value = given.value
                    if isinstance(value, facts.Name) and caller.parameter(value.id) is not None:
                        found += self.constructor_argument(klass, birth, caller, value.id, depth + 1)
                    else:
                        found.append(given)
        return found


def _keeps(method: Scope) -> bool:
    """Whether a method puts what it makes somewhere before it returns."""
    kept = [store.value for store in method.body.stores] + [store.value for store in method.body.item_stores]
    return any(isinstance(value, facts.Call | facts.Name) for value in kept)


def _with_metaclass(klass: Klass) -> list[Value | None]:
    """The metaclass in ``class C(six.with_metaclass(Meta, Base))``."""
    found: list[Value | None] = []
    for base in klass.facts.bases:
        if isinstance(base, facts.Call):
            call = klass.module.scopes[base.scope].body.calls[base.index]
            if facts.last_name(call.callee) == "with_metaclass" and call.arguments:
                found.append(call.arguments[0])
    return found
