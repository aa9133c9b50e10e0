"""The drawing of a proof as SVG: one column per lane, arrows downwards, uses led back to the object below them.

Sizes are in pixels.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from greenlint.graph.proof import Arrow, Lane, Node, Proof
from greenlint.reporters._text import replaced

WIDTH, GAP, MARGIN = 280, 36, 14
LINE, PADDING, BETWEEN, TITLE = 17, 10, 26, 30
LETTERS = 36
"""Letters that fit into a line of a box."""
RETURN = 12
"""Distance between the arrows that lead back to the object."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A step with its place in the drawing."""

    node: Node
    lines: tuple[str, ...]
    x: int
    y: int

    @property
    def height(self) -> int:
        """How high the box is, in pixels."""
        return len(self.lines) * LINE + 2 * PADDING

    @property
    def middle(self) -> int:
        """Where its vertical axis is."""
        return self.x + WIDTH // 2

    @property
    def bottom(self) -> int:
        """Where its lower edge is."""
        return self.y + self.height


def drawing(proof: Proof, name: str) -> Iterator[str]:
    """Yield the SVG element; each step is a link to ``#NAMEsNUMBER``, its place in the source."""
    boxes = {box.node.number: box for index, lane in enumerate(proof.lanes) for box in _column(lane, index)}
    returns = [arrow for arrow in proof.arrows if arrow.label]
    width = 2 * MARGIN + len(proof.lanes) * (WIDTH + GAP) - GAP
    floor = max(box.bottom for box in boxes.values())
    height = floor + RETURN * (len(returns) + 1) + MARGIN
    yield f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    yield f"<title>{_shown(proof.told.headline)}</title>"
    for index, lane in enumerate(proof.lanes):
        yield f'<text class="lane" x="{_left(index)}" y="{MARGIN + LINE}">{_shown(lane.title)}</text>'
    for arrow in proof.arrows:
        if not arrow.label:
            yield _down(boxes[arrow.source], boxes[arrow.target])
    for number, arrow in enumerate(returns, start=1):
        yield from _back(arrow, boxes, floor + number * RETURN)
    for box in boxes.values():
        yield from _drawn(box, name)
    yield "</svg>"


def _left(index: int) -> int:
    return MARGIN + index * (WIDTH + GAP)


def _column(lane: Lane, index: int) -> Iterator[_Box]:
    y = MARGIN + TITLE
    for node in lane.nodes:
        place = node.place
        if len(place) > LETTERS:
            place = "…" + place[-LETTERS + 1 :]
        text = textwrap.wrap(replaced(f"{node.number}. {node.text}"), LETTERS) or [f"{node.number}."]
        box = _Box(node, (*text, replaced(place)), _left(index), y)
        y = box.bottom + BETWEEN
        yield box


def _drawn(box: _Box, name: str) -> Iterator[str]:
    node = box.node
    kind = node.kind or "step"
    step = f"{name}s{node.number}"
    yield f'<a href="#{step}" data-step="{step}" class="node {kind}">'
    yield f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="6"/>'
    for number, line in enumerate(box.lines):
        y = box.y + PADDING + LINE * (number + 1) - 4
        style = ' class="place"' if number == len(box.lines) - 1 else ""
        yield f'<text{style} x="{box.x + PADDING}" y="{y}">{_shown(line)}</text>'
    yield "</a>"


def _down(one: _Box, other: _Box) -> str:
    return f'<path class="arrow" d="M{one.middle} {one.bottom}V{other.y - 2}" marker-end="url(#head)"/>'


def _back(arrow: Arrow, boxes: dict[int, _Box], level: int) -> Iterator[str]:
    use, thing = boxes[arrow.source], boxes[arrow.target]
    path = f"M{use.middle} {use.bottom}V{level}H{thing.middle}V{thing.bottom + 2}"
    yield f'<path class="arrow back" d="{path}" marker-end="url(#head)"/>'
    yield f'<text class="label" x="{thing.middle + 8}" y="{level - 3}">{_shown(arrow.label)}</text>'


def _shown(text: str) -> str:
    return escape(replaced(text))
