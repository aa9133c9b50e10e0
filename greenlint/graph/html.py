"""One self-contained page: the picture, and beside it the source with each step marked.

It needs nothing from outside and runs no script but its own, which its content security policy names by digest.
Without scripts the steps are links to their places in the source.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from greenlint.graph._excerpts import excerpts
from greenlint.graph._svg import drawing
from greenlint.graph.proof import Proof
from greenlint.reporters._sources import Sources
from greenlint.reporters._text import replaced

HEAD = '<svg width="0" height="0" aria-hidden="true"><defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4"' + (
    ' markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs></svg>'
)
"""The arrow head that all drawings refer to."""


def draw(proofs: Sequence[Proof], sources: Sources) -> Iterator[str]:
    """Yield the page; with several proofs, one below the other."""
    style, script = _asset("page.css"), _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_shown(proofs[0].told.headline)}</title><style>{style}</style></head><body>"
    yield HEAD
    for index, proof in enumerate(proofs, start=1):
        yield from _article(proof, f"p{index}", sources)
    yield f"<script>{script}</script></body></html>"


def _article(proof: Proof, name: str, sources: Sources) -> Iterator[str]:
    told = proof.told
    code = f"<b>{_shown(told.code)}</b> " if told.code else ""
    yield f'<article id="{name}" class="{told.severity or "silent"}"><header>'
    yield f"<h1>{code}{_shown(told.title)}</h1>"
    yield f"<p>{_shown(told.message)}</p><dl>" if told.message else "<dl>"
    yield from (f"<dt>{_shown(label)}</dt><dd>{_shown(text)}</dd>" for label, text in told.notes)
    yield '</dl></header><div class="split"><figure>'
    yield from drawing(proof, name)
    yield '</figure><div class="source" tabindex="0">'
    yield from excerpts(proof, name, sources)
    yield "</div></div></article>"


def _asset(name: str) -> str:
    return (files("greenlint.graph") / name).read_text(encoding="utf-8")


def _shown(text: str) -> str:
    return escape(replaced(text))
