"""Colour, only when it was asked for."""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""Wraps a text in the escapes of a named style: ``paint("GRN101", "error")``."""

STYLES = {
    "bold": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "notice": "bold magenta",
    "frame": "bold blue",
    "step": "blue",
    "note": "bold cyan",
}


def painter(colour: bool) -> Paint:
    """Make the paint for a terminal, or one that leaves the text as it is."""
    return _rich_painter() if colour else _plain


def _plain(text: str, _style: str) -> str:
    return text


def _rich_painter() -> Paint:
    from rich.color import ColorSystem  # a run without colour does not load rich
    from rich.style import Style

    styles = {name: Style.parse(definition) for name, definition in STYLES.items()}

    def paint(text: str, style: str) -> str:
        return styles[style].render(text, color_system=ColorSystem.STANDARD)

    return paint
