"""What plugin loaders load: the classes that the program's own entry-point groups name.

``stevedore.driver.DriverManager(namespace, name).driver`` and its like give one of the classes (or, loaded and
called, one of the objects) that ``setup.cfg`` or ``pyproject.toml`` register under the namespace. Which one, a
configuration says; each is possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import BoundMethod, ClassType, External, FunctionType, Instance, Opaque, Type
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.types import Types

LOADED_CLASS = frozenset(("driver", "plugin"))
LOADED_OBJECT = frozenset(("obj", "driver"))

_STARTED = ("paste.", "console_scripts", "gui_scripts", "wsgi_scripts")
"""Groups of entry points whose targets a process starts with."""


class Plugins:
    """Answers for one program; ``groups`` maps a group to ``module:attribute`` references."""

    def __init__(self, types: Types, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._types = types
        self._groups = groups

    @cached_property
    def modules(self) -> frozenset[Module]:
        """The modules that only a program which has started loads, as somebody's plugins."""
        groups = (targets for group, targets in self._groups.items() if not group.startswith(_STARTED))
        found = (self._types.program.module_for(t.partition(":")[0]) for targets in groups for t in targets)
        return frozenset(module for module in found if module is not None)

    def is_manager(self, path: str) -> bool:
        """Tell whether a library class loads plugins."""
        return bool(self._groups) and self._types.library.effect(path) == "plugin-manager"

    def loaded(self, manager: Opaque, name: str) -> Iterator[Type]:
        """Yield what an attribute of a plugin manager, or of one of its extensions, can be."""
        if manager.birth is None or name not in LOADED_CLASS | LOADED_OBJECT:
            return
        call = manager.birth.call
        invoked = dict(call.keywords).get("invoke_on_load") == facts.Constant(True) and name in LOADED_OBJECT
        first = dict(call.keywords).get("namespace", call.arguments[0] if call.arguments else None)
        for t in self._named(manager.birth.scope, first):
            if isinstance(t, ClassType):
                yield Instance(t.klass, True) if invoked else t
            elif not invoked:
                yield t

    def of_class(self, method: BoundMethod, given: Sequence[Type]) -> Sequence[Type]:
        """Return, of what a method gives, what it gives where its class names the group: ``cls.namespace``."""
        if not self._groups:
            return given
        question = ("groups", method.scope)
        groups = self._types.memo.note(question, lambda: tuple(self._groups_of_classes(method.scope)))
        if not groups:
            return given
        family = self._types.hierarchy.family(method.klass)
        own = {text for name in groups for klass in family for text in self._types.texts.declared(klass, name)}
        others = {t for group in self._groups.keys() - own for t in self._offered(group)}
        return [t for t in given if t not in others or any(t in self._offered(group) for group in own)]

    def _groups_of_classes(self, method: Scope) -> Iterator[str]:
        """The attributes of its own class by which a method names the groups that it loads."""
        first = facts.Name(method.body.parameters[0].name) if method.body.parameters else None
        for index, call in enumerate(method.body.calls):
            callees = self._types.callees(Site(method, index))
            if any(isinstance(t, External) and self.is_manager(t.path) for t in callees):
                for value in call.arguments[:1]:
                    if isinstance(value, facts.Attribute) and value.base == first:
                        yield value.name

    def is_entry(self, path: str) -> bool:
        """Tell whether calling a function of a library finds entry points, which ``load()`` loads."""
        return bool(self._groups) and self._types.library.effect(path) == "entry-points"

    def named(self, site: Site) -> Iterator[Type]:
        """Yield the classes and functions that a group names, of which one of the arguments is the name."""
        for value in (*site.call.arguments, *(value for _, value in site.call.keywords)):
            yield from self._named(site.scope, value)

    def _named(self, scope: Scope, group: Value | None) -> Iterator[Type]:
        for text in self._types.texts.of(scope, group):
            yield from self._offered(text)

    def _offered(self, group: str) -> Iterator[Type]:
        for target in self._groups.get(group, ()):
            for t in self._types.dotted(target.replace(":", ".")):
                if isinstance(t, ClassType | FunctionType):
                    yield t
