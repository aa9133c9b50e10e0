"""Texts of which more is known than that they are texts."""

from __future__ import annotations

from greenlint.summary.facts import Constant, Value

LONGEST_STRING = 200


def is_text(value: str) -> bool:
    """Tell whether a string can be encoded: lone surrogates cannot, and name nothing."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def dotted(value: Value | None) -> str:
    """Return a text that can name a module or what is in it; an empty one for anything else."""
    text = value.value if type(value) is Constant else None
    return text if type(text) is str and text.replace(".", "").replace(":", "").isidentifier() else ""


def begins_address(value: object) -> bool:
    """Tell whether a value is a text that begins with the scheme of an address, which says what is talked to: ``sqlite:///``."""
    return isinstance(value, str) and len(value) <= LONGEST_STRING and "://" in value and is_text(value)
