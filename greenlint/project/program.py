"""Modules, classes and scopes of one program, linked by name.

Terms
-----
module     a source file under its dotted name, with its facts.
scope      a module body, class body, function or lambda; compared by identity.
site       a call in a scope, as (scope, index); a *birth* is the site that makes an object.
component  modules that imports connect, in whatever direction; components know nothing of each other, so that
           a method name of one project never meets the same name of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from greenlint.project.forks import is_forked_child
from greenlint.project.import_folders import ImportFolders, is_hub_of_others
from greenlint.summary import facts
from greenlint.summary.facts import Binding, Body, Value


class Module:
    """A module of the program."""

    __slots__ = ("classes", "facts", "is_package", "name", "path", "role", "scopes")

    def __init__(
        self, name: str, path: str, is_package: bool, module_facts: facts.ModuleFacts, role: str = "code"
    ) -> None:
        self.name = name
        self.path = path
        self.is_package = is_package
        self.role = role
        self.facts = module_facts
        self.scopes: list[Scope] = []
        self.classes: list[Klass] = []
        for index, scope_facts in enumerate(module_facts.scopes):
            self.scopes.append(Scope(self, index, scope_facts))
        for index, class_facts in enumerate(module_facts.classes):
            self.classes.append(Klass(self, index, class_facts))
        for owner in self.classes:
            owner.scope.klass = owner

    def __repr__(self) -> str:
        return f"<module {self.name}>"

    @property
    def body(self) -> Scope:
        """The scope of the module's own statements."""
        return self.scopes[0]

    def absolute(self, level: int, module: str) -> str:
        """Return the dotted name of an import of this module."""
        if level == 0:
            return module
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        base = parts[: len(parts) - drop] if drop else parts
        return ".".join([*base, module] if module else base)


class Scope:
    """A scope; its body is decoded when it is first asked for."""

    __slots__ = ("_body", "_children", "_locals", "_names", "facts", "homes", "index", "klass", "module")

    def __init__(self, module: Module, index: int, scope_facts: facts.ScopeFacts) -> None:
        self.module = module
        self.index = index
        self.facts = scope_facts
        self.klass: Klass | None = None
        self._body: Body | None = None
        self._locals: dict[str, list[Binding]] | None = None
        self._names: frozenset[str] | None = None
        self._children: list[Scope] | None = None
        self.homes: dict[str, Scope | None] = {}

    def __repr__(self) -> str:
        return f"<{self.module.name}:{self.qualname}>"

    @property
    def name(self) -> str:
        """The bare name."""
        return self.facts.name

    @property
    def qualname(self) -> str:
        """The dotted name within the module."""
        return self.facts.qualname

    @property
    def kind(self) -> str:
        """module, class, function or lambda."""
        return self.facts.kind

    @property
    def label(self) -> str:
        """The name in messages: ``Class.method``, ``function``, or the module's name."""
        return self.module.name if self.kind == "module" else self.qualname

    @property
    def parent(self) -> Scope | None:
        """The enclosing scope; None for a module body."""
        index = self.facts.parent
        return self.module.scopes[index] if index >= 0 else None

    @property
    def owner(self) -> Klass | None:
        """The class that this scope is a method of."""
        index = self.facts.owner
        return self.module.classes[index] if index >= 0 else None

    @property
    def body(self) -> Body:
        """What the scope does."""
        if self._body is None:
            self._body = facts.decode_body(self.facts.body)
        return self._body

    @property
    def key(self) -> tuple[str, int]:
        """A value to sort by: source order, files by path."""
        return (self.module.path, self.index)

    @property
    def children(self) -> list[Scope]:
        """The scopes directly inside."""
        if self._children is None:
            index = self.index
            self._children = [scope for scope in self.module.scopes if scope.facts.parent == index]
        return self._children

    def parameter(self, name: str) -> facts.Parameter | None:
        """Return the parameter of that name."""
        for parameter in self.body.parameters:
            if parameter.name == name:
                return parameter
        return None

    @property
    def locals(self) -> Mapping[str, list[Binding]]:
        """Bindings by name, without those that ``global`` and ``nonlocal`` send elsewhere."""
        if self._locals is None:
            body = self.body
            elsewhere = {*body.global_names, *body.nonlocal_names}
            found: dict[str, list[Binding]] = {}
            for binding in body.bindings:
                if binding.name not in elsewhere:
                    found.setdefault(binding.name, []).append(binding)
            self._locals = found
        return self._locals

    def nonlocal_bindings(self, name: str) -> Iterator[tuple[Scope, Binding]]:
        """Yield what nested functions bind to a local of this scope."""
        for child in self.children:
            if child.kind == "class":
                continue
            if name in child.body.nonlocal_names:
                for binding in child.body.bindings:
                    if binding.name == name:
                        yield child, binding
            yield from child.nonlocal_bindings(name)

    def is_local(self, name: str) -> bool:
        """Whether the name is a parameter or a local variable."""
        if self._names is None:
            self._names = frozenset((*self.locals, *[parameter.name for parameter in self.body.parameters]))
        return name in self._names

    def method(self) -> Scope | None:
        """Return the method that this scope is, or is nested in."""
        scope: Scope | None = self
        while scope is not None and scope.owner is None:
            scope = scope.parent
        return scope

    def within(self, other: Scope) -> bool:
        """Whether this scope is the other one or nested in it."""
        scope: Scope | None = self
        while scope is not None:
            if scope is other:
                return True
            scope = scope.parent
        return False

    def blocks_around(self, block: int) -> Iterator[tuple[int, facts.Block]]:
        """Yield the block and those around it, innermost first."""
        blocks = self.body.blocks
        while block >= 0:
            found = blocks[block]
            yield block, found
            block = found.parent

    def loops_around(self, block: int) -> frozenset[int]:
        """Return the loops around a block."""
        found: set[int] = set()
        for index, around in self.blocks_around(block):
            if around.kind in facts.LOOPS:
                found.add(index)
            elif around.kind == "if" and is_forked_child(self, around.value):
                break
        return frozenset(found)

    def decorator_names(self) -> list[str]:
        """Return the last names of the decorators, seen through calls."""
        found = []
        for decorator in self.body.decorators:
            value = decorator
            if isinstance(value, facts.Call):
                value = self.module.scopes[value.scope].body.calls[value.index].callee
            found.append(facts.last_name(value))
        return found


