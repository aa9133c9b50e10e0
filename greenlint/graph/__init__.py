"""Pictures of explanations: one file per form.

A form is a module of this package whose name holds no leading underscore and that defines ``draw``; ``proof``
holds what all of them draw.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from typing import Protocol, cast

from greenlint.graph.proof import Proof, proof_of
from greenlint.model import GreenlintError
from greenlint.reporters._sources import Sources

__all__ = ["Draw", "Proof", "Sources", "form", "names", "proof_of"]


class Draw(Protocol):
    """Turn proofs into the lines of a picture."""

    def __call__(self, proofs: Sequence[Proof], sources: Sources) -> Iterator[str]:
        """Yield the lines without their ends."""
        ...


def names() -> tuple[str, ...]:
    """Name every form, in alphabetical order."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if not name.startswith("_") and name != "proof"))


def form(name: str) -> Draw:
    """Load the form called ``name``; raise GreenlintError if there is none."""
    if name not in names():
        raise GreenlintError.unknown("form of a picture", name, names())
    return cast(Draw, importlib.import_module(f"{__name__}.{name}").draw)
