"""Which versions of which distributions a program says that it needs: pyproject.toml, setup.cfg, requirements files."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from greenlint.model import Notice
from greenlint.source.declarations import table, tables
from greenlint.source.footprint import Footprint
from greenlint.source.reading import read_path

Version = tuple[int, ...]

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[(?P<extras>[^\]]*)\])?\s*\(?(?P<versions>[^;#()@]*)")
_CLAUSE = re.compile(r"(?P<operator>===?|~=|>=|<=|[<>^])\s*v?(?P<version>\d+(\.\d+)*)(?P<any>\.\*)?")
_REQUIREMENTS = re.compile(r"([^/]+/)?requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt")


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions from ``least`` on, and before ``end`` if there is one."""

    least: Version = ()
    end: Version | None = None

    def __and__(self, other: Versions) -> Versions:
        ends = [end for end in (self.end, other.end) if end is not None]
        return Versions(max(self.least, other.least), min(ends, default=None))

    def within(self, other: Versions) -> bool | None:
        """Tell whether all of them are among others; None if only some are."""
        both = self & other
        if both == self:
            return True
        return False if both.end is not None and both.end <= both.least else None


Dependencies = Mapping[str, Versions]
"""The versions by the name of a distribution; one with an extra is listed under ``name[extra]`` as well."""


def version(text: str) -> Version:
    """Return a version as numbers, without the zeros at its end."""
    numbers = [int(part) for part in text.split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def versions(clauses: str) -> Versions:
    """Return what clauses such as ``>=3.1.5,<4`` let in; what cannot be read lets in all."""
    found = Versions()
    for clause in _CLAUSE.finditer(clauses):
        found &= _clause(clause["operator"], clause["version"], bool(clause["any"]))
    return found


def dependencies(root: str, seen: Footprint | None = None, folders: Iterable[str] = ()) -> Dependencies:
    """Return what the program at a root says that it needs; `seen` is told what was looked at.

    Requirements files stand beside the root's own, or in one of ``folders`` below it: ``backend/requirements.txt``.
    """
    seen = seen or Footprint(os.path.abspath(root))
    found: dict[str, Versions] = {}
    for path in _files(seen, folders):
        seen.note(path)
        content = read_path(path, os.path.join(seen.root, path), follow=False)
        for line in _lines(path, content.data.decode("utf-8", "replace")) if not isinstance(content, Notice) else ():
            for name, allowed in _requirement(line):
                found[name] = found.get(name, Versions()) & allowed
    return found


def _files(seen: Footprint, folders: Iterable[str]) -> Iterator[str]:
    yield from ("pyproject.toml", "setup.cfg")
    for folder in sorted({"", "requirements", *folders}):
        seen.note(folder)
        try:
            names = sorted(os.listdir(os.path.join(seen.root, folder)))
        except OSError:
            continue
        yield from filter(_REQUIREMENTS.fullmatch, (str(PurePosixPath(folder, name)) for name in names))


def _lines(path: str, text: str) -> Iterable[str]:
    if path == "pyproject.toml":
        return _of_pyproject(text)
    return _of_setup_cfg(text) if path == "setup.cfg" else text.splitlines()


def _of_pyproject(text: str) -> Iterator[str]:
    data = tables(text)
    project = table(data, "project")
    for one in (project.get("dependencies"), *table(project, "optional-dependencies").values()):
        yield from (line for line in one if isinstance(line, str)) if isinstance(one, list) else ()
    for name, said in table(data, "tool", "poetry", "dependencies").items():
        said = said if isinstance(said, dict) else {"version": said}
        extras = said.get("extras")
        yield f"{name}[{','.join(map(str, extras)) if isinstance(extras, list) else ''}] {said.get('version', '')}"


def _of_setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    yield from parser.get("options", "install_requires", fallback="").splitlines()
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            yield from lines.splitlines()


def _requirement(line: str) -> Iterator[tuple[str, Versions]]:
    found = _REQUIREMENT.match(line.strip())
    if found is not None:
        name, allowed = re.sub(r"[-_.]+", "-", found["name"]).lower(), versions(found["versions"])
        yield name, allowed
        for extra in filter(None, (part.strip() for part in (found["extras"] or "").split(","))):
            yield f"{name}[{extra.lower()}]", allowed


def _clause(operator: str, text: str, is_prefix: bool) -> Versions:
    number = version(text)
    exact = (*number, 0)  # comes right behind the number itself
    written = [int(part) for part in text.split(".")]
    if is_prefix or operator == "~=":
        kept = written if is_prefix else written[:-1]
        return Versions(number, (*kept[:-1], kept[-1] + 1)) if kept else Versions(number)
    if operator in ("==", "==="):
        return Versions(number, exact)
    if operator in (">=", ">", "^"):
        return Versions(exact if operator == ">" else number)
    return Versions((), exact if operator == "<=" else number)
