"""A scan of raw bytes that tells, before any parsing, whether a file can matter."""

from __future__ import annotations


def mentions(data: bytes, markers: tuple[bytes, ...]) -> bool:
    """Tell whether one of the `markers` occurs in `data` (one memmem search each, several GB/s)."""
    return any(marker in data for marker in markers)
