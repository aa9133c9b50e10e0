"""What became of bugs that greenlint was not made with, as docs/evidence.md has it.

``unseen.jsonl`` and ``unseen_quiet.jsonl`` are rows as ``bugs.jsonl`` and ``quiet.jsonl`` have them. ``unseen.toml``
says of each bug what the first run over it showed, what a run shows now, and what is missing, or forbids it, if it is
missed. Run as a program, this prints the table of the document.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator

import msgspec
from shown import FOLDER, REACHES

MISSED = "missed"


class Row(msgspec.Struct, frozen=True):
    """A bug; what else a row holds is for ``check_corpus.py``."""

    id: str
    repo: str
    fix_commit: str
    category: str
    static_detectable: str


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the first run and the last run told, and the one fact that is missing."""

    first: str
    now: str
    missing: str = ""


def rows() -> list[Row]:
    """Return the bugs."""
    lines = (FOLDER / "unseen.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Row) for line in lines]


def outcomes() -> dict[str, Outcome]:
    """Return what became of them, by id."""
    return msgspec.toml.decode((FOLDER / "unseen.toml").read_bytes(), type=dict[str, Outcome])


def text() -> Iterator[str]:
    """Yield the lines of the document: counts by category, and every bug."""
    told = outcomes()
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows():
        outcome = told[row.id]
        for category in (row.category, "all"):
            caught = {"first": int(outcome.first != MISSED), "now": int(outcome.now != MISSED)}
            counts[category].update(cases=1, **caught)
    yield "| category | bugs | caught at first | caught now |"
    yield "|---|---|---|---|"
    for category in [*sorted({row.category for row in rows()}), "all"]:
        cell = counts[category]
        yield f"| {category} | {cell['cases']} | {cell['first']} | {cell['now']} |"
    yield ""
    yield "| bug | fix | category | reach | at first | now | what is missing, or forbids it |"
    yield "|---" * 7 + "|"
    for row in sorted(rows(), key=lambda row: (row.category, REACHES.index(row.static_detectable), row.id)):
        outcome = told[row.id]
        fix = f"{row.repo} {row.fix_commit[:10]}"
        parts = (row.id, fix, row.category, row.static_detectable, outcome.first, outcome.now, outcome.missing)
        yield f"| {' | '.join(parts)} |"


if __name__ == "__main__":
    print("\n".join(text()))
