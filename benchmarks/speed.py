#!/usr/bin/env python3
"""Measure greenlint beside a bare ``ast.parse`` of the same files, in interleaved repetitions.

usage: speed.py TREE [--repeat N] [--command 'greenlint'] [--jobs N]

Both run in fresh processes on the files that ``greenlint check --show-files`` lists: the parser with the
garbage collector off, greenlint cold. CPU seconds (user and system) are compared, because wall times on a
shared machine are noise; the ratio is the median of the ratios of neighbouring runs.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import measured_run
from measured_run import MeasuredRun

BARE_PARSE = """
import ast, gc, sys
gc.disable()
with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as listing:
    paths = listing.read().splitlines()
for path in paths:
    with open(path, "rb") as file:
        source = file.read()
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        pass
"""


def listed(tree: Path, command: Sequence[str]) -> list[Path]:
    """Return the files of the program as greenlint finds them; raise SystemExit if it cannot."""
    done = measured_run.run([*command, "check", "--show-files", "."], tree)
    if done.status:
        raise SystemExit(f"greenlint --show-files: exit {done.status}\n{done.err[-2000:]}")
    names = done.out.decode("utf-8", "surrogateescape").splitlines()
    return [tree / name for name in names if (tree / name).is_file()]


def pairs(
    tree: Path, files: Sequence[Path], command: Sequence[str], repeat: int
) -> list[tuple[MeasuredRun, MeasuredRun]]:
    """Return ``repeat`` neighbouring runs: the bare parser, then the linter."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as listing:
        listing.write("\n".join(map(str, files)))
        listing.flush()
        parse = [sys.executable, "-W", "ignore", "-c", BARE_PARSE, listing.name]
        done = []
        for number in range(1, repeat + 1):
            done.append((measured_run.run(parse, tree), measured_run.run(command, tree)))
            print(f"{number}: {line(*done[-1])}", flush=True)
        return done


def line(parse: MeasuredRun, lint: MeasuredRun) -> str:
    """Return the figures of one pair of runs."""
    return (
        f"ast.parse {parse.cpu:.2f} CPU s {parse.peak_mb:.0f} MB,"
        f" greenlint {lint.cpu:.2f} CPU s {lint.peak_mb:.0f} MB (exit {lint.status}),"
        f" ratio {lint.cpu / parse.cpu:.2f}"
    )


def main() -> int:
    """Print each pair of runs and the medians; exit 1 if a run of the linter failed."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--command", default="greenlint")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    tree, command = options.tree.resolve(), shlex.split(options.command)
    files = listed(tree, command)
    print(f"{tree.name}: {len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")
    lint = [*command, "check", "--no-cache", "-j", str(options.jobs), "--exit-zero", "-q", "."]
    done = pairs(tree, files, lint, options.repeat)
    ratio = statistics.median(b.cpu / a.cpu for a, b in done)
    bare, linted = (statistics.median(run.cpu for run in runs) for runs in zip(*done, strict=True))
    peak = max(b.peak_mb for _, b in done)
    print(
        f"median: ast.parse {bare:.2f} CPU s, greenlint {linted:.2f} CPU s, ratio {ratio:.2f}, {peak:.0f} MB"
    )
    return int(any(lint.status for _, lint in done))


if __name__ == "__main__":
    sys.exit(main())
