"""Small programs with all that greenlint tells of them, side by side: ``shapes/*.txt``.

A program begins with ``=== `` and what it shows; ``>>> lib.py`` begins another file of it than ``main.py``. Behind
``---`` stands what is told, in the words of ``tests/fixtures/telling.py``. ``python -m tests.project.shapes`` writes
that part anew; the difference is read before it is committed. Unlike fixtures these programs are linked in memory, in
one spelling, and never run: they show how far a proof follows values of all shapes, and what it says of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from greenlint.rules import all_rules

from ..fixtures.catalogue import Program
from ..fixtures.telling import told
from .linking import project

FOLDER = Path(__file__).with_suffix("")
BEGIN, FILE, TOLD = "=== ", ">>> ", "---"
SELECTS = re.compile(r"^# selects: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Shape:
    """A program by its title, and what is expected to be told of it."""

    topic: str
    title: str
    text: str
    expected: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.title}"


def shapes() -> Iterator[Shape]:
    """All programs, by file."""
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split(f"\n{BEGIN}")[1:]:
            title, _, rest = part.partition("\n")
            text, _, expected = rest.partition(f"\n{TOLD}\n")
            yield Shape(path.stem, title, text.rstrip("\n") + "\n", expected.strip("\n"))


def tell(shape: Shape) -> str:
    """What greenlint tells of a program now."""
    first, *others = f"\n{shape.text}".split(f"\n{FILE}")
    files = {"main.py": first.lstrip("\n")}
    for other in others:
        path, _, text = other.partition("\n")
        files[path] = text
    linked = project(files)
    selected = SELECTS.findall(shape.text)
    rules = (rule for rule in all_rules() if not rule.opt_in or rule.code in selected)
    found = tuple(finding for rule in rules for finding in rule.check(linked))
    program = Program(shape.title, shape.title, "", "main.py", files)
    return "\n".join(line.removeprefix("  ") for line in told(program, linked, found).lines)


def main() -> None:
    """Write what is told anew."""
    texts = {path: path.read_text(encoding="utf-8").partition(f"\n{BEGIN}")[0] for path in FOLDER.glob("*.txt")}
    for shape in shapes():
        path = FOLDER / f"{shape.topic}.txt"
        texts[path] = texts[path].rstrip("\n") + f"\n\n{BEGIN}{shape.title}\n{shape.text}{TOLD}\n{tell(shape)}".rstrip()
    for path, text in texts.items():
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
