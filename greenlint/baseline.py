"""Known findings: a file of what was there before, so that only what is new is reported.

An *entry* is one way into one fault, free of line numbers: the rule, what the fault is in, and how greenthreads
come to it. A finding is known when each of its ways is; one with a new way is reported although its object is
old. Entries are counted, so that a second fault of the same description is new.

The file holds one entry per line, sorted, as JSON: two branches that add entries merge, and equal lines add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

from greenlint.model import Finding, GreenlintError

KNOWN = "baseline"
"""What a known finding is suppressed by."""

_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
HEADING = "# greenlint baseline 1: one known finding, or way to it, per line; `greenlint check --write-baseline`"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One way into one fault; ``way`` is empty for a fault that no greenthread has to reach."""

    rule: str
    subject: tuple[str, ...]
    way: str

    def __str__(self) -> str:
        return " ".join((self.rule, *self.subject)) + (f" ({self.way})" if self.way else "")


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as it is written."""

    rule: str
    subject: tuple[str, ...] = msgspec.field(name="in")
    way: str = ""
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings held against a baseline: known ones are suppressed; ``stale`` entries met no finding."""

    findings: tuple[Finding, ...]
    stale: tuple[Entry, ...] = ()


class Baseline:
    """A multiset of entries."""

    def __init__(self, entries: Iterable[tuple[Entry, int]] = ()) -> None:
        self._counts: Counter[Entry] = Counter()
        for entry, count in entries:
            self._counts[entry] += count

    @classmethod
    def read(cls, path: Path, *, mend: bool = False) -> Baseline:
        """Read a file; raise GreenlintError with the line that is no entry, or pass over it to ``mend`` the file."""
        try:
            if path.exists() and not path.is_file():  # reading a pipe would wait
                raise OSError("it is no regular file")
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise GreenlintError(f"{path}: no such baseline; `greenlint check --write-baseline` writes it") from None
        except (OSError, UnicodeDecodeError) as error:
            raise GreenlintError(f"{path}: the baseline cannot be read: {error}") from None
        numbered = ((number, line.strip()) for number, line in enumerate(lines, start=1))
        told = [(number, line) for number, line in numbered if line and line[0] != "#"]
        if mend:
            told = [(number, line) for number, line in told if _is_entry(line)]
        return cls(_parsed(line, f"{path}:{number}") for number, line in told)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Baseline:
        """Make the baseline that knows the findings; suppressed ones need no entry."""
        open_ones = (finding for finding in findings if finding.suppressed in (None, KNOWN))
        return cls((entry, 1) for finding in open_ones for entry in entries_of(finding))

    def besides(self, rules: Collection[str]) -> Baseline:
        """Return the entries of all rules but these."""
        return Baseline((entry, count) for entry, count in self._counts.items() if entry.rule not in rules)

    def __add__(self, other: Baseline) -> Baseline:
        return Baseline((self._counts + other._counts).items())

    def __len__(self) -> int:
        return len(self._counts)

    def compare(self, findings: Iterable[Finding], rules: Collection[str]) -> Compared:
        """Suppress what is known, in the given order; entries of rules that did not run are never stale."""
        left = Counter(self._counts)
        compared = tuple(self._held(finding, left) for finding in findings)
        stale = sorted(entry for entry, count in left.items() if count > 0 and entry.rule in rules)
        return Compared(compared, tuple(stale))

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file, sorted."""
        yield HEADING
        for entry, count in sorted(self._counts.items()):
            row = _Line(entry.rule, entry.subject, entry.way, count)
            yield msgspec.json.encode(row).decode()

    @staticmethod
    def _held(finding: Finding, left: Counter[Entry]) -> Finding:
        if finding.suppressed is not None:
            return finding
        entries = entries_of(finding)
        new = [entry for entry in entries if left[entry] <= 0]
        left.subtract(entry for entry in entries if entry not in new)
        if not new:
            return replace(finding, suppressed=KNOWN)
        if len(new) == len(entries):
            return finding
        ways = "; ".join(entry.way for entry in new)
        return replace(finding, message=f"{finding.message}; the baseline knows the object but not that {ways}")


def entries_of(finding: Finding) -> tuple[Entry, ...]:
    """Return the entries that together are a finding."""
    subject = finding.subject or finding.identity
    return tuple(Entry(finding.code, subject, way) for way in finding.ways or ("",))


def _is_entry(line: str) -> bool:
    try:
        _parsed(line, "")
    except GreenlintError:
        return False
    return True


def _parsed(line: str, place: str) -> tuple[Entry, int]:
    try:
        row = msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, RecursionError):
        what = "a merge conflict" if line[:7] in _CONFLICT else "not an entry of a baseline"
        raise GreenlintError(f"{place}: {what}; correct it, or write the file anew with --write-baseline") from None
    return Entry(row.rule, row.subject, row.way), row.count
