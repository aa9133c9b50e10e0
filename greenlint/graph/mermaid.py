"""Mermaid flow charts, which GitHub and GitLab draw in Markdown: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from greenlint.graph.proof import Node, Proof

_PLAIN = re.compile(r"[^\w .,:/()=+*-]")


def draw(proofs: Sequence[Proof], sources: Any = None) -> Iterator[str]:
    """Yield one chart with a group for each proof."""
    yield "flowchart TB"
    for index, proof in enumerate(proofs, start=1):
        yield from _proof(proof, f"p{index}")
    yield "  classDef object fill:#fde68a,stroke:#b45309,color:#000"
    yield "  classDef start fill:#bfdbfe,stroke:#1d4ed8,color:#000"
    yield "  classDef guard fill:#bbf7d0,stroke:#15803d,color:#000"
    yield "  classDef use fill:#fecaca,stroke:#b91c1c,color:#000"


def _proof(proof: Proof, name: str) -> Iterator[str]:
    yield f'  subgraph {name}["{_text(proof.told.headline)}"]'
    for number, lane in enumerate(proof.lanes, start=1):
        yield f'    subgraph {name}l{number}["{_text(lane.title)}"]'
        yield from (f"      {_box(node, name)}" for node in lane.nodes)
        yield "    end"
    for arrow in proof.arrows:
        line = f"-. {_text(arrow.label)} .->" if arrow.label else "-->"
        yield f"    {name}s{arrow.source} {line} {name}s{arrow.target}"
    yield "  end"


def _box(node: Node, name: str) -> str:
    label = f"{_text(f'{node.number}. {node.text}')}<br/>{_text(node.place)}"
    style = f":::{node.kind}" if node.kind else ""
    return f'{name}s{node.number}["{label}"]{style}'


def _text(text: str) -> str:
    """Write all but plain characters as entities, which no part of Mermaid's syntax can take for its own."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", text)
