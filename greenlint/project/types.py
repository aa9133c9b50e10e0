"""What can this value be? Types on demand, with memo.

There is no whole-program pass: a question about a value leads to the assignments, attribute stores, returns and
callers it depends on and to nothing else. Demand-driven points-to analysis in the spirit of Heintze and Tardieu
(PLDI 2001), over access paths of one attribute, flow-insensitive.

Answers are tuples without repetition, in source order, so that equal programs give equal answers. They are capped:
a value with more than ``LIMIT`` types is as good as unknown.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from greenlint.project.attributes import Attributes
from greenlint.project.calls import Callers
from greenlint.project.hierarchy import Base, Hierarchy
from greenlint.project.library import Library
from greenlint.project.memo import Memo
from greenlint.project.plugins import Plugins
from greenlint.project.program import Klass, Module, Program, Scope, Site
from greenlint.project.results import Results
from greenlint.project.terms import (
    BoundMethod,
    ClassType,
    ElementType,
    External,
    FunctionType,
    Instance,
    ModuleType,
    Opaque,
    PackageType,
    Type,
    Types_,
    is_evidence,
)
from greenlint.project.texts import Texts
from greenlint.summary import facts
from greenlint.summary.facts import Value

LIMIT = 24
_BUILTINS = frozenset(dir(builtins))
_ANNOTATION_WRAPPERS = frozenset(
    ("Optional", "Union", "Annotated", "ClassVar", "Final", "Type", "type", "Self", "Required", "InitVar")
)
_CONTAINERS = frozenset(
    (
        "list",
        "List",
        "dict",
        "Dict",
        "set",
        "Set",
        "tuple",
        "Tuple",
        "Sequence",
        "Iterable",
        "Iterator",
        "Mapping",
        "deque",
    )
)


class Types:
    """Answers for one program. ``attributes``, ``results`` and ``callers`` are the rooms it asks in turn."""

    def __init__(
        self, program: Program, library: Library, plugins: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.program = program
        self.library = library
        self.hierarchy = Hierarchy(program, self._bases)
        self.memo: Memo[Any] = Memo(is_evidence)
        self.attributes = Attributes(self)
        self.results = Results(self)
        self.callers = Callers(self)
        self.texts = Texts(self)
        self.plugins = Plugins(self, plugins or {})

    @cached_property
    def imported_packages(self) -> frozenset[str]:
        """Top-level packages that the program imports, under their own and their canonical names."""
        found = {"builtins", *(self.library.canonical(path).partition(".")[0] for path in self._imported_by_name())}
        for module in self.program.modules.values():
            for level, name, names in module.facts.imported:
                if level == 0:
                    found.add(name.partition(".")[0])
                    for path in (name, *(f"{name}.{part}" for part in names)):
                        found.add(self.library.canonical(path).partition(".")[0])
        return frozenset(found)

    def _imported_by_name(self) -> Iterator[str]:
        """What calls import whose argument is the name, as far as the source tells it."""
        for name in self.library.importers:
            for site in self.program.calls_named(name):
                for argument in site.call.arguments[:2]:
                    yield from self.texts.of(site.scope, argument)

    def may_name(self, path: str) -> bool:
        """Tell whether the program can mean a library's name: it imports its package."""
        return path.partition(".")[0] in self.imported_packages

    def of(self, scope: Scope, value: Value | None) -> Types_:
        """Return what a value of a scope can be."""
        kind = value.__class__
        if kind is facts.Name:
            return self.name(scope, value.id)  # type: ignore[union-attr]
        if kind is facts.Attribute:
            base: Value | None = value.base  # type: ignore[union-attr]
            name: str = value.name  # type: ignore[union-attr]
            bases = self.of(scope, base)
            if len(bases) == 1:  # as a rule
                found = self.attributes.of(bases[0], name)
                return found if len(found) <= 1 else distinct(found)
            return distinct(t for b in bases for t in self.attributes.of(b, name)) if bases else ()
        if kind is facts.Call:
            home = scope.module.scopes[value.scope]  # type: ignore[union-attr]
            return self.results.of(Site(home, value.index))  # type: ignore[union-attr]
        return () if kind is facts.Constant or value is None else self._other(scope, value)

    def callees(self, site: Site) -> Types_:
        """Return what a call calls, which is asked for every function that shares its name."""
        return self.memo.note(("callees", site), lambda: self.of(site.scope, site.call.callee))

    def _other(self, scope: Scope, value: Value) -> Types_:
        if isinstance(value, facts.Function):
            return (FunctionType(scope.module.scopes[value.scope]),)
        if isinstance(value, facts.Class):
            return (ClassType(scope.module.classes[value.index]),)
        if isinstance(value, facts.Import):
            return self.imported(scope.module, value)
        if isinstance(value, facts.Operation):
            return distinct(t for v in alternatives(value) for t in self.of(scope, v))
        if isinstance(value, facts.Sequence | facts.Mapping):
            return distinct(ElementType(t) for v in value.items for t in self.of(scope, v))
        if isinstance(value, facts.Item):
            return self._item(scope, value)
        if isinstance(value, facts.Element):
            return elements(self.of(scope, value.of)) + self._iterated(scope, value.of)
        if isinstance(value, facts.Entered):
            return self.results.entered(scope, value.manager)
        if isinstance(value, facts.Annotated):
            return self.annotated(scope, value.annotation)
        if isinstance(value, facts.Starred):
            return self.of(scope, value.value)
        return ()

    def name(self, scope: Scope, name: str) -> Types_:
        """Return what a name means in a scope."""
        owner = self.binding_scope(scope, name)
        if owner is None:
            found = self.global_name(scope.module, name)
            if not found and name in _BUILTINS:
                return (External("builtins." + name),)
            return found
        return self.memo.ask((owner, name), lambda: self._local(owner, name))

    def binding_scope(self, scope: Scope, name: str) -> Scope | None:
        """Return the function, lambda or class whose local the name is; None for globals and builtins."""
        homes = scope.homes
        if name not in homes:
            at: Scope | None = scope
            while at is not None and at.kind != "module":
                if (at.kind != "class" or at is scope) and at.is_local(name):
                    break
                at = at.parent
            homes[name] = at if at is not None and at.kind != "module" else None
        return homes[name]

    def home_of(self, scope: Scope, name: str) -> Scope:
        """Return the scope that holds what binds the name: the module's body for globals and builtins."""
        return self.binding_scope(scope, name) or scope.module.body

    def global_name(self, module: Module, name: str) -> Types_:
        """Return what a module-level name can be, whoever assigns it."""
        return self.memo.ask((module, name), lambda: self._global(module, name))

    def dotted(self, path: str, importer: Module | None = None) -> Types_:
        """Return what a dotted path names: something of the program, else of a library."""
        module = self.program.module_for(path, importer)
        if module is not None:
            return (ModuleType(module),)
        head = path.rpartition(".")[0]
        while head:
            module = self.program.module_for(head, importer)
            if module is not None:
                found: Types_ = (ModuleType(module),)
                for part in path[len(head) + 1 :].split("."):
                    found = distinct(t for b in found for t in self.attributes.of(b, part))
                return found
            head = head.rpartition(".")[0]
        if path in self.program.packages:
            return (PackageType(path),)
        return (External(self.library.canonical(path)),)

    def imported(self, module: Module, value: facts.Import) -> Types_:
        """Return what an import binds."""
        base = module.absolute(value.level, value.module)
        path = f"{base}.{value.name}" if base and value.name else base or value.name
        return self.dotted(path, module if value.level == 0 else None)

    def annotated(self, scope: Scope, annotation: Value | None) -> Types_:
        """Return what a variable with this annotation holds; text is read as a dotted name."""
        if isinstance(annotation, facts.Constant) and isinstance(annotation.value, str):
            annotation = parse_dotted(annotation.value)
        if isinstance(annotation, facts.Item):
            return self._subscripted_annotation(scope, annotation)
        if isinstance(annotation, facts.Operation | facts.Sequence):
            options = alternatives(annotation) if isinstance(annotation, facts.Operation) else annotation.items
            return distinct(t for option in options for t in self.annotated(scope, option))
        found: list[Type] = []
        for meant in self.of(scope, annotation):
            if isinstance(meant, ClassType):
                found.append(Instance(meant.klass, False))
            elif isinstance(meant, External) and not meant.path.startswith(("builtins.", "typing.")):
                found.append(Opaque(meant.path, None))
        return tuple(found)

    def _subscripted_annotation(self, scope: Scope, annotation: facts.Item) -> Types_:
        outer = facts.last_name(annotation.base)
        inner = self.annotated(scope, annotation.key)
        if outer in _CONTAINERS:
            return tuple(ElementType(found) for found in inner)
        return inner if outer in _ANNOTATION_WRAPPERS else ()

    def _local(self, scope: Scope, name: str) -> Types_:
        found = [t for b in scope.locals.get(name, ()) for t in self._bound(scope, b)]
        for child, binding in scope.nonlocal_bindings(name):
            found.extend(self.of(child, binding.value))
        found.extend(self.attributes.contents_of_name(scope, name))
        parameter = scope.parameter(name)
        if parameter is not None:
            found.extend(self._parameter(scope, parameter))
        return distinct(found)

    def _bound(self, scope: Scope, binding: facts.Binding) -> Types_:
        """What a name is bound to; in a class or module a name means what stands above, or else outside."""
        head = binding.value
        while isinstance(head, facts.Attribute):
            head = head.base
        if scope.kind in ("class", "module") and isinstance(head, facts.Name) and _is_unbound(scope, head.id, binding):
            outside = scope.parent
            if outside is not None:
                return self.of(outside, binding.value)
            if head.id in _BUILTINS and head is binding.value:
                return (External("builtins." + head.id),)
        return self.of(scope, binding.value)

    def _parameter(self, scope: Scope, parameter: facts.Parameter) -> Iterable[Type]:
        owner = scope.owner
        positional = [p.name for p in scope.body.parameters if p.kind == "positional"]
        if owner is not None and positional[:1] == [parameter.name]:
            decorators = scope.decorator_names()
            if "classmethod" in decorators or scope.name in ("__new__", "__init_subclass__", "__class_getitem__"):
                return (ClassType(owner),)
            if "staticmethod" not in decorators:
                return (Instance(owner, False),)
        enclosing = scope.parent or scope
        found = [*self.annotated(enclosing, parameter.annotation), *self.of(enclosing, parameter.default)]
        if parameter.kind in ("positional", "keyword"):
            found.extend(self.callers.passed(scope, parameter.name))
        return found

    def _global(self, module: Module, name: str) -> Types_:
        body = module.body
        found = [t for b in body.locals.get(name, ()) for t in self._bound(body, b)]
        for scope_index, index in module.facts.global_writes.get(name, ()):
            scope = module.scopes[scope_index]
            found.extend(self.of(scope, scope.body.bindings[index].value))
        found.extend(self.attributes.contents_of_name(body, name))
        if not found and name not in body.locals:
            found.extend(self._starred_import(module, name))
        return distinct(found)

    def _starred_import(self, module: Module, name: str) -> Iterator[Type]:
        for site in module.body.body.imports:
            if site.names == ("*",):
                base = module.absolute(site.level, site.module)
                target = self.program.module_for(base, module if site.level == 0 else None)
                if target is not None and target is not module:
                    yield from self.global_name(target, name)
                elif self.library.exports(base, name):
                    yield External(self.library.canonical(f"{base}.{name}"))

    def _item(self, scope: Scope, value: facts.Item) -> Types_:
        key = value.key
        position = key.value if isinstance(key, facts.Constant) and isinstance(key.value, int) else None
        if position is not None and isinstance(value.base, facts.Call):
            site = Site(scope.module.scopes[value.base.scope], value.base.index)
            unpacked = self.results.unpacked(site, position)
            if unpacked:
                return unpacked
        return elements(self.of(scope, value.base))

    def _iterated(self, scope: Scope, value: Value | None) -> Types_:
        """What iterating over an object of the program gives: the yields of its ``__iter__``."""
        found: list[Type] = []
        for t in self.of(scope, value):
            if isinstance(t, Instance):
                for method in self.hierarchy.find(t.klass, "__iter__")[0]:
                    found.extend(elements(self.results.returned(method)))
        return distinct(found)

    def _bases(self, klass: Klass) -> list[Base]:
        found: list[Base] = []
        for value in klass.facts.bases:
            for base in self.of(klass.enclosing, value):
                if isinstance(base, ClassType):
                    found.append(base.klass)
                elif isinstance(base, External):
                    found.append(base.path)
                elif isinstance(base, Opaque):
                    found.append(base.path + "()")
        return found


