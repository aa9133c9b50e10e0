"""Calls that wait in the hub itself: nobody is left to wait for them."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.knowledge.schema import BlockingRow
from greenlint.project.blocking.calls import Calls, Found
from greenlint.project.blocking.contexts import Contexts, Place
from greenlint.project.blocking.effects import Effect, effect_of
from greenlint.project.blocking.reach import Way
from greenlint.project.types import Types

_HARMLESS = ("never", "removed")


def waits_in_hub(types: Types, contexts: Contexts) -> Iterator[tuple[Found, str, Way]]:
    """Yield the calls that block or switch in callbacks of the hub, the library, and how the hub comes to them."""
    for library in contexts.libraries:
        if contexts.has(Place.HUB, library):
            for call in Calls(types, green=True).of(_waiting(types, library)):
                way = contexts.way(call.site.scope, Place.HUB, library, call.site.call.block)
                if way is not None:
                    yield call, library, way


def _waiting(types: Types, library: str) -> list[BlockingRow]:
    """Return what waits under a library, for whatever."""
    rows = [row for row in types.library.knowledge.rows.blocking if row.severity != "off" and row.about == "wait"]
    return [row for row in rows if _counts(effect_of(row, library), row)]


def _counts(effect: Effect, row: BlockingRow) -> bool:
    return effect.kind not in _HARMLESS and row.confidence != "low"
