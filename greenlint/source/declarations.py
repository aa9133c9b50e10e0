"""What pyproject.toml declares, for readers that take an unreadable one for an empty one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any


def tables(text: str) -> Mapping[str, Any]:
    """Return the tables of a TOML file; none if it cannot be parsed, which others tell."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def table(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return the table that keys lead to; an empty one if there is none."""
    for key in keys:
        data = data.get(key, {})
        if not isinstance(data, dict):
            return {}
    return data
