"""astroid as a judge of name resolution: what it infers for the callee of each call, beside what we say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astroid import MANAGER, bases, nodes
from astroid.exceptions import AstroidError

from greenlint.knowledge.loader import load
from greenlint.options import Options
from greenlint.project import Project, Setting
from greenlint.project.program import Module, Site
from greenlint.project.terms import BoundMethod, ClassType, External, FunctionType, ModuleType, PackageType, Type
from greenlint.project.types import Types
from greenlint.source.discovery import SourceFile, discover
from greenlint.source.reading import Source, ast_of, read
from greenlint.summary.extract import summarise

Place = tuple[str, int, int]
"""Path, line and column of a call."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One call whose target astroid knows: its place, the callee as written, and both answers.

    ``ours`` is empty where we say unknown.
    """

    place: Place
    callee: str
    theirs: str
    ours: frozenset[str]

    @property
    def is_known(self) -> bool:
        return bool(self.ours)

    @property
    def disagrees(self) -> bool:
        return self.is_known and self.theirs not in self.ours

    def __str__(self) -> str:
        path, line, column = self.place
        return f"{path}:{line}:{column + 1}: {self.callee}: astroid {self.theirs}, we {', '.join(sorted(self.ours))}"


def compare(package: Path) -> Iterator[Comparison]:
    """Compare all calls of a package. Targets outside the package count as one: outside."""
    files = [file for file in discover(package, Options()) if not file.is_test]
    modules = [module for file in files if (module := _module(file)) is not None]
    names = {module.name for module in modules}
    project = Project(modules, load(), Setting(), lambda _: ())
    sites = {
        (site.scope.module.path, *site.call.span): (component.types, site)
        for component in project.components
        for scope in component.program.scopes
        for site in (Site(scope, index) for index in range(len(scope.body.calls)))
    }
    for file in files:
        for call in _calls(file):
            where = (file.path, call.lineno, call.col_offset, call.end_lineno, call.end_col_offset)
            theirs = _inferred(call, names)
            if theirs and where in sites:
                types, site = sites[where]
                yield Comparison(where[:3], call.func.as_string(), theirs, _resolved(types, site))


def _module(file: SourceFile) -> Module | None:
    source = read(file)
    tree = ast_of(source.data, file.path) if isinstance(source, Source) else None
    if tree is None or not hasattr(tree, "body"):
        return None
    return Module(file.module, file.path, file.is_package, summarise(tree), "code")


def _calls(file: SourceFile) -> Iterator[nodes.Call]:
    try:
        module = MANAGER.ast_from_file(file.absolute, file.module, source=True)
    except AstroidError:
        return
    yield from module.nodes_of_class(nodes.Call)


def _inferred(call: nodes.Call, names: set[str]) -> str:
    """The one class or function that astroid infers for the callee, or the empty text."""
    try:
        found = call.func.inferred()
    except (AstroidError, RecursionError):
        return ""
    if len(found) != 1:
        return ""
    target = found[0]
    while isinstance(target, (bases.BoundMethod, bases.UnboundMethod)):
        target = target._proxied
    if not isinstance(target, (nodes.ClassDef, nodes.FunctionDef)):
        return ""
    if target.root().name in names:
        return str(target.qname())
    return "" if _is_made_up(target) else "outside"


def _is_made_up(target: nodes.LocalsDictNodeNG) -> bool:
    """Whether astroid made the class itself, in no module: what it does with named tuples."""
    return isinstance(target, nodes.ClassDef) and target.is_subtype_of("builtins.tuple")


def _resolved(types: Types, site: Site) -> frozenset[str]:
    found = [_named(one) for one in types.of(site.scope, site.call.callee)]
    return frozenset(found) if found and "" not in found else frozenset()


def _named(found: Type) -> str:
    if isinstance(found, ClassType):
        return f"{found.klass.module.name}.{found.klass.qualname}"
    if isinstance(found, (FunctionType, BoundMethod)):
        return f"{found.scope.module.name}.{found.scope.qualname}"
    return "outside" if isinstance(found, (External, ModuleType, PackageType)) else ""
