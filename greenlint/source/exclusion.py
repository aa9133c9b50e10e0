"""What discovery passes over: the exclude patterns of the options and the .gitignore files of the tree.

Both follow git: a pattern without a slash matches a name at any depth, one with a slash a path, and the
last matching pattern of the deepest file decides.  pathspec is imported only when a pattern needs it.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from greenlint.model import Notice
from greenlint.source.reading import read_path

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Compiled exclude patterns. `names` are plain names, `globs` match a name, `paths` a relative path."""

    names: frozenset[str]
    globs: re.Pattern[str] | None
    paths: GitIgnoreSpec | None

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Exclusion:
        """Compile `patterns` (relative to the root, in the syntax of .gitignore, without negation)."""
        cleaned = [pattern.removeprefix("./") for pattern in patterns]
        paths = [pattern for pattern in cleaned if "/" in pattern]
        named = [pattern for pattern in cleaned if "/" not in pattern]
        globs = [pattern for pattern in named if any(letter in pattern for letter in "*?[")]
        return cls(
            names=frozenset(named).difference(globs),
            globs=re.compile("|".join(map(fnmatch.translate, globs))) if globs else None,
            paths=_compiled(paths) if paths else None,
        )

    def covers(self, path: str, name: str, is_directory: bool) -> bool:
        """Tell whether the entry `name` at the relative `path` is excluded."""
        if name in self.names or (self.globs is not None and self.globs.match(name) is not None):
            return True
        return self.paths is not None and self.paths.match_file(path + "/" if is_directory else path)


@dataclass(frozen=True, slots=True)
class GitIgnores:
    """The .gitignore files that hold for one directory, outermost first, each compiled once.

    Each comes with the length of the part of a relative path that lies above its directory; a file above
    the root has a prefix to put before the path instead.
    """

    specs: tuple[tuple[int, str, GitIgnoreSpec], ...] = field(default=())

    @classmethod
    def above(cls, root: str) -> GitIgnores:
        """Return the files between `root` and the top of its repository, `root` itself left out."""
        ignores, prefix, directory = cls(), "", root
        found: list[tuple[int, str, GitIgnoreSpec]] = []
        while not os.path.lexists(os.path.join(directory, ".git")):
            directory, name = os.path.split(directory)
            if not name:
                return ignores
            prefix = f"{name}/{prefix}"
            if (spec := _read(os.path.join(directory, ".gitignore"))) is not None:
                found.append((0, prefix, spec))
        return cls(tuple(reversed(found)))

    def within(self, directory: str, path: str) -> GitIgnores:
        """Return these and the .gitignore of `directory`; its relative `path` is empty or ends in a slash."""
        spec = _read(os.path.join(directory, ".gitignore"))
        return self if spec is None else GitIgnores((*self.specs, (len(path), "", spec)))

    def cover(self, path: str, is_directory: bool) -> bool:
        """Tell whether git would ignore the entry at the relative `path`."""
        for above, prefix, spec in reversed(self.specs):
            entry = f"{prefix}{path[above:]}"
            verdict = _of_directory(spec, f"{entry.rstrip('/')}/") if is_directory else spec.check_file(entry).include
            if verdict is not None:
                return verdict
        return False


def _of_directory(spec: GitIgnoreSpec, entry: str) -> bool | None:
    """Return what the last pattern that matches the directory itself says, as git does, or None.

    pathspec's own answer is meant for files: there ``*`` outweighs a later ``!src/``.
    """
    for pattern in reversed(list(spec.patterns)):
        found = pattern.match_file(entry) if pattern.include is not None else None
        if found is not None and ("ps_d" not in found.match.groupdict() or found.match.end("ps_d") == len(entry)):
            return pattern.include
    return None


def _read(path: str) -> GitIgnoreSpec | None:
    source = read_path(path, path, follow=False)  # nor does git follow one
    if isinstance(source, Notice):
        return None
    return _compiled(source.data.decode("utf-8", "surrogateescape").splitlines())


def _compiled(lines: list[str]) -> GitIgnoreSpec:
    """Compile patterns, leaving out a line that git would not understand either."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
