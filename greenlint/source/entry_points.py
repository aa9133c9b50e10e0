"""Entry points that a distribution declares: pyproject.toml, setup.cfg (setuptools and pbr) and setup.py.

Only groups whose entries are ways to run the program count: scripts and the factories that paste loads.  A
file that cannot be parsed declares nothing; reading it as source or configuration is what tells the user.
"""

from __future__ import annotations

import ast
import configparser
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from greenlint.model import Notice
from greenlint.source.declarations import table, tables
from greenlint.source.reading import ast_of, read_path

_KINDS = {
    "console_scripts": "console-script",
    "scripts": "console-script",
    "gui_scripts": "gui-script",
    "gui-scripts": "gui-script",
    "wsgi_scripts": "wsgi-script",
}
_REFERENCE = re.compile(r"(?P<module>[^\W\d][\w.]*)\s*(:\s*(?P<attribute>[^\W\d][\w.]*))?\s*(\[.*\])?")

Groups = Mapping[str, object]
"""Entry points as they are written: a table of names, lines ``name = reference``, or a list of such lines."""


class EntryPoint(msgspec.Struct, frozen=True, gc=False):
    """One entry point: its kind, the ``module:attribute`` it runs, and the line that says so."""

    kind: str
    name: str
    target: str
    line: int


def from_pyproject(text: str) -> Iterator[EntryPoint]:
    """Yield the entry points of ``[project]`` and of ``[tool.poetry]``."""
    data = tables(text)
    for project in (table(data, "project"), table(data, "tool", "poetry")):
        scripts = {key: project.get(key, {}) for key in ("scripts", "gui-scripts")}
        yield from _entries(scripts, text)
        yield from _entries(table(project, "entry-points") or table(project, "plugins"), text)


def from_setup_cfg(text: str) -> Iterator[EntryPoint]:
    """Yield the entry points of ``[options.entry_points]`` (setuptools) and ``[entry_points]`` (pbr)."""
    sections = _sections(text)
    for name in ("options.entry_points", "entry_points"):
        yield from _entries(sections.get(name, {}), text)


def from_setup_py(data: bytes) -> Iterator[EntryPoint]:
    """Yield the literal ``entry_points`` of a call of ``setup``; a variable may hold the literal."""
    tree = ast_of(data, "setup.py")
    if isinstance(tree, Notice):
        return
    text = data.decode("utf-8", "replace")
    for value in _entry_points_arguments(tree):
        if isinstance(value, str):
            yield from _entries({group: dict(rows) for group, rows in _sections(value).items()}, text)
        elif isinstance(value, dict):
            yield from _entries(value, text)


def plugin_groups(root: Path) -> Mapping[str, tuple[str, ...]]:
    """Return what the distribution at ``root`` offers to plugin loaders: group -> ``module:attribute`` references.

    Files that cannot be read or parsed offer nothing.
    """
    found: dict[str, dict[str, None]] = {}
    for name, parse in (("setup.cfg", _cfg_groups), ("pyproject.toml", _pyproject_groups), ("setup.py", _setup_groups)):
        source = read_path(name, str(root / name))
        for group, rows in parse(source.data) if not isinstance(source, Notice) else ():
            for _, target in _references(rows):
                found.setdefault(group, {})[target] = None
    return {group: tuple(targets) for group, targets in found.items()}


def _cfg_groups(data: bytes) -> Iterator[tuple[str, object]]:
    sections = _sections(data.decode("utf-8", "replace"))
    for name in ("options.entry_points", "entry_points"):
        yield from sections.get(name, {}).items()


def _pyproject_groups(data: bytes) -> Iterator[tuple[str, object]]:
    yield from table(tables(data.decode("utf-8", "replace")), "project", "entry-points").items()


def _setup_groups(data: bytes) -> Iterator[tuple[str, object]]:
    tree = ast_of(data, "setup.py")
    for value in _entry_points_arguments(tree) if not isinstance(tree, Notice) else ():
        if isinstance(value, str):
            yield from _sections(value).items()
        elif isinstance(value, dict):
            yield from value.items()


def _references(rows: object) -> Iterator[tuple[str, str]]:
    """Yield the name and the ``module:attribute`` of each row."""
    for name, reference in _pairs(rows):
        found = _REFERENCE.fullmatch(reference.strip())
        if found is not None:
            yield name.strip(), ":".join(filter(None, (found["module"], found["attribute"])))


def _entries(groups: Groups, text: str) -> Iterator[EntryPoint]:
    for group, rows in groups.items():
        kind = _KINDS.get(group, group if isinstance(group, str) and group.startswith("paste.") else "")
        for name, target in _references(rows) if kind else ():
            yield EntryPoint(kind, name, target, _line_of(name, target.partition(":")[0], text))


def _pairs(rows: object) -> Iterator[tuple[str, str]]:
    """Yield name and reference of each row, in whichever way they are written."""
    if isinstance(rows, str):
        rows = rows.splitlines()
    if isinstance(rows, dict):
        yield from ((name, row) for name, row in rows.items() if isinstance(row, str))
    elif isinstance(rows, (list, tuple)):
        for row in rows:
            name, equals, reference = row.partition("=") if isinstance(row, str) else ("", "", "")
            if equals:
                yield name, reference


def _line_of(name: str, module: str, text: str) -> int:
    found = re.search(rf"{re.escape(name)}[\"']?\s*=\s*[\"']?{re.escape(module)}\b", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _sections(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(textwrap.dedent(text))
    except configparser.Error:
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _entry_points_arguments(tree: ast.Module) -> Iterator[object]:
    variables = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup":
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "entry_points":
                    yield _literal(variables.get(value.id, value) if isinstance(value, ast.Name) else value)


def _literal(node: ast.expr) -> object:
    """Return the value of a literal; in a dict or list, only the elements that are literals."""
    if isinstance(node, ast.Dict):
        return {
            key.value: _literal(value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(element) for element in node.elts]
    return node.value if isinstance(node, ast.Constant) else None
