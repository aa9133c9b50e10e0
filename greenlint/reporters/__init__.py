"""One file per output format.

A format is a module of this package whose name holds no leading underscore; ``json_lines.py`` is the format
``json-lines``. It defines ``render``, which yields the lines of the output without their line ends.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

from greenlint.model import GreenlintError, Report


class Render(Protocol):
    """Turn a report into lines of text.

    Text formats show paths relative to ``cwd``; ``colour`` allows ANSI escapes, ``statistics`` adds counts
    and ``quiet`` leaves out the closing lines. Machine formats are the same whatever the last three say.
    """

    def __call__(
        self, report: Report, *, cwd: Path, colour: bool, statistics: bool, quiet: bool = False
    ) -> Iterator[str]:
        """Yield the lines of the output."""
        ...


def names() -> tuple[str, ...]:
    """Name every output format, in alphabetical order."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in found if not name.startswith("_")))


def reporter(name: str) -> Render:
    """Load the output format called ``name``; raise GreenlintError if there is none."""
    if name not in names():
        raise GreenlintError.unknown("output format", name, names())
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast(Render, module.render)
