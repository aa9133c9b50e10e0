"""The source lines that a report quotes; a file that is gone has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from greenlint.source.reading import decode

_LINE_END = re.compile(r"\r\n|\r|\n")


class Sources:
    """Lines of the files under a root, read when first asked for; ``texts`` stand in for what is on disk."""

    def __init__(self, root: str, texts: Mapping[str, str]) -> None:
        self._root = Path(root)
        self._lines = {path: _LINE_END.split(text) for path, text in texts.items()}

    def line(self, path: str, number: int) -> str | None:
        """Give line ``number`` (1-based) without its end, or None if there is no such file or line."""
        if path not in self._lines:
            self._lines[path] = _read(self._root / path)
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else None


def _read(path: Path) -> list[str]:
    try:
        if not path.is_file():  # a FIFO would block
            return []
        return decode(path.read_bytes()).split("\n")
    except (OSError, ValueError):
        return []
