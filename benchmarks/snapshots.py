#!/usr/bin/env python3
"""What greenlint says of pinned projects, with the verdict that somebody gave after reading the code.

usage: snapshots.py --trees DIR [--only TEXT ...] [--write]
       snapshots.py --table

``snapshots/<project>.toml`` holds the findings of a source distribution of PyPI; DIR holds each unpacked, under the
name of its snapshot (``nova-34.0.0``). The first form runs greenlint over them and prints what differs from the
snapshots: ``+`` a finding that nobody has judged, ``-`` one that is gone, ``~`` one that is told otherwise; exit 1 if
anything does. ``--write`` brings the snapshots up to date: verdicts stay, what is new gets the verdict ``unread``. With
``--only`` a project that has no snapshot gets one.

``--table`` prints the verdicts by rule and by project, as docs/evidence.md shows them.
"""

from __future__ import annotations

import argparse
import collections
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from ecosystem import Finding, Outcome, check

FOLDER = Path(__file__).with_name("snapshots")
Verdict = Literal["true", "arguable", "false", "unread"]
VERDICTS: tuple[Verdict, ...] = ("true", "arguable", "false", "unread")
HEADING = "# What greenlint says of {project}, judged by reading the code; see benchmarks/snapshots.py.\n"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a snapshot. ``proof`` are its steps as ``place: text``."""

    code: str
    path: str
    line: int
    confidence: str
    message: str
    proof: tuple[str, ...]
    fingerprint: str
    verdict: Verdict = "unread"
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same, whatever lines they are on."""
        return self.code, self.path, self.fingerprint

    @property
    def told(self) -> tuple[str, ...]:
        """What a reader is told, without lines."""
        return self.confidence, *(step.partition(": ")[2] for step in self.proof)

    def __str__(self) -> str:
        return f"{self.code} {self.path}:{self.line} {self.message}"


class Snapshot(msgspec.Struct, frozen=True):
    """The findings of one project; ``files`` tells that it was really read."""

    project: str
    files: int
    finding: tuple[Judged, ...] = ()


def judged(finding: Finding) -> Judged:
    """Return a finding of a report as one that nobody has judged."""
    return Judged(
        code=finding.code,
        path=finding.path,
        line=finding.line,
        confidence=finding.confidence,
        message=finding.message,
        proof=tuple(f"{step.path}:{step.line}: {step.message}" for step in finding.witness),
        fingerprint=finding.fingerprint,
    )


def taken(outcome: Outcome, before: Snapshot | None) -> Snapshot:
    """Return the snapshot of a run, with the verdicts of an earlier one."""
    known = {finding.key: finding for finding in before.finding} if before else {}
    found = []
    for finding in map(judged, outcome.report.findings):
        old = known.get(finding.key)
        found.append(msgspec.structs.replace(finding, verdict=old.verdict, reason=old.reason) if old else finding)
    ordered = sorted(found, key=lambda finding: (finding.code, finding.path, finding.line))
    return Snapshot(outcome.project, outcome.report.statistics.files, tuple(ordered))


def difference(before: Snapshot | None, after: Snapshot) -> Iterator[str]:
    """Yield a line for each finding that is new, gone, told otherwise, or not judged."""
    old = {finding.key: finding for finding in before.finding} if before else {}
    new = {finding.key: finding for finding in after.finding}
    yield from (f"- [{old[key].verdict}] {old[key]}" for key in old if key not in new)
    for key, finding in new.items():
        if key not in old or finding.verdict == "unread":
            yield f"+ {finding}"
        elif finding.told != old[key].told:
            yield f"~ [{finding.verdict}] {finding}"


def read(project: str) -> Snapshot | None:
    """Return the snapshot of a project, if there is one."""
    path = FOLDER / f"{project}.toml"
    return msgspec.toml.decode(path.read_bytes(), type=Snapshot) if path.is_file() else None


