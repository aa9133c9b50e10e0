#!/usr/bin/env python3
"""Run greenlint over real projects, keep what it said of each, and compare two such runs.

usage: ecosystem.py --trees DIR --out DIR [--only TEXT ...] [--command 'greenlint'] [--jobs N]
       ecosystem.py --diff OLD NEW

Each folder directly below --trees is one project. --out gets, for each, ``<project>.json`` (the measures and
the findings) and ``<project>.txt`` (the same for reading: code, place, message, proof), and ``SUMMARY.md``.

--diff prints the findings that one of two result folders has and the other has not, and exits 1 if there are
any. A finding is the same if rule, file and fingerprint are, so that moved lines are no difference.
"""

from __future__ import annotations

import argparse
import collections
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import measured_run
import msgspec

SHOWN_ERROR = 2000


class Step(msgspec.Struct, frozen=True):
    """One hop of a proof, as the JSON report has it."""

    role: str
    path: str
    line: int
    message: str


class Finding(msgspec.Struct, frozen=True):
    """One finding, as the JSON report has it."""

    code: str
    path: str
    line: int
    message: str
    confidence: str = ""
    witness: tuple[Step, ...] = ()
    assumptions: tuple[str, ...] = ()
    fingerprint: str = ""
    suppressed: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same, whatever lines they are on."""
        return self.code, self.path, self.fingerprint or self.message


class Notice(msgspec.Struct, frozen=True):
    """Something about the run itself: a file that cannot be read (GRN901), a fault of a rule (GRN900)."""

    code: str
    path: str
    line: int
    message: str


class Statistics(msgspec.Struct, frozen=True):
    """The counts of the report that are compared between projects."""

    files: int = 0
    functions: int = 0
    calls: int = 0
    unresolved_calls: int = 0
    roots: int = 0


class Report(msgspec.Struct, frozen=True):
    """The machine report of ``greenlint check``."""

    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()
    statistics: Statistics = Statistics()


class Outcome(msgspec.Struct, frozen=True):
    """One project's run. ``error`` is the end of stderr when there is no report."""

    project: str
    status: int
    cpu: float
    wall: float
    peak_mb: float
    report: Report
    error: str = ""

    @property
    def by_rule(self) -> dict[str, int]:
        """How often each rule was reported, suppressed findings left out."""
        found = collections.Counter(f.code for f in self.report.findings if not f.suppressed)
        return dict(sorted(found.items()))

    @property
    def faults(self) -> int:
        """How many rules failed (GRN900); 1 when the whole run did."""
        return sum(notice.code == "GRN900" for notice in self.report.notices) + bool(self.error)


def check(tree: Path, command: Sequence[str], jobs: int) -> Outcome:
    """Run the linter over one project, cold, and measure it."""
    arguments = ["check", "--no-cache", "-j", str(jobs), "--output-format", "json", "--exit-zero", "."]
    done = measured_run.run([*command, *arguments], tree)
    try:
        report, error = msgspec.json.decode(done.out, type=Report), ""
    except msgspec.MsgspecError as reason:
        report, error = Report(), f"{reason}\n{done.err[-SHOWN_ERROR:]}"
    return Outcome(
        tree.name, done.status, round(done.cpu, 2), round(done.wall, 2), round(done.peak_mb), report, error
    )


