"""Where a program begins. This module loads nothing, because a run over an unchanged program needs it."""

from __future__ import annotations

import os

MARKERS = (
    "greenlint.toml",
    ".greenlint.toml",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    ".git",
)
"""A directory with one of these is the root of a program."""


def parents(directory: str) -> list[str]:
    """Return an absolute directory and those above it, innermost first."""
    found = [directory]
    while (above := os.path.dirname(directory)) != directory:
        found.append(directory := above)
    return found


def marked(directory: str) -> str | None:
    """Return the nearest directory, at or above an absolute one, that holds one of `MARKERS`; links stay links."""
    for place in parents(directory):
        if any(os.path.lexists(f"{place}/{marker}") for marker in MARKERS):
            return place
    return None
