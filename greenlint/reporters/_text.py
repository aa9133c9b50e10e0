"""Text that is safe to show: printable characters, paths as the user would type them."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def printable(text: str) -> str:
    r"""Escape what could steer a terminal or reorder a line: ``\x1b``, newlines, bidirectional controls."""
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else char.encode("unicode_escape").decode() for char in text)


def replaced(text: str) -> str:
    """Put U+FFFD, one cell wide, for each character that ``printable`` would escape."""
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else "\ufffd" for char in text)


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def relative(path: str, root: str, cwd: Path) -> str:
    """Express a path of a report relative to the working directory, with forward slashes."""
    absolute = os.path.join(root, path)
    try:
        return os.path.relpath(absolute, cwd).replace(os.sep, "/")
    except ValueError:  # another drive
        return absolute.replace(os.sep, "/")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Say ``1 error`` or ``3 errors``; ``plural`` is for nouns that take more than an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"
