"""Find the Python files of a program.

One os.scandir walk with an explicit stack.  Symbolic links are not followed: what they reach inside the
root is met under its own name (so one file has one name, and there are no loops), and what is outside is not
the program's.  A link that leads to a file outside stands in the result as itself, so that reading it gives the
notice that it is left out; one that the user named is read.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from greenlint.options import Options
from greenlint.source.exclusion import Exclusion, GitIgnores
from greenlint.source.footprint import Footprint
from greenlint.source.modules import Layout, enclosing_packages
from greenlint.source.reading import Source, read_path
from greenlint.source.roles import Role, role_of

_DISTRIBUTION_FILES = ("setup.py", "setup.cfg", "pyproject.toml")
_SCRIPT_DIRECTORIES = frozenset({"bin", "scripts", "tools"})
_SCRIPT_BYTES = 1 << 20
_SHEBANG_BYTES = 128
_EVIDENCE_FILES, _EVIDENCE_BYTES = 40, 1 << 14
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the program.

    ``path`` is relative to the root with forward slashes and carries undecodable bytes as surrogates
    (`os.fsencode` restores them).  ``module`` is unique in the program: when several files have one dotted
    name, all but one carry ``@`` and their path after it.  ``import_root`` is the relative directory that the
    dotted name starts from; a file's own import root is the first place where its imports look.  ``is_named``
    tells that the file would not count, or not be followed, had the user not named it.
    """

    path: str
    absolute: str
    module: str
    is_package: bool
    role: Role
    import_root: str = ""
    is_named: bool = False

    @property
    def is_test(self) -> bool:
        """Whether the file belongs to the tests."""
        return self.role == "test"


def discover(
    root: Path,
    options: Options,
    given: Sequence[Path] | None = None,
    *,
    named: Sequence[Path] = (),
    seen: Footprint | None = None,
) -> tuple[SourceFile, ...]:
    """Return the Python files under `root`, sorted by path.

    With `given` the program is exactly these files and directories.  `named` are further files that the
    user named: they belong to it whatever their names and, unless `options.force_exclude`, exclude patterns.
    A directory that cannot be listed stands in the result as itself, so that reading it gives the notice.
    `seen` is told what was looked at.
    """
    base = os.path.abspath(root)
    walk = _Walk(base, options, seen or Footprint(base))
    if given is None:
        walk.descend("")
    for path in given or ():
        walk.add(os.path.abspath(path), starts_imports=True)
    for path in named:
        walk.add(os.path.abspath(path))
    return walk.result()


