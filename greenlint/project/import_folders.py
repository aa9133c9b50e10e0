"""Modules that are found by their files: beside the script that imports them, or in a folder that a program adds
to ``sys.path``.

Such a folder is spelled with ``__file__``, ``os.path`` and words: ``os.path.join(os.path.dirname(__file__), "src")``.
"""

from __future__ import annotations

import os.path
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from greenlint.knowledge.vocabulary import Library
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project.program import Module, Scope

_HUBS = get_args(Library)
_ADDING = ("insert", "append")
_SYS_PATH = facts.Attribute(facts.Name("sys"), "path")
_SAME = ("abspath", "realpath", "normpath", "expanduser", "str")
_DEEPEST = 8


def is_hub_of_others(dotted: str, importer: str) -> bool:
    """Tell whether a name is one of eventlet or gevent, asked for from outside: its rows say more than its source.

    This holds in a checkout of that library too, for its examples and benchmarks.
    """
    top = dotted.partition(".")[0]
    return top in _HUBS and importer.partition(".")[0] != top


class ImportFolders:
    """The files of one program, found by the names of imports."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._by_path = {module.path: module for module in modules.values()}

    def module(self, dotted: str, importer: Module | None) -> Module | None:
        """Return the module whose file has that name beside the importing one, or in a folder on ``sys.path``.

        What stands beside a module of a package (where only Python 2 looks), or in a folder that is added, hides no
        module of the standard library.
        """
        is_ours = dotted.partition(".")[0] not in sys.stdlib_module_names
        folders = [*self._added] if is_ours else []
        if importer is not None and (is_ours or importer.name.rpartition(".")[0] not in self._modules):
            folders.insert(0, importer.path.rpartition("/")[0])
        for folder in folders:
            base = f"{folder}/{dotted.replace('.', '/')}" if folder else dotted.replace(".", "/")
            found = self._by_path.get(f"{base}.py") or self._by_path.get(f"{base}/__init__.py")
            if found is not None:
                return found
        return None

    @cached_property
    def _added(self) -> tuple[str, ...]:
        """The folders that the program adds to ``sys.path``, below its root."""
        found: dict[str, None] = {}
        for module in self._modules.values():
            if module.role == "code":
                found.update(dict.fromkeys(_added_by(module)))
        return tuple(found)


def _added_by(module: Module) -> Iterator[str]:
    for name in _ADDING:
        for index, call_index in module.facts.calls.get(name, ()):
            scope = module.scopes[index]
            call = scope.body.calls[call_index]
            if isinstance(call.callee, facts.Attribute) and call.callee.base == _SYS_PATH and call.arguments:
                folder = _folder(scope, call.arguments[-1], 0)
                if folder is not None and folder != "." and not folder.startswith(("/", "..")):
                    yield folder


def _folder(scope: Scope, value: Value | None, depth: int) -> str | None:
    """Return the path that a value spells, from the root of the program; None if that is not known."""
    if depth > _DEEPEST:
        return None
    path: str | None = None
    if isinstance(value, facts.Constant) and isinstance(value.value, str):
        path = value.value
    elif value == facts.Name("__file__"):
        path = scope.module.path
    elif isinstance(value, facts.Name):
        owner = scope if scope.is_local(value.id) else scope.module.body
        bound = owner.locals.get(value.id, [])
        path = _folder(owner, bound[0].value, depth + 1) if len(bound) == 1 else None
    elif isinstance(value, facts.Call):
        path = _called(scope.module.scopes[value.scope], value, depth)
    return os.path.normpath(path).replace(os.sep, "/") if path is not None else None


def _called(scope: Scope, value: facts.Call, depth: int) -> str | None:
    call = scope.body.calls[value.index]
    name = facts.last_name(call.callee)
    if name == "getcwd":
        return "."
    parts = [_folder(scope, argument, depth + 1) for argument in call.arguments]
    known = [part for part in parts if part is not None]
    if not known or len(known) != len(parts):
        return None
    if name == "join":
        return os.path.join(*known)
    if name == "dirname":
        return os.path.dirname(known[0]) or "."
    return known[0] if name in _SAME else None
