"""What the last runs over the corpus showed, as docs/evidence.md has it.

``results.jsonl`` holds the last result of each case, and ``misses.toml`` says of each bug that is not caught which one
fact is missing, or forbids to report it. Run as a program, this prints the tables of the document.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent
CORPUS = ("bugs.jsonl", "quiet.jsonl")
RESULTS = FOLDER / "results.jsonl"
DOCUMENT = FOLDER.parents[1] / "docs" / "evidence.md"
BEGIN, END = "<!-- corpus: check_corpus.py --write -->\n", "<!-- end of corpus -->\n"
REACHES = ("single-file", "cross-file", "needs-config", "hard")
QUIET = {True: "quiet after", False: "**not quiet after**", None: "what follows the fix tells nothing"}


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one case; ``reach`` is empty for lines that must be quiet."""

    id: str
    category: str
    reach: str = ""
    caught: bool = False
    quiet_after: bool | None = None
    codes: tuple[str, ...] = ()
    error: str = ""

    @property
    def outcome(self) -> str:
        """What a reader is told of it."""
        if self.error:
            return f"not measured: {self.error}"
        if not self.reach:
            return "silent" if self.quiet_after else f"**reported**: {', '.join(self.codes)}"
        return f"{', '.join(self.codes)}, {QUIET[self.quiet_after]}" if self.caught else "missed"


def kept() -> list[Shown]:
    """Return the results of the last runs."""
    lines = RESULTS.read_bytes().splitlines() if RESULTS.is_file() else []
    return [msgspec.json.decode(line, type=Shown) for line in lines]


def reasons() -> Mapping[str, str]:
    """Return what is missing, by the id of the case."""
    return msgspec.toml.decode((FOLDER / "misses.toml").read_bytes(), type=dict[str, str])


def write(new: Iterable[Shown]) -> None:
    """Take up new results, in the order of the corpus, and bring the document up to date."""
    results = {row.id: row for row in (*kept(), *new)}
    lines = [line for name in CORPUS for line in (FOLDER / name).read_bytes().splitlines()]
    order = [msgspec.json.decode(line)["id"] for line in lines]
    rows = [results[name] for name in order if name in results]
    RESULTS.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}{text(rows, reasons())}{END}{after}", "utf-8")


def text(rows: Sequence[Shown], missing: Mapping[str, str]) -> str:
    """Return the counts and every case, as Markdown."""
    bugs = [row for row in rows if row.reach]
    silent = [row for row in rows if not row.reach]
    lines = ["", *counts(bugs), "", *cases(bugs, missing), ""]
    quiet = sum(row.quiet_after is True for row in silent)
    lines += [f"Lines that look bad and are fine: {quiet} of {len(silent)} are silent", ""]
    lines += [f"- `{row.id}`: {row.outcome}" for row in silent]
    return "\n".join([*lines, ""]) + "\n"


def counts(bugs: Sequence[Shown]) -> list[str]:
    """Return the bugs that are caught by category and reach, and how many of these are quiet after the fix."""
    cells: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in bugs:
        for category in (row.category, "all"):
            for reach in (row.reach, "all"):
                told = row.caught and row.quiet_after is not None
                cells[category, reach].update(
                    cases=1, caught=int(row.caught), told=int(told), quiet=int(row.quiet_after is True)
                )
    lines = [f"| caught | {' | '.join(REACHES)} | all | quiet after |", "|---" * (len(REACHES) + 3) + "|"]
    for category in [*sorted({row.category for row in bugs}), "all"]:
        shown = [cells[category, reach] for reach in (*REACHES, "all")]
        parts = [f"{cell['caught']} of {cell['cases']}" if cell["cases"] else "" for cell in shown]
        every = shown[-1]
        after = f"{every['quiet']} of {every['told']}" if every["told"] else ""
        lines.append(f"| {category} | {' | '.join(parts)} | {after} |")
    return lines


def cases(bugs: Sequence[Shown], missing: Mapping[str, str]) -> list[str]:
    """Return a row for each bug, with the fact that is missing if it is not caught."""
    lines = ["| bug | category | reach | outcome | what is missing, or forbids it |", "|---|---|---|---|---|"]
    for row in sorted(bugs, key=lambda row: (row.category, REACHES.index(row.reach), row.id)):
        fact = "" if row.caught else missing.get(row.id, "not looked into")
        lines.append(f"| {row.id} | {row.category} | {row.reach} | {row.outcome} | {fact} |")
    return lines


if __name__ == "__main__":
    print(text(kept(), reasons()), end="")