@dataclass(slots=True)
class _Walk:
    """The state of one walk; all collected paths are relative to the root."""

    root: str
    options: Options
    seen: Footprint
    files: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    distributions: set[str] = field(default_factory=set)
    import_roots: frozenset[str] = frozenset()
    ignores: dict[str, GitIgnores] = field(default_factory=dict)
    exclusion: Exclusion = field(init=False)

    def __post_init__(self) -> None:
        self.exclusion = Exclusion.of((*self.options.exclude, *self.options.extend_exclude))

    def add(self, absolute: str, *, starts_imports: bool = False) -> None:
        """Add a file or directory that the user named; imports may start in its directory."""
        path = os.path.relpath(absolute, self.root).replace(os.sep, "/")
        if self.options.force_exclude and self._is_excluded_on_the_way(path):
            return
        is_directory = os.path.isdir(absolute)
        if is_directory:
            path = "" if path == "." else path
            self.seen.note(path)
            self.descend(path)
        elif path not in self.files or os.path.islink(absolute):
            self.seen.note(path)
            self.files.add(path)
            self.named.add(path)
        for directory in _directories_of(path):
            self.seen.note(f"{directory}/__init__.py" if directory else "__init__.py")
            if os.path.isfile(f"{self.root}/{directory}/__init__.py"):
                self.packages.add(directory)
        if starts_imports:
            self.import_roots |= {path if is_directory else path.rpartition("/")[0]}

    def descend(self, start: str) -> None:
        """Collect everything below the relative directory `start`."""
        stack = [(start, self._ignores_for(start))]
        while stack:
            directory, ignores = stack.pop()
            entries = self._listed(directory)
            names = {entry.name for entry in entries}
            if directory != start and _is_not_source(directory, names):
                continue
            prefix = f"{directory}/" if directory else ""
            if ".gitignore" in names and self.options.respect_gitignore:
                self.seen.note(f"{prefix}.gitignore")
                ignores = ignores.within(self._absolute(directory), prefix)
            if "__init__.py" in names:
                self.packages.add(directory)
            if not names.isdisjoint(_DISTRIBUTION_FILES):
                self.distributions.add(directory)
            stack.extend((path, ignores) for path in self._take(entries, prefix, ignores))

    def result(self) -> tuple[SourceFile, ...]:
        """Return the files with their module names, sorted by path."""
        names = self._layout().names(self.files)
        return tuple(
            SourceFile(
                path, self._absolute(path), name, _is_package(path), role_of(path), import_root, path in self.named
            )
            for path, (name, import_root) in sorted(names.items())
        )

    def _layout(self) -> Layout:
        prefix = () if "" in self.distributions else enclosing_packages(self.root)
        said = frozenset(_normal(path) for path in self.options.src)
        layout = Layout(
            frozenset(self.packages), frozenset(self.distributions), said.union(self.import_roots), prefix, said
        )
        for directory, names in layout.in_doubt().items():
            below = sorted(path for path in self.files if path.startswith(f"{directory}/"))
            layout = layout.decided(directory, names, map(self._beginning, below[:_EVIDENCE_FILES]))
        return layout

    def _beginning(self, path: str) -> bytes:
        self.seen.note(path)
        source = read_path(path, self._absolute(path), follow=path in self.named)
        return source.data[:_EVIDENCE_BYTES] if isinstance(source, Source) else b""

    def _take(self, entries: list[os.DirEntry[str]], prefix: str, ignores: GitIgnores) -> list[str]:
        """Collect the files among the entries of a directory and return its subdirectories."""
        directories: list[str] = []
        for entry in entries:
            name, path = entry.name, prefix + entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if not is_directory and not self._is_python(entry, prefix):
                continue
            if self.exclusion.covers(path, name, is_directory) or ignores.cover(path, is_directory):
                continue
            if is_directory:
                directories.append(path)
            else:
                self.files.add(path)
        return directories

    def _is_python(self, entry: os.DirEntry[str], prefix: str) -> bool:
        if entry.name.endswith(".py"):
            return entry.is_file(follow_symlinks=False) or (entry.is_symlink() and self._leads_out(entry))
        if "." in entry.name or entry.is_symlink():
            return False
        self.seen.note(prefix + entry.name)
        return _is_script(entry, prefix)

    def _leads_out(self, entry: os.DirEntry[str]) -> bool:
        real = os.path.realpath(entry.path)
        return os.path.isfile(real) and not real.startswith(os.path.realpath(self.root) + os.sep)

    def _listed(self, directory: str) -> list[os.DirEntry[str]]:
        self.seen.note(directory)
        try:
            with os.scandir(self._absolute(directory)) as entries:
                return list(entries)
        except OSError:
            self.files.add(directory or ".")
            return []

    def _ignores_for(self, start: str) -> GitIgnores:
        """Return the .gitignore files above the directory `start`.

        If they ignore `start`, the user named it in spite of them, and they say nothing about what is in it.
        """
        above = self._ignores_above(start)
        return GitIgnores() if above.cover(start, is_directory=True) else above

    def _ignores_above(self, path: str) -> GitIgnores:
        """Return the .gitignore files that hold for the entry at the relative `path`."""
        if not self.options.respect_gitignore:
            return GitIgnores()
        if not path:
            return GitIgnores.above(self.root)
        directory = path.rpartition("/")[0]
        if directory not in self.ignores:
            prefix = f"{directory}/" if directory else ""
            above = self._ignores_above(directory)
            self.seen.note(f"{prefix}.gitignore")
            self.ignores[directory] = above.within(self._absolute(directory), prefix)
        return self.ignores[directory]

    def _is_excluded_on_the_way(self, path: str) -> bool:
        """Tell whether the walk would not have come to `path`."""
        for step in (*_directories_of(path)[1:], path):
            self.seen.note(step)
            is_directory = step != path or os.path.isdir(self._absolute(path))
            if self.exclusion.covers(step, step.rpartition("/")[2], is_directory):
                return True
            if self._ignores_above(step).cover(step, is_directory):
                return True
        return False

    def _absolute(self, path: str) -> str:
        return os.path.join(self.root, path) if path else self.root


def _directories_of(path: str) -> list[str]:
    """Return the directories that enclose a relative path, from the root (the empty text) inwards."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts))] if path else []


def _normal(path: str) -> str:
    """Return the relative path of an import root in our form."""
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _is_package(path: str) -> bool:
    return path.rpartition("/")[2] == "__init__.py"


def _is_not_source(directory: str, names: set[str]) -> bool:
    """Tell whether a directory with these entries is a virtual environment or the output of a build."""
    is_output = directory.rpartition("/")[2] in {"build", "dist"} and "__init__.py" not in names
    return is_output or "pyvenv.cfg" in names


def _is_script(entry: os.DirEntry[str], prefix: str) -> bool:
    """Tell whether a file without a suffix starts with ``#!`` and a Python interpreter."""
    try:
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _SCRIPT_BYTES:
            return False
        directory = os.path.basename(prefix.rstrip("/"))
        if not status.st_mode & _EXECUTABLE and directory not in _SCRIPT_DIRECTORIES:
            return False
        with open(entry.path, "rb") as stream:
            first = stream.read(_SHEBANG_BYTES).partition(b"\n")[0]
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first
