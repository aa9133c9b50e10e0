"""Settings as text: lists in ini files, the environment and the command line, and the lines on which keys stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TRUE_OR_FALSE = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def from_text(value: str, kind: Any) -> object:
    """Read a value of an ini file, the environment or the command line: lists by commas and newlines."""
    if kind is bool:
        return _TRUE_OR_FALSE.get(value.lower(), value.lower())
    if kind == tuple[str, ...]:
        return [item for item in re.split(r"[,\s]+", value) if item]
    if kind == Mapping[str, tuple[str, ...]]:
        return _ignores_from_text(value)
    return value


def _ignores_from_text(value: str) -> dict[str, list[str]]:
    """Read ``pattern[, pattern]: CODE[, CODE]`` lines, the form that flake8 uses."""
    result: dict[str, list[str]] = {}
    for patterns, codes in re.findall(r"([^:\n]+):([^:\n]*)(?=\n|$)", value):
        for pattern in filter(None, re.split(r"[,\s]+", patterns)):
            result.setdefault(pattern, []).extend(filter(None, re.split(r"[,\s]+", codes)))
    return result


def line_of(key: str, text: str) -> int:
    """Return the line that sets `key` after the heading of our section, or 0."""
    heading = re.search(r"^\s*\[+\s*(tool\.)?greenlint\b", text, re.MULTILINE)
    name = re.escape(key).replace(r"\-", "[-_]")
    setting = rf"^[ \t]*(?:[\"']?{name}[\"']?\s*[=:.]|\[+\s*(?:tool\.greenlint\.)?{name}\b)"
    found = re.compile(setting, re.MULTILINE).search(text, heading.start() if heading else 0)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def line_with(word: str, line: int, text: str) -> int:
    """Return the first line from `line` on that holds `word`, else `line`; a list may go over several."""
    lines = text.split("\n")
    return next((number for number in range(max(line, 1), len(lines) + 1) if word in lines[number - 1]), line)
