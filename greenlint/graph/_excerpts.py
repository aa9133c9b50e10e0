"""The source beside the picture: the lines around each step, with the step's place marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from greenlint.graph.proof import Node, Proof
from greenlint.reporters._sources import Sources
from greenlint.reporters._text import replaced

AROUND = 6
"""Lines that are shown before and after a step."""


def excerpts(proof: Proof, name: str, sources: Sources) -> Iterator[str]:
    """Yield a section for each file, in the order in which the proof comes to it."""
    by_file: dict[str, list[Node]] = defaultdict(list)
    for node in proof.nodes:
        by_file[node.location.path].append(node)
    for path, nodes in by_file.items():
        yield f"<section><h3>{escape(replaced(path))}</h3><table>"
        yield from _lines(path, nodes, name, sources)
        yield "</table></section>"


def _lines(path: str, nodes: Sequence[Node], name: str, sources: Sources) -> Iterator[str]:
    on_line: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        on_line[node.location.line].append(node)
    before = 0
    for number in sorted(_around(on_line)):
        text = sources.line(path, number)
        if text is None and number not in on_line:
            continue
        if before and number != before + 1:
            yield '<tr class="cut"><td></td><td>⋯</td></tr>'
        before = number
        here = on_line.get(number, [])
        kind = ' class="step"' if here else ""
        shown = "(source not available)" if text is None else _marked(text, here)
        yield f"<tr{kind}><td>{number}</td><td><code>{shown}</code></td></tr>"
        yield from (_note(node, name) for node in here)


def _around(lines: Iterable[int]) -> set[int]:
    return {other for line in lines for other in range(max(1, line - AROUND), line + AROUND + 1)}


def _marked(text: str, nodes: Sequence[Node]) -> str:
    """Mark what the steps stand on; of steps that overlap the first one."""
    parts: list[str] = []
    done = 0
    for node in sorted(nodes, key=lambda node: node.location.column):
        place = node.location
        start = place.column - 1
        end = place.end_column - 1 if place.end_line == place.line else len(text)
        if start >= done and end > start:
            parts += (_shown(text[done:start]), f"<mark>{_shown(text[start:end])}</mark>")
            done = end
    return "".join((*parts, _shown(text[done:])))


def _note(node: Node, name: str) -> str:
    step = f"{name}s{node.number}"
    return f'<tr class="note" id="{step}" data-step="{step}"><td></td><td>{node.number}. {_shown(node.text)}</td></tr>'


def _shown(text: str) -> str:
    return escape(replaced(text.expandtabs(4)))