def _is_unbound(scope: Scope, name: str, binding: facts.Binding) -> bool:
    """Whether all that binds a name of a scope stands at a binding or after it."""
    bound = scope.locals.get(name, ())
    return bool(bound) and all(b.line >= binding.line for b in bound)


def distinct(found: Iterable[Type]) -> Types_:
    """Return the types without repetition, in order, cut at the limit."""
    return tuple(dict.fromkeys(found))[:LIMIT]


def alternatives(value: facts.Operation) -> tuple[Value | None, ...]:
    """Return the operands whose value the operation can have."""
    if value.operator == "or":
        return value.operands
    if value.operator == "and":
        return value.operands[-1:]
    return value.operands[1:] if value.operator == "if" else ()


def elements(found: Types_) -> Types_:
    """Return what the containers among the types hold."""
    return distinct(t.of for t in found if isinstance(t, ElementType))


def parse_dotted(text: str) -> Value | None:
    """Return the value that a dotted name in text denotes."""
    parts = text.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    value: Value = facts.Name(parts[0])
    for part in parts[1:]:
        value = facts.Attribute(value, part)
    return value


def functions_of(found: Type) -> tuple[Scope, ...]:
    """Return the function that a type is, without calling anything."""
    return (found.scope,) if isinstance(found, FunctionType | BoundMethod) else ()