class Klass:
    """A class of the program."""

    __slots__ = ("facts", "index", "module")

    def __init__(self, module: Module, index: int, class_facts: facts.ClassFacts) -> None:
        self.module = module
        self.index = index
        self.facts = class_facts

    def __repr__(self) -> str:
        return f"<class {self.module.name}:{self.qualname}>"

    @property
    def name(self) -> str:
        """The bare name."""
        return self.facts.name

    @property
    def qualname(self) -> str:
        """The dotted name within the module."""
        return self.facts.qualname

    @property
    def scope(self) -> Scope:
        """The class body."""
        return self.module.scopes[self.facts.scope]

    @property
    def enclosing(self) -> Scope:
        """The scope that holds the class statement, in which its bases are evaluated."""
        return self.module.scopes[self.facts.parent]

    @property
    def key(self) -> tuple[str, int]:
        """A value to sort by: source order, files by path."""
        return (self.module.path, self.facts.scope)

    def methods(self, name: str) -> list[Scope]:
        """Return the functions that the class body defines under a name, in source order."""
        return [self.module.scopes[index] for index in self.facts.methods.get(name, ())]


class Site(NamedTuple):
    """A call in a scope."""

    scope: Scope
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs on a site

    @property
    def call(self) -> facts.CallSite:
        """The call's facts."""
        return self.scope.body.calls[self.index]

    @property
    def key(self) -> tuple[str, int, int]:
        """A value to sort by: source order, files by path."""
        return (self.scope.module.path, self.call.span[0], self.call.span[1])


