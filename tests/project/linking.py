"""Programs written in a test, linked without files."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from functools import cache

from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.loader import load
from greenlint.project import Component, Project, Setting
from greenlint.project.program import Module, Scope
from greenlint.summary.extract import summarise


@cache
def knowledge() -> Knowledge:
    return load()


def modules(sources: Mapping[str, str]) -> list[Module]:
    """Make modules of sources by path (``app/__init__.py``)."""
    found = []
    for path, text in sources.items():
        is_package = path.endswith("__init__.py")
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        found.append(Module(name, path, is_package, summarise(ast.parse(textwrap.dedent(text)))))
    return found


def project(sources: Mapping[str, str], setting: Setting | None = None) -> Project:
    """Link sources by path."""
    lines = {path: textwrap.dedent(text).encode().split(b"\n") for path, text in sources.items()}
    return Project(modules(sources), knowledge(), setting or Setting(), lambda path: lines[path])


def component(sources: Mapping[str, str]) -> Component:
    """Link sources that imports connect."""
    (only,) = project(sources).components
    return only


def scope(linked: Component, module: str, qualname: str) -> Scope:
    """Find a scope by the names of its module and its own."""
    return next(s for s in linked.program.modules[module].scopes if s.qualname == qualname)
