"""Configuration files of servers that can name the library of their workers: gunicorn, uWSGI and locust."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from greenlint.model import Notice
from greenlint.source.commands import LaunchProgram, is_target, known_programs, library_named
from greenlint.source.reading import ast_of

_OFF = frozenset(("", "0", "false", "no", "off"))


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a configuration file tells its server: what to run, with which library, and its plain values."""

    kind: str
    target: str
    library: str
    line: int
    values: tuple[tuple[str, str], ...]


def of_gunicorn(data: bytes) -> ServerSettings | None:
    """Read a gunicorn configuration (a Python file): the texts assigned at its top level.

    A setting taken from the environment counts with its default.
    """
    tree = ast_of(data, "gunicorn.conf.py")
    if isinstance(tree, Notice):
        return None
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and (text := _text_of(node.value)):
            for name in (target.id for target in node.targets if isinstance(target, ast.Name)):
                values[name], lines[name] = text, node.lineno
    return _settings(known_programs()["gunicorn"], values, lines)


def of_uwsgi(text: str) -> ServerSettings | None:
    """Read the ``[uwsgi]`` section of an ini file."""
    return _settings(known_programs()["uwsgi"], *_section(text, "[uwsgi]"))


def of_locust(text: str, section: str = "") -> ServerSettings | None:
    """Read a section of a configuration of locust; ``locust.conf`` has none."""
    return _settings(known_programs()["locust"], *_section(text, section))


def _section(text: str, section: str) -> tuple[dict[str, str], dict[str, int]]:
    """Return the values in a section of an ini file, and their lines; the empty section is the head of the file."""
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    is_ours = not section
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("["):
            is_ours = line.strip() == section
        elif is_ours:
            key, _, value = line.partition("=")
            values.setdefault(key.strip(), value.strip().strip("\"'"))
            lines.setdefault(key.strip(), number)
    return values, lines


def _settings(
    program: LaunchProgram, values: Mapping[str, str], lines: Mapping[str, int]
) -> ServerSettings | None:
    keys = program.settings
    workers = [key for key in keys.workers if key in values]
    switches = [key for key in keys.switches if values.get(key, "").lower() not in _OFF]
    targets = [key for key in keys.target if is_target(values.get(key, ""))]
    used = [*workers, *switches, *targets]
    if not used:
        return None
    library = program.library or library_named("".join((*switches, *(values[key] for key in workers))))
    target = values[targets[0]] if targets else ""
    return ServerSettings(program.kind, target, library, lines[used[0]], tuple(values.items()))


def _text_of(node: ast.expr) -> str:
    """Return the text that an expression is, or is by default: ``environ.get(KEY, text)``, ``x or text``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Call) and len(node.args) > 1:
        return _text_of(node.args[-1])
    return _text_of(node.values[-1]) if isinstance(node, ast.BoolOp) else ""
