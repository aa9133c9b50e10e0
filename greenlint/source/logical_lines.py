"""Put together again what configuration files spread over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_YAML_COMMAND = re.compile(r"(\s*)(?:-\s+)?(?:command|entrypoint|args)\s*:\s*(?:>[+-]?)?\s*(?:#.*)?")
_YAML_ITEM = re.compile(r"\s*-\s+(.*)")
_DOCKER_LIST = re.compile(r"(ENTRYPOINT|CMD)\s+\[(.*)\]\s*", re.IGNORECASE)

Numbered = tuple[int, str]
"""The number of the first physical line, and the text."""


def logical_lines(name: str, text: str) -> Iterator[Numbered]:
    """Yield the lines of the file called `name`, each with the number where it begins.

    Backslash continuations are joined; so are the items of a YAML command and its folded text, and the
    arguments that a Dockerfile's CMD adds to its ENTRYPOINT.
    """
    lines = list(_continued(text.split("\n")))
    if name.endswith((".yml", ".yaml")):
        return _yaml(lines)
    if "ockerfile" in name or "ontainerfile" in name:
        return _docker(lines)
    return iter(lines)


def _continued(lines: Sequence[str]) -> Iterator[Numbered]:
    begun, parts = 0, []
    for number, line in enumerate(lines, start=1):
        begun = begun or number
        stripped = line.rstrip()
        if stripped.endswith("\\") and not stripped.lstrip().startswith("#"):
            parts.append(stripped[:-1])
            continue
        yield begun, " ".join((*parts, line))
        begun, parts = 0, []
    if parts:
        yield begun, " ".join(parts)


def _yaml(lines: Sequence[Numbered]) -> Iterator[Numbered]:
    place = 0
    while place < len(lines):
        number, line = lines[place]
        place += 1
        found = _YAML_COMMAND.fullmatch(line)
        if found is None:
            yield number, line
            continue
        words: list[str] = []
        while place < len(lines) and _belongs(lines[place][1], len(found[1])):
            item = _YAML_ITEM.fullmatch(lines[place][1])
            words.append(item[1] if item else lines[place][1].strip())
            place += 1
        yield number, " ".join(words)


def _belongs(line: str, indent: int) -> bool:
    """Tell whether a YAML line is part of the value of a key that stands at `indent`."""
    own = len(line) - len(line.lstrip())
    return own > indent or (own == indent and _YAML_ITEM.fullmatch(line) is not None)


def _docker(lines: Sequence[Numbered]) -> Iterator[Numbered]:
    entrypoint = ""
    for number, line in lines:
        found = _DOCKER_LIST.fullmatch(line.strip())
        if found is not None and found[1].upper() == "ENTRYPOINT":
            entrypoint = found[2]
        elif found is not None and entrypoint:
            yield number, f"[{entrypoint}, {found[2]}]"
            continue
        yield number, line