def snapshots() -> list[Snapshot]:
    """Return all snapshots, by project."""
    return [msgspec.toml.decode(path.read_bytes(), type=Snapshot) for path in sorted(FOLDER.glob("*.toml"))]


def text(snapshot: Snapshot) -> str:
    """Return a snapshot as TOML."""
    lines = [HEADING.format(project=snapshot.project)]
    lines += [f"project = {quoted(snapshot.project)}", f"files = {snapshot.files}"]
    for finding in snapshot.finding:
        fields = msgspec.structs.asdict(finding)
        proof = "".join(f"    {quoted(step)},\n" for step in fields.pop("proof"))
        lines += ["", "[[finding]]"]
        lines += [f"{name} = {quoted(value)}" for name, value in fields.items()]
        lines.insert(-3, f"proof = [\n{proof}]")
    return "\n".join(lines) + "\n"


def quoted(value: str | int) -> str:
    """Return a value as TOML and JSON write it."""
    return json.dumps(value, ensure_ascii=False)


def table(kept: list[Snapshot]) -> str:
    """Return the verdicts by rule and by project, as Markdown."""
    by_rule: dict[str, collections.Counter[Verdict]] = collections.defaultdict(collections.Counter)
    for finding in (finding for snapshot in kept for finding in snapshot.finding):
        by_rule[finding.code][finding.verdict] += 1
    every = collections.Counter(finding.verdict for snapshot in kept for finding in snapshot.finding)
    rows = [*sorted(by_rule.items()), ("all", every)]
    lines = [f"| rule | {' | '.join(VERDICTS)} | true or arguable |", "|---|---|---|---|---|---|"]
    for rule, counts in rows:
        lines.append(f"| {rule} | {' | '.join(str(counts[v]) for v in VERDICTS)} | {precision(counts)} |")
    lines += ["", "| project | files | findings | verdicts |", "|---|---|---|---|"]
    for snapshot in kept:
        said = "; ".join(f"{f.code} {f.path}:{f.line} {f.verdict}" for f in snapshot.finding)
        lines.append(f"| {snapshot.project} | {snapshot.files} | {len(snapshot.finding)} | {said} |")
    return "\n".join(lines) + "\n"


def precision(counts: Mapping[Verdict, int]) -> str:
    """Return which part of the judged findings is true or arguable."""
    read_ones = sum(counts[verdict] for verdict in ("true", "arguable", "false"))
    return f"{(counts['true'] + counts['arguable']) / read_ones:.0%}" if read_ones else "-"


def compared(options: argparse.Namespace) -> int:
    """Run over the trees and print what differs; exit 1 if anything does or a run failed."""
    differs = False
    names = sorted(path.name for path in options.trees.iterdir() if path.is_dir())
    pinned = {path.stem for path in FOLDER.glob("*.toml")}
    for name in [name for name in names if name in pinned or (options.write and options.only)]:
        if options.only and not any(part in name for part in options.only):
            continue
        outcome = check(options.trees / name, shlex.split(options.command), options.jobs)
        before = read(name)
        after = taken(outcome, before)
        lines = [outcome.error] if outcome.faults else list(difference(before, after))
        verdict = "differs" if lines else "as it was"
        print("\n".join([f"{name}: {verdict}", *(f"  {line}" for line in lines)]), flush=True)
        differs |= bool(lines)
        if options.write and not outcome.faults:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.toml").write_text(text(after), "utf-8")
    return int(differs)


def main() -> int:
    """Compare, write, or print the table."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--trees", type=Path, help="folder of unpacked source distributions")
    parser.add_argument("--only", action="append", default=[], help="part of a project's name; repeatable")
    parser.add_argument("--command", default="greenlint")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.table:
        print(table(snapshots()), end="")
        return 0
    if not options.trees:
        parser.error("--trees or --table")
    return compared(options)


if __name__ == "__main__":
    sys.exit(main())
