"""Edits that leave a report as it is: those after which the files still say the same.

A run over an edited program would read the same facts, in the same order, if all that changed are comments,
docstrings, blank lines or layout; then it would prove the same, and the report of the last run is its report. Build
systems call this *early cutoff* (Mokhov, Mitchell and Peyton Jones 2018, "Build Systems à la Carte").

It holds only for files that were read for their facts and nothing else, of which the report does not speak (it names
lines), and in which nobody speaks to greenlint. Words to other linters count where a finding stands, and only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from greenlint.cachedir import CacheDirectory, seal
from greenlint.model import Notice
from greenlint.source.comments import may_concern
from greenlint.source.reading import Source, read_path
from greenlint.summary.cache import SummaryCache
from greenlint.summary.likeness import alike_but_for_places
from greenlint.summary.summarising import summary_of, undisturbed


class Edit(NamedTuple):
    """A file (relative to the root): the state ``before``, with a digest of ``content`` if young, and the state now."""

    path: str
    before: bytes
    content: str | None
    now: bytes


def contents_of_idle(edits: Sequence[Edit], directory: CacheDirectory, root: str, since_ns: int) -> list[bytes] | None:
    """Return digests of what is in the files now if all of them say the same as before, else None.

    What they say is kept in ``directory`` for the next run; files that changed after ``since_ns`` are young.
    """
    cache = SummaryCache(directory, root, since_ns)
    found: list[bytes] = []
    with undisturbed():
        for edit in edits:
            source = read_path(edit.path, f"{root}/{edit.path}", follow=False)
            if isinstance(source, Notice) or source.stamp.state != edit.now or not _is_idle(edit, source, cache):
                return None
            found.append(seal(source.data))
    return found


def _is_idle(edit: Edit, source: Source, cache: SummaryCache) -> bool:
    before = None if may_concern(source.data) else cache.known_at(edit.path, edit.before, edit.content)
    if before is None:
        return False
    now = summary_of(source)
    cache.keep([source], {edit.path: now})
    return not isinstance(now, Notice) and alike_but_for_places(before, now)
