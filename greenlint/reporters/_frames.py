"""Source frames: quoted lines with marks below them, in the manner of rustc.

A frame quotes one line. Its marks stand one below the other, so that steps on one line may overlap.
Columns of a location count code points; marks count terminal cells, hence the two conversions here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from greenlint.model import Location
from greenlint.reporters._paint import Paint
from greenlint.reporters._sources import Sources
from greenlint.reporters._text import printable, replaced

TAB = 4
WIDTH = 100
"""Code points of a line that are quoted at most; a longer line is cut around its first mark."""
LEAD = 30
"""Code points that are kept before the first mark of a cut line."""
CUT = "..."


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to underline, with the text that follows the underline.

    The ``primary`` one is the place of the finding; ``strong`` ones are drawn with carets.
    """

    location: Location
    text: str
    primary: bool
    strong: bool


@dataclass(frozen=True, slots=True)
class Canvas:
    """What frames are drawn with; ``gutter`` is the width of the line numbers."""

    sources: Sources
    shown: Callable[[str], str]
    paint: Paint
    gutter: int
    strong_style: str

    def bar(self, number: str = "") -> str:
        """Draw the left edge of a line, with its number if it quotes one."""
        return self.paint(f"{number:>{self.gutter}} |", "frame")


def frames(marks: Sequence[Mark], canvas: Canvas) -> Iterator[str]:
    """Draw a frame for each run of marks that stand on one line."""
    for _, group in itertools.groupby(marks, key=lambda mark: (mark.location.path, mark.location.line)):
        yield from _frame(tuple(group), canvas)


def _frame(marks: tuple[Mark, ...], canvas: Canvas) -> Iterator[str]:
    head = next((mark for mark in marks if mark.primary), marks[0])
    place = head.location
    arrow = canvas.paint(" " * canvas.gutter + ("-->" if head.primary else ":::"), "frame")
    yield f"{arrow} {printable(canvas.shown(place.path))}:{place.line}:{place.column}"
    yield canvas.bar()
    line = canvas.sources.line(place.path, place.line)
    if line is None:
        yield f"{canvas.bar(str(place.line))} (source not available)"
        yield from (f"{canvas.bar()} {printable(mark.text)}" for mark in marks)
        return
    window = _window(line, min(mark.location.column for mark in marks))
    yield f"{canvas.bar(str(place.line))} {window.text}".rstrip()
    yield from (f"{canvas.bar()} {_underline(mark, window, canvas)}" for mark in marks)


@dataclass(frozen=True, slots=True)
class _Window:
    """The quoted part of a line: code points ``start`` to ``end`` (0-based), cut marks where it was cut."""

    line: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """What is shown, with a mark where the line is cut."""
        return self._lead() + _expanded(self.line[self.start : self.end]) + (CUT if self._is_cut() else "")

    def cell(self, column: int) -> int:
        """Convert a column to the terminal cell at which it starts in ``text``."""
        inside = min(max(column - 1, self.start), self.end)
        return len(self._lead()) + _cells(_expanded(self.line[self.start : inside]))

    def _lead(self) -> str:
        return CUT if self.start else ""

    def _is_cut(self) -> bool:
        return self.end < len(self.line)


def _window(line: str, column: int) -> _Window:
    line = line.rstrip()
    if len(line) <= WIDTH:
        return _Window(line, 0, len(line))
    start = 0 if column <= WIDTH // 2 else column - 1 - LEAD
    start = max(0, min(start, len(line) - WIDTH))
    return _Window(line, start, start + WIDTH)


def _cells(text: str) -> int:
    """Count the terminal cells of a text."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # slow to import

    return cell_len(text)


def _expanded(text: str) -> str:
    """Expand tabs to stops of TAB cells and replace what a terminal would not show."""
    parts = text.split("\t")
    drawn = ""
    for part in parts[:-1]:
        drawn += replaced(part)
        drawn += " " * (TAB - _cells(drawn) % TAB)
    return drawn + replaced(parts[-1])


def _underline(mark: Mark, window: _Window, canvas: Canvas) -> str:
    place = mark.location
    start = window.cell(place.column)
    ends_here = place.end_line == place.line
    end = window.cell(place.end_column if ends_here else len(window.line) + 1)
    length = max(1, end - start)
    style = canvas.strong_style if mark.strong else "step"
    drawn = ("^" if mark.strong else "-") * length
    label = f"{drawn} {printable(mark.text)}" if mark.text else drawn
    return " " * start + canvas.paint(label, style)