class Program:
    """The modules of one component, found by name, with indexes that are merged on demand."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules: Mapping[str, Module] = {
            module.name: module for module in sorted(modules, key=lambda module: module.path)
        }
        self._folders = ImportFolders(self.modules)
        self._calls: dict[str, tuple[Site, ...]] = {}
        self._handed: dict[str, tuple[tuple[Site, int | str, Value], ...]] = {}

    @cached_property
    def packages(self) -> frozenset[str]:
        """Dotted prefixes of module names, namespace packages included."""
        found: set[str] = set()
        for name in self.modules:
            parts = name.split(".")
            found.update(".".join(parts[:count]) for count in range(1, len(parts)))
        return frozenset(found)

    @cached_property
    def classes(self) -> tuple[Klass, ...]:
        """All classes in source order."""
        return tuple(owner for module in self.modules.values() for owner in module.classes)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes in source order."""
        return tuple(scope for module in self.modules.values() for scope in module.scopes)

    @cached_property
    def _calling(self) -> dict[str, list[Module]]:
        """Callee name -> modules with such calls."""
        found: dict[str, list[Module]] = {}
        for module in self.modules.values():
            for name in module.facts.calls:
                found.setdefault(name, []).append(module)
        return found

    @cached_property
    def _aliases(self) -> dict[str, list[str]]:
        """Name -> names that stand for it, anywhere."""
        found: dict[str, dict[str, None]] = {}
        for module in self.modules.values():
            for name, aliases in module.facts.aliases.items():
                found.setdefault(name, {}).update(dict.fromkeys(aliases))
        return {name: list(aliases) for name, aliases in found.items()}

    def handed(self, name: str) -> Iterator[tuple[Site, int | str, Value]]:
        """Yield the calls that something of this name is passed to: the position or keyword, and the value."""
        known = self._handed.get(name)
        if known is None:
            known = self._handed[name] = tuple(self._find_handed(name))
        yield from known

    def _find_handed(self, name: str) -> Iterator[tuple[Site, int | str, Value]]:
        for module in self._passing.get(name, ()):
            for number in module.facts.argument_names[name]:
                scope = module.scopes[number]
                for index, call in enumerate(scope.body.calls):
                    given: list[tuple[int | str | None, Value | None]] = [*enumerate(call.arguments), *call.keywords]
                    for position, value in given:
                        if isinstance(value, facts.Attribute | facts.Name) and position is not None:
                            if facts.last_name(value) == name:
                                yield Site(scope, index), position, value

    def holders_of(self, callee: str) -> frozenset[str]:
        """Return the names of variables and attributes that hold what a callee of that name returned."""
        return frozenset(name for module in self.modules.values() for name in module.facts.made.get(callee, ()))

    @cached_property
    def _passing(self) -> dict[str, list[Module]]:
        """Name -> modules that pass something of that name as an argument."""
        found: dict[str, list[Module]] = {}
        for module in self.modules.values():
            for name in module.facts.argument_names:
                found.setdefault(name, []).append(module)
        return found

    @cached_property
    def _storing(self) -> dict[str, list[Module]]:
        """Attribute -> modules that store it through something other than ``self``."""
        found: dict[str, list[Module]] = {}
        for module in self.modules.values():
            for name in module.facts.stored:
                found.setdefault(name, []).append(module)
        return found

    def calls_named(self, name: str) -> tuple[Site, ...]:
        """Return the calls whose callee ends in a name (``name.``: calls of a method of an attribute ``name``)."""
        found = self._calls.get(name)
        if found is None:
            found = self._calls[name] = tuple(
                Site(module.scopes[scope], index)
                for module in self._calling.get(name, ())
                for scope, index in module.facts.calls[name]
            )
        return found

    def stored_from_outside(self, name: str) -> Iterator[tuple[Scope, int]]:
        """Yield the stores (``name.``: item stores) to an attribute through anything but ``self``."""
        for module in self._storing.get(name, ()):
            for scope, index in module.facts.stored[name]:
                yield module.scopes[scope], index

    def aliases_of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names and all names that stand for one of them, directly or through others."""
        found = set(names)
        work = list(found)
        while work:
            for alias in self._aliases.get(work.pop(), ()):
                if alias not in found:
                    found.add(alias)
                    work.append(alias)
        return frozenset(found)

    def module_for(self, dotted: str, importer: Module | None = None) -> Module | None:
        """Return the module of that name, or that of a file beside the importing one or on ``sys.path``."""
        module = self.modules.get(dotted)
        if module is not None and importer is not None and is_hub_of_others(dotted, importer.name):
            return None
        return self._folders.module(dotted, importer) if module is None and dotted else module
