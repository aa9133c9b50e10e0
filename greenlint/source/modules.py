"""The dotted name of each file: the name under which the program imports it.

An *import root* is a directory whose entries can be imported by their bare names: the root, those of
`options.src`, the directory of each distribution, and the ``src`` and ``lib`` in it.  A file is named from
the nearest import root that is not inside a regular package; the directories between are packages, namespace
packages (PEP 420) among them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """What the walk saw of the directories; all are relative to the root, the root is the empty text."""

    packages: frozenset[str]
    distributions: frozenset[str]
    src: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    """Names of the packages that enclose the root, outermost first; empty when the root is a project."""

    def names(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return the dotted name of each path. A name that is taken already becomes ``name@path``.

        A package has precedence over a module of its name, as in an import, then the order of paths decides.
        """
        roots = self._import_roots()
        directories: dict[str, str] = {}
        names: dict[str, str] = {}
        taken: set[str] = set()
        for path in sorted(paths, key=lambda path: (not path.endswith("__init__.py"), path)):
            directory, _, name = path.rpartition("/")
            if directory not in directories:
                directories[directory] = self._package(directory, roots)
            dotted = _dotted(directories[directory], name)
            names[path] = dotted if dotted not in taken else f"{dotted}@{path}"
            taken.add(dotted)
        return names

    def _import_roots(self) -> Collection[str]:
        roots = {"", *self.src}
        for directory in ("", *self.distributions):
            if directory in self.packages:
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

    def _package(self, directory: str, roots: Collection[str]) -> str:
        """Return the dotted name of a directory, which is empty for an import root."""
        top = directory
        while top in self.packages and top:
            top = top.rpartition("/")[0]
        enclosing = top
        while enclosing not in roots:
            enclosing = enclosing.rpartition("/")[0]
        inner = directory[len(enclosing) :].strip("/")
        parts = inner.split("/") if inner else []
        return ".".join((*self.prefix, *parts) if enclosing == "" else parts)


def enclosing_packages(root: str) -> tuple[str, ...]:
    """Return the names of the packages that the directory `root` and its parents are, outermost first."""
    names: list[str] = []
    while os.path.isfile(os.path.join(root, "__init__.py")):
        root, name = os.path.split(root)
        names.append(name)
    return tuple(reversed(names))


def _dotted(package: str, filename: str) -> str:
    stem = filename.removesuffix(".py")
    if stem == "__init__":
        return package or stem
    return f"{package}.{stem}" if package else stem


def _join(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name
