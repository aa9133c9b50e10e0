"""The DOT language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from greenlint.graph.proof import Node, Proof
from greenlint.reporters._text import replaced

_FILL = {"create": "#fde68a", "store": "#fde68a", "spawn": "#bfdbfe", "entry": "#bfdbfe", "native": "#bfdbfe"}
_USE = "#fecaca"


def draw(proofs: Sequence[Proof], report: Any = None) -> Iterator[str]:
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
    yield f"    label={_quoted(proof.headline)};"
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
    place = f"{node.location.path}:{node.location.line}"
    fill = _USE if node.role.value in ("use", "block") else _FILL.get(node.role.value)
    colour = f', fillcolor="{fill}"' if fill else ""
    return f"label={_quoted(f'{node.number}. {node.text}', place)}{colour}"


def _quoted(*lines: str) -> str:
    r"""Write lines as one quoted label; ``\n`` is DOT's own line break."""
    escaped = (replaced(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
