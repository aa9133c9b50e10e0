"""What is kept of a run: its report, and what that rests on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Entry:
    """A report (as text), and what was looked at, in numbered order: first what is around the program, then ``paths``.

    paths     what was looked at below the root.
    digest    of the states of all that was looked at, for a quick look.
    young     numbers of what may have changed again within the tick of its clock; ``contents`` are digests of these.
    states    the states themselves, one a line.
    files     numbers of the files of the program.
    sources   numbers of those that were read for their facts, and for nothing else.
    folders   numbers of directories; ``listings`` are digests of the names in them.
    """

    paths: list[str]
    digest: str
    young: list[int]
    contents: list[str]
    report: str
    states: str
    files: list[int]
    sources: list[int]
    folders: list[int]
    listings: list[str]

    def states_before(self) -> list[bytes]:
        """Return the states by number."""
        return self.states.encode("utf-8", "surrogatepass").split(b"\n")

    def encode(self) -> bytes:
        """Return the entry as JSON."""
        return json.dumps([getattr(self, field.name) for field in fields(self)]).encode()

    @classmethod
    def decode(cls, data: bytes, around: int) -> Entry | None:
        """Return the entry that `encode` wrote, with ``around`` things before its paths; None if it is unsound."""
        try:
            entry = cls(*json.loads(data))
        except (ValueError, TypeError, RecursionError):
            return None
        return entry if entry._is_typed() and entry._is_sound(around) else None

    def _is_typed(self) -> bool:
        texts = (self.paths, self.contents, self.listings)
        numbers = (self.young, self.files, self.sources, self.folders)
        plain = (self.digest, self.report, self.states)
        return (
            all(_are(str, values) for values in texts)
            and all(_are(int, values) for values in numbers)
            and all(type(value) is str for value in plain)
        )

    def _is_sound(self, around: int) -> bool:
        count = around + len(self.paths)
        pairs = ((self.young, self.contents), (self.folders, self.listings))
        return (
            all(map(_is_inside, self.paths))
            and all(0 <= number < count for number in self.young)
            and all(around <= number < count for number in (*self.files, *self.sources, *self.folders))
            and all(len(one) == len(other) for one, other in pairs)
        )


def _are(kind: type, values: object) -> bool:
    return type(values) is list and all(type(value) is kind for value in values)


def _is_inside(path: str) -> bool:
    return "\0" not in path and not os.path.isabs(path) and ".." not in path.split("/")
