"""The DOT language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from greenlint.graph.proof import Node, Proof
from greenlint.reporters._text import replaced

_FILL = {"object": "#fde68a", "start": "#bfdbfe", "guard": "#bbf7d0", "use": "#fecaca"}


def draw(proofs: Sequence[Proof], sources: Any = None) -> Iterator[str]:
    """Yield one directed graph with a cluster for each proof."""
    yield "digraph greenlint {"
    yield '  graph [fontname="sans-serif", newrank=true];'
    yield '  node [shape=box, style="rounded,filled", fillcolor="#f3f4f6", fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif"];'
    for index, proof in enumerate(proofs, start=1):
        yield from _proof(proof, f"p{index}")
    yield "}"


def _proof(proof: Proof, name: str) -> Iterator[str]:
    yield f"  subgraph cluster_{name} {{"
    yield f"    label={_quoted(proof.told.headline)};"
    for number, lane in enumerate(proof.lanes, start=1):
        yield f"    subgraph cluster_{name}l{number} {{"
        yield f"      label={_quoted(lane.title)};"
        yield from (f"      {name}s{node.number} [{_box(node)}];" for node in lane.nodes)
        yield "    }"
    for arrow in proof.arrows:
        style = f" [label={_quoted(arrow.label)}, style=dashed, constraint=false]" if arrow.label else ""
        yield f"    {name}s{arrow.source} -> {name}s{arrow.target}{style};"
    yield "  }"


def _box(node: Node) -> str:
    colour = f', fillcolor="{_FILL[node.kind]}"' if node.kind else ""
    return f"label={_quoted(f'{node.number}. {node.text}', node.place)}{colour}"


def _quoted(*lines: str) -> str:
    r"""Write lines as one quoted label; ``\n`` is DOT's own line break."""
    escaped = (replaced(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
