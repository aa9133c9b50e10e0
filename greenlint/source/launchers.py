"""What starts the program: command lines, server configurations and declared entry points of a tree.

Text is scanned and never executed.  A launcher tells which module runs and which library, if any, the server
that runs it is told to use; what that server patches is knowledge.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from greenlint.model import Notice
from greenlint.options import Options
from greenlint.source import server_settings
from greenlint.source.commands import commands_in, known_programs
from greenlint.source.entry_points import EntryPoint, from_pyproject, from_setup_cfg, from_setup_py
from greenlint.source.exclusion import Exclusion
from greenlint.source.footprint import Footprint
from greenlint.source.logical_lines import logical_lines
from greenlint.source.markers import mentions
from greenlint.source.reading import read_path

_SUFFIXES = (".sh", ".service", ".ini", ".cfg", ".toml", ".conf", ".dockerfile")
_PREFIXES = ("Procfile", "Dockerfile", "Containerfile", "Makefile", "docker-compose", "compose.", "manifest.y")
_GUNICORN_FILES = ("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.py")
_LOCUST_FILES = ("locust.conf", ".locust.conf")
_NAMES = ("setup.py", "locustfile.py", *_GUNICORN_FILES)
_TEXT_LENGTH = 200
_MAXIMUM_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Launcher:
    """One way in which the program is started.

    ``target`` is ``module:attribute``, a module, a path that ends in ``.py``, or empty when the place only
    configures a server.  ``library`` is the one that the server is told to use.  ``arguments`` are the words
    after a command, ``settings`` the keys and values of a configuration file.
    """

    kind: str
    target: str
    library: str
    path: str
    line: int
    text: str
    arguments: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    config: str = ""


def find_launchers(
    root: Path, options: Options | None = None, seen: Footprint | None = None
) -> tuple[Launcher, ...]:
    """Return the launchers of the tree under `root`, sorted by path and line.

    A file that cannot be read or parsed has none.  Those of tests and examples are among them: `role_of`
    their path tells. `seen` is told what was looked at.
    """
    seen = seen or Footprint(os.path.abspath(root))
    found = [launcher for path in _candidates(seen, options or Options()) for launcher in _in_file(seen, path)]
    placed = [replace(item, target=_placed(seen, item.path, item.target)) for item in found]
    return tuple(
        sorted(_with_configured_library(seen, placed), key=lambda item: (item.path, item.line, item.kind))
    )


def _candidates(seen: Footprint, options: Options) -> Iterator[str]:
    """Yield the relative paths of files that can hold a launcher."""
    exclusion = Exclusion.of((*options.exclude, *options.extend_exclude))
    stack = [""]
    while stack:
        prefix = stack.pop()
        seen.note(prefix)
        try:
            with os.scandir(os.path.join(seen.root, prefix)) as entries:
                listed = list(entries)
        except OSError:
            continue
        if prefix and any(entry.name == "pyvenv.cfg" for entry in listed):
            continue
        for entry in listed:
            path = prefix + entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if not is_directory and not _can_launch(entry.name):
                continue
            if exclusion.covers(path, entry.name, is_directory):
                continue
            if is_directory:
                stack.append(f"{path}/")
            else:
                yield path


def _can_launch(name: str) -> bool:
    return name.startswith(_PREFIXES) or name.endswith(_SUFFIXES) or name in _NAMES


def _in_file(seen: Footprint, path: str) -> Iterator[Launcher]:
    seen.note(path)
    content = read_path(path, os.path.join(seen.root, path), follow=False)
    if isinstance(content, Notice) or len(content.data) > _MAXIMUM_BYTES:
        return
    name = path.rpartition("/")[2]
    locust = known_programs()["locust"]
    if name == locust.default:
        yield Launcher(locust.kind, path, locust.library, path, 1, name)
    elif name in _GUNICORN_FILES:
        yield from _configured(path, content.text, server_settings.of_gunicorn(content.data))
    elif name == "setup.py":
        yield from _declared(path, content.text, from_setup_py(content.data))
    else:
        yield from _in_text(path, name, content.text, content.data)


def _in_text(path: str, name: str, text: str, data: bytes) -> Iterator[Launcher]:
    if name == "pyproject.toml":
        yield from _declared(path, text, from_pyproject(text))
    if name == "setup.cfg":
        yield from _declared(path, text, from_setup_cfg(text))
    if b"[uwsgi]" in data:
        yield from _configured(path, text, server_settings.of_uwsgi(text))
    if name in _LOCUST_FILES:
        yield from _configured(path, text, server_settings.of_locust(text))
    if b"[tool.locust]" in data:
        yield from _configured(path, text, server_settings.of_locust(text, "[tool.locust]"))
    programs = ("python", "pypy", *known_programs())
    if not mentions(data, tuple(program.encode() for program in programs)):
        return
    for line, joined in logical_lines(name, text):
        for command in commands_in(joined) if any(program in joined for program in programs) else ():
            shown = " ".join(joined.split())[:_TEXT_LENGTH]
            yield Launcher(
                command.kind, command.target, command.library, path, line, shown, command.arguments,
                config=command.config,
            )  # fmt: skip


def _declared(path: str, text: str, entries: Iterator[EntryPoint]) -> Iterator[Launcher]:
    lines = text.split("\n")
    for entry in entries:
        yield Launcher(entry.kind, entry.target, "", path, entry.line, lines[entry.line - 1].strip())


def _configured(path: str, text: str, found: server_settings.ServerSettings | None) -> Iterator[Launcher]:
    if found is not None:
        shown = text.split("\n")[found.line - 1].strip()
        yield Launcher(
            found.kind, found.target, found.library, path, found.line, shown, settings=found.values
        )


def _placed(seen: Footprint, path: str, target: str) -> str:
    """Return the path of a started file relative to the root.

    It may be written relative to the root or to the file that names it, or from the root of a container.
    """
    if not target.endswith(".py"):
        return target
    directory = path.rpartition("/")[0]
    parts = [part for part in target.split("/") if part not in {"", "."}]
    tails = ["/".join(parts[count:]) for count in range(len(parts))]
    places = [os.path.normpath(f"{directory}/{target}" if directory else target), *tails]
    for place in filter(_is_inside, places):
        seen.note(place)
        if os.path.isfile(os.path.join(seen.root, place)):
            return place
    return target


def _is_inside(path: str) -> bool:
    return not os.path.isabs(path) and not path.startswith("../")


def _settings_in(seen: Footprint, config: str) -> server_settings.ServerSettings | None:
    """Return what a configuration of gunicorn says; one outside the root is on another machine, or not ours."""
    if not _is_inside(os.path.normpath(config)):
        return None
    seen.note(config)
    content = read_path(config, os.path.join(seen.root, config), follow=False)
    return None if isinstance(content, Notice) else server_settings.of_gunicorn(content.data)


def _with_configured_library(seen: Footprint, launchers: list[Launcher]) -> Iterator[Launcher]:
    """Give a gunicorn command the library that the configuration file it uses names."""
    for launcher in launchers:
        if launcher.kind == "gunicorn" and launcher.arguments and not launcher.library:
            config = _placed(seen, launcher.path, launcher.config.removeprefix("file:") or _GUNICORN_FILES[0])
            found = _settings_in(seen, config)
            if found is not None:
                target = launcher.target or found.target
                launcher = replace(launcher, library=found.library, target=target, settings=found.values)
        yield launcher
