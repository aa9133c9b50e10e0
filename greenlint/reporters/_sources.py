"""The source lines that a report quotes; a file that is gone or cannot be decoded has none."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Mapping
from pathlib import Path

_LINE_END = re.compile(r"\r\n|\r|\n")  # what the Python tokenizer ends a line at, unlike str.splitlines


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
        with path.open("rb") as stream:
            encoding, _ = tokenize.detect_encoding(stream.readline)
        return _LINE_END.split(path.read_bytes().decode(encoding, errors="replace"))
    except (OSError, SyntaxError, ValueError, LookupError):
        return []
