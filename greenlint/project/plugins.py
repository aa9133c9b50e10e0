"""What plugin loaders load: the classes that the program's own entry-point groups name.

``stevedore.driver.DriverManager(namespace, name).driver`` and its like give one of the classes (or, loaded and
called, one of the objects) that ``setup.cfg`` or ``pyproject.toml`` register under the namespace. Which one, a
configuration says; each is possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from greenlint.project.terms import ClassType, FunctionType, Instance, Opaque, Type
from greenlint.summary import facts

if TYPE_CHECKING:
    from greenlint.project.types import Types

LOADED_CLASS = frozenset(("driver", "plugin"))
LOADED_OBJECT = frozenset(("obj", "driver"))


class Plugins:
    """Answers for one program; ``groups`` maps a group to ``module:attribute`` references."""

    def __init__(self, types: Types, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._types = types
        self._groups = groups

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
        for group in self._types.texts.of(manager.birth.scope, first):
            for target in self._groups.get(group, ()):
                for t in self._types.dotted(target.replace(":", ".")):
                    if isinstance(t, ClassType):
                        yield Instance(t.klass, True) if invoked else t
                    elif isinstance(t, FunctionType) and not invoked:
                        yield t
