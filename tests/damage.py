"""What may happen to a file that a run left behind."""

from __future__ import annotations

from hypothesis import strategies as st

DAMAGES = st.sampled_from(["flip", "cut", "foreign"])
PLACES = st.floats(0, 0.999)
"""Parts of a file, as which share of it stands before."""


def damaged(content: bytes, where: float, damage: str, foreign: bytes) -> bytes:
    """The content with a bit flipped, or cut short, at a place, or other content instead."""
    at = int(where * len(content))
    flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    return {"flip": flipped, "cut": content[:at], "foreign": foreign}[damage]
