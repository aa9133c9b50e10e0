"""Which programs the given paths belong to, and where each of them begins."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from greenlint.model import GreenlintError
from greenlint.source.places import MARKERS, marked
from greenlint.source.roles import role_of

__all__ = ["MARKERS", "PathError", "Program", "asked_tests", "find_root", "programs"]


class PathError(GreenlintError):
    """A path on the command line that does not exist or lies outside the root."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program: everything under ``root``, or exactly ``given`` when no marker tells where it begins.

    ``shown`` are the paths (absolute) that the user named: findings outside them stay hidden.
    """

    root: Path
    shown: tuple[Path, ...]
    given: tuple[Path, ...] | None = None

    @property
    def named(self) -> tuple[Path, ...]:
        """The files among ``shown``; they belong to the program whatever exclude patterns say."""
        return tuple(path for path in self.shown if not path.is_dir())

    def relative(self, path: Path) -> str | None:
        """Return a path relative to the root, with forward slashes; None for what lies elsewhere."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None


def asked_tests(program: Program) -> tuple[Path, ...]:
    """Return those of the paths that the user named which are tests, or directories of tests."""
    return tuple(path for path in program.shown if role_of(_role_path(path, program)) == "test")


def find_root(path: Path) -> Path | None:
    """Return the nearest directory at or above `path` that holds one of `MARKERS`; links stay unresolved."""
    found = marked(os.path.abspath(path))
    return None if found is None else Path(found)


def programs(paths: Sequence[Path], root: Path | None = None, unsaved: Container[Path] = ()) -> tuple[Program, ...]:
    """Group `paths` by the program they belong to, sorted by root; `root` overrides the search for markers.

    A path below another given directory belongs to the program of that directory, even if it has a root of
    its own.  Raises PathError for a path that does not exist, unless it is `unsaved`, or lies outside `root`.
    """
    shown = tuple(dict.fromkeys(path if path in unsaved else _existing(path) for path in paths))
    if root is not None:
        return (_program_at(_existing(root), shown),)
    grouped: dict[Path | None, list[Path]] = {}
    found: dict[Path, Path | None] = {}
    directories = {path for path in shown if path.is_dir()}
    for path in shown:
        grouped.setdefault(_root_of(_outermost(path, directories), found), []).append(path)
    unmarked = tuple(grouped.pop(None, ()))
    result = [Program(place, tuple(group)) for place, group in grouped.items() if place is not None]
    if unmarked:
        result.append(Program(_shared_directory(unmarked), unmarked, given=unmarked))
    return tuple(sorted(result, key=lambda program: str(program.root)))


def _program_at(root: Path, shown: tuple[Path, ...]) -> Program:
    for path in shown:
        if not path.is_relative_to(root):
            raise PathError(f"{path} lies outside the root {root}")
    return Program(root, shown or (root,))


def _existing(path: Path) -> Path:
    absolute = Path(os.path.abspath(path))
    if os.path.lexists(absolute):
        return absolute
    from greenlint.options import nearest  # only a run that fails pays for it

    siblings = os.listdir(absolute.parent) if absolute.parent.is_dir() else ()
    near = nearest(absolute.name, siblings)
    hint = f"; did you mean '{path.parent / near}'?" if near else ""
    raise PathError(f"{path}: no such file or directory{hint}")


def _outermost(path: Path, directories: Container[Path]) -> Path:
    """Return the outermost of the given directories that holds `path`, or `path` itself."""
    return next((place for place in reversed((path, *path.parents)) if place in directories), path)


def _root_of(path: Path, found: dict[Path, Path | None]) -> Path | None:
    directory = path if path.is_dir() else path.parent
    if directory not in found:
        found[directory] = find_root(directory)
    return found[directory]


def _shared_directory(paths: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))


def _role_path(path: Path, program: Program) -> str:
    """Return what tells the role of a path: a slash behind a directory, the bare name of what lies elsewhere."""
    relative = program.relative(path) or path.name
    return f"{relative}/" if path.is_dir() else relative
