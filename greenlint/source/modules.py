"""The dotted name of each file: the name under which the program imports it.

An *import root* is a directory whose entries can be imported by their bare names: the root, those of
`options.src`, the directory of each distribution, and the ``src`` and ``lib`` in it.  A file is named from
the nearest import root that is not inside a regular package, unless `options.src` says so; the directories between
are packages, namespace packages (PEP 420) among them.

A directory without ``__init__.py`` that holds packages and is none of these is in doubt: ``google/cloud`` is
a namespace package, ``backend`` beside ``frontend`` is put on the path by whoever starts the program.  So is the
directory of a distribution that has an ``__init__.py``.  The import statements below it decide: the spelling that
they use more often.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from greenlint.source.roles import role_of


@dataclass(frozen=True, slots=True)
class Layout:
    """What the walk saw of the directories; all are relative to the root, the root is the empty text."""

    packages: frozenset[str]
    distributions: frozenset[str]
    src: frozenset[str] = frozenset()
    prefix: tuple[str, ...] = ()
    """Names of the packages that enclose the root, outermost first; empty when the root is a project."""
    said: frozenset[str] = frozenset()
    """Those of `src` that are import roots even inside a package: as the user says, or the import statements do."""

    def in_doubt(self) -> Mapping[str, frozenset[str]]:
        """Return the directories that may be namespace packages or import roots, with their packages."""
        roots = self._import_roots()
        held: dict[str, set[str]] = {}
        for package in self.packages:
            directory, _, name = package.rpartition("/")
            is_package = directory in self.packages
            if directory not in roots and (not is_package or directory in self.distributions):
                held.setdefault(directory, set()).add(name)
        return {directory: frozenset(names) for directory, names in sorted(held.items())}

    def decided(self, directory: str, names: Collection[str], sources: Iterable[bytes]) -> Layout:
        """Return the layout with `directory` as an import root if `sources` import `names` bare."""
        dotted, _ = self._package(directory, self._import_roots())
        spelled = [f"{dotted}.{name}" for name in names] if dotted in names else [dotted]
        bare = full = 0
        if all(part.isidentifier() for part in dotted.split(".")):
            for data in sources:
                bare += len(_imports(names).findall(data))
                full += len(_imports(spelled).findall(data))
            if bare <= full:
                return self
        return replace(self, src=self.src | {directory}, said=self.said | {directory})

    def names(self, paths: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return the dotted name of each path, and the import root that it starts from.

        A name that is taken already becomes ``name@path``.  Code has precedence over tests and examples, a
        package over a module (as in an import), then the order of paths decides.
        """
        roots = self._import_roots()
        directories: dict[str, tuple[str, str]] = {}
        names: dict[str, tuple[str, str]] = {}
        taken: set[str] = set()
        for path in sorted(paths, key=_precedence):
            directory, _, name = path.rpartition("/")
            if directory not in directories:
                directories[directory] = self._package(directory, roots)
            package, root = directories[directory]
            dotted = _dotted(package, name)
            names[path] = (dotted if dotted not in taken else f"{dotted}@{path}", root)
            taken.add(dotted)
        return names

    def _import_roots(self) -> Collection[str]:
        roots = {"", *self.src}
        for directory in ("", *self.distributions):
            if directory and directory in self.packages:
                continue
            roots.add(directory)
            source = _join(directory, "src")
            if source not in self.packages:
                roots.add(source)
            library = _join(directory, "lib")
            if library not in self.packages and self._holds_packages(library):
                roots.add(library)
        return roots

    def _holds_packages(self, directory: str) -> bool:
        return any(package.rpartition("/")[0] == directory for package in self.packages)

    def _package(self, directory: str, roots: Collection[str]) -> tuple[str, str]:
        """Return the dotted name of a directory, which is empty for an import root, and its import root."""
        top = directory
        while top in self.packages and top and top not in self.said:
            top = top.rpartition("/")[0]
        enclosing = top
        while enclosing not in roots:
            enclosing = enclosing.rpartition("/")[0]
        inner = directory[len(enclosing) :].strip("/")
        parts = inner.split("/") if inner else []
        return ".".join((*self.prefix, *parts) if enclosing == "" else parts), enclosing


def enclosing_packages(root: str) -> tuple[str, ...]:
    """Return the names of the packages that the directory `root` and its parents are, outermost first."""
    names: list[str] = []
    while os.path.isfile(os.path.join(root, "__init__.py")):
        root, name = os.path.split(root)
        names.append(name)
    return tuple(reversed(names))


def _precedence(path: str) -> tuple[bool, bool, str]:
    return role_of(path) != "code", not path.endswith("__init__.py"), path


def _dotted(package: str, filename: str) -> str:
    stem = filename.removesuffix(".py")
    if stem == "__init__":
        return package or stem
    return f"{package}.{stem}" if package else stem


def _imports(names: Iterable[str]) -> re.Pattern[bytes]:
    spelled = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"^[ \t]*(?:from|import)[ \t]+(?:{spelled})(?![\w])".encode(), re.MULTILINE)


def _join(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name
