"""Which findings are shown, and where: suppressions, per-file ignores, and the paths that the user named."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.model import Finding, Location, Role
from greenlint.source.suppressions import Suppressions

if TYPE_CHECKING:
    from greenlint.options import Options
    from greenlint.source.roots import Program

BLANKET = "blanket noqa"
_ON_COMMENTS = "GRN9"
"""Findings about a comment: what is wrong with a blanket noqa must not be hidden by it."""
_WITNESS_ROLES = frozenset((Role.CREATE, Role.SPAWN, Role.USE, Role.ENTRY))


class Silence:
    """Tells what suppresses a finding; comments are read once a file."""

    def __init__(self, options: Options, text: Callable[[str], str]) -> None:
        self._options = options
        self._text = text
        self._read: dict[str, Suppressions] = {}

    def judged(self, finding: Finding) -> Finding:
        """Return the finding with what suppresses it, or with a word on the declaration that it contradicts.

        A blanket noqa is left for later: it holds only where the finding is shown.
        """
        reason = self.reason(finding)
        if reason is not None:
            return finding if reason == BLANKET else replace(finding, suppressed=reason)
        if not (finding.observed and self.comments_in(finding.location.path).shared_safe(finding.location.line)):
            return finding
        accept = f"if you know that it is fine here, write `# greenlint: ignore[{finding.code}] reason` instead"
        message = f"{finding.message}; `shared-safe` is contradicted, such objects were seen to break"
        return replace(finding, message=message, help=f"{finding.help}; {accept}" if finding.help else accept)

    def reason(self, finding: Finding) -> str | None:
        """Return what suppresses a finding at its home, or None."""
        if finding.suppressed is not None:
            return finding.suppressed
        path, line = finding.location.path, finding.location.line
        if self._ignored_by_file(path, finding):
            return "per-file-ignores"
        home = self.comments_in(path)
        said = home.reason_for(line, finding.code, finding.name)
        if said:
            return said
        if home.shared_safe(line) and finding.code.startswith("GRN1") and not finding.observed:
            return "greenlint: shared-safe"
        for step in finding.witness:
            if step.role in _WITNESS_ROLES:
                there = self.comments_in(step.location.path).reason_for(step.location.line, finding.code, finding.name)
                if there and there.startswith("greenlint"):
                    return there
        return BLANKET if home.blanket_noqa(line) and not finding.code.startswith(_ON_COMMENTS) else None

    def comments_in(self, path: str) -> Suppressions:
        """Return what the comments of a file say."""
        known = self._read.get(path)
        if known is None:
            known = self._read[path] = Suppressions.of(self._text(path))
        return known

    def _ignored_by_file(self, path: str, finding: Finding) -> bool:
        return any(
            finding.code.startswith(word) or word in (finding.name, "ALL")
            for pattern, words in self._options.per_file_ignores.items()
            if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(os.path.basename(path), pattern)
            for word in words
        )


class Shown:
    """The paths that the user named: a directory shows what stands below it, a file what has a step in it.

    A host linter that goes file by file says instead which files it checks: absolute paths.
    """

    def __init__(self, program: Program, checked: frozenset[str] | None = None) -> None:
        self._files = set(_below(program.root, checked)) if checked is not None else set()
        self._directories: list[str] = []
        for path in program.shown if checked is None else ():
            name = program.relative(path)
            if name is not None and path.is_dir():
                self._directories.append("" if name == "." else name + "/")
            elif name is not None:
                self._files.add(name)

    def place(self, finding: Finding) -> Location | None:
        """Return where the finding is shown: at home, else at its first step in a named file, else nowhere."""
        if self._has(finding.location.path):
            return finding.location
        for step in finding.witness:
            if step.location.path in self._files:
                return step.location
        return None

    def _has(self, path: str) -> bool:
        return path in self._files or any(path.startswith(directory) for directory in self._directories)


def visible(finding: Finding, silence: Silence, shown: Shown) -> Iterator[Finding]:
    """Yield the finding as it is shown, with what suppresses it; nothing when it concerns no named path.

    What is suppressed at home is shown nowhere else. Only a blanket noqa, which may mean any other linter,
    holds where it stands; the place that a finding moves to has a say of its own.
    """
    place = shown.place(finding)
    if place is None:
        return
    reason = silence.reason(finding)
    if place == finding.location:
        yield replace(finding, suppressed=reason)
    elif reason in (None, BLANKET):
        moved = replace(finding, location=place, message=f"{finding.message} (stands at {_short(finding)})")
        yield replace(moved, suppressed=silence.reason(moved))


def _short(finding: Finding) -> str:
    return f"{finding.location.path}:{finding.location.line}"


def _below(root: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield the paths relative to the root of the files below it, whether or not a link leads to the root."""
    for place in dict.fromkeys((str(root), os.path.realpath(root))):
        prefix = os.path.join(place, "")
        yield from (file[len(prefix) :].replace(os.sep, "/") for file in files if file.startswith(prefix))