def text(outcome: Outcome) -> str:
    """Return the outcome for reading: figures, faults, and each finding with its proof."""
    rules = " ".join(f"{code} {count}" for code, count in outcome.by_rule.items()) or "no findings"
    lines = [
        f"{outcome.project}: {rules}",
        f"{outcome.report.statistics.files} files, {outcome.cpu} CPU s, {outcome.peak_mb:.0f} MB,"
        f" exit {outcome.status}",
    ]
    lines += [outcome.error] if outcome.error else []
    lines += [
        f"{notice.code} {notice.path}:{notice.line} {notice.message}"
        for notice in outcome.report.notices
        if notice.code == "GRN900"
    ]
    for finding in sorted(outcome.report.findings, key=lambda f: (f.code, f.path, f.line)):
        hidden = f" [{finding.suppressed}]" if finding.suppressed else ""
        lines += ["", f"{finding.code} {finding.path}:{finding.line} {finding.message}{hidden}"]
        lines += [f"    {step.role:7} {step.path}:{step.line} {step.message}" for step in finding.witness]
        lines += [f"    {finding.confidence}; assumes {what}" for what in finding.assumptions]
    return "\n".join(lines) + "\n"


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return the table of all projects, as Markdown."""
    rows = sorted(outcomes, key=lambda outcome: outcome.project.lower())
    codes = sorted({code for outcome in rows for code in outcome.by_rule})
    lines = [
        f"| project | files | CPU s | peak MB | faults | {' | '.join(codes)} |",
        "|---" * (5 + len(codes)) + "|",
    ]
    for row in rows:
        counts = " | ".join(str(row.by_rule.get(code, "")) for code in codes)
        measures = f"{row.report.statistics.files} | {row.cpu} | {row.peak_mb:.0f} | {row.faults or ''}"
        lines.append(f"| {row.project} | {measures} | {counts} |")
    return "\n".join(lines) + "\n"


def run_all(options: argparse.Namespace) -> int:
    """Check every project below --trees and write the results; exit 1 if a run or a rule failed."""
    options.out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for tree in sorted(path for path in options.trees.iterdir() if path.is_dir()):
        if tree.name.startswith(".") or (options.only and not any(o in tree.name for o in options.only)):
            continue
        outcome = check(tree, shlex.split(options.command), options.jobs)
        encoded = msgspec.json.format(msgspec.json.encode(outcome), indent=1)
        (options.out / f"{outcome.project}.json").write_bytes(encoded)
        (options.out / f"{outcome.project}.txt").write_text(text(outcome), "utf-8")
        outcomes.append(outcome)
        print(text(outcome).partition("\n\n")[0], flush=True)
    (options.out / "SUMMARY.md").write_text(summary(outcomes), "utf-8")
    return int(any(outcome.faults for outcome in outcomes))


def read(folder: Path) -> dict[str, Outcome]:
    """Return the outcomes of a result folder, by project."""
    files = sorted(folder.glob("*.json"))
    return {file.stem: msgspec.json.decode(file.read_bytes(), type=Outcome) for file in files}


def difference(old: Outcome, new: Outcome) -> list[str]:
    """Return a line for each finding that only one of the two has: ``-`` lost, ``+`` new."""
    before = {f.key: f for f in old.report.findings if not f.suppressed}
    after = {f.key: f for f in new.report.findings if not f.suppressed}
    lost = [("-", before[key]) for key in sorted(before.keys() - after.keys())]
    won = [("+", after[key]) for key in sorted(after.keys() - before.keys())]
    return [f"{sign} {f.code} {f.path}:{f.line} {f.message}" for sign, f in lost + won]


def compare(old: Path, new: Path) -> int:
    """Print what differs between two result folders; exit 1 if anything does."""
    before, after = read(old), read(new)
    for project in sorted(before.keys() ^ after.keys()):
        print(f"{project}: only in {old if project in before else new}")
    changed = {p: difference(before[p], after[p]) for p in sorted(before.keys() & after.keys())}
    for project, lines in changed.items():
        if lines:
            cpu = f"{before[project].cpu} -> {after[project].cpu} CPU s"
            print("\n".join([f"{project} ({cpu})", *(f"  {line}" for line in lines)]))
    return int(any(changed.values()) or before.keys() != after.keys())


def main() -> int:
    """Run the projects, or compare two runs."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--trees", type=Path, help="folder of projects")
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument("--only", action="append", default=[], help="part of a project's name; repeatable")
    parser.add_argument("--command", default="greenlint")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--diff", nargs=2, type=Path, metavar=("OLD", "NEW"))
    options = parser.parse_args()
    if options.diff:
        return compare(*options.diff)
    if not (options.trees and options.out):
        parser.error("--trees and --out, or --diff")
    return run_all(options)


if __name__ == "__main__":
    sys.exit(main())
