#!/usr/bin/env python3
"""Measure what greenlint adds to flake8 and pylint on one file of a real project.

usage: front_ends.py TREE FILE OTHER [--repeat N]

FILE and OTHER are files of the tree, which is copied, so that caches stay out of it. The runs of one repetition follow
each other, so that a busy machine slows all alike; a figure is the median over the repetitions. Seconds are CPU, user
and system time of a process and its children, each run in one process. All commands are those of the environment
that runs this script; greenlint's modules are compiled before, as those of an installed program are.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import measured_run

import greenlint

PYTHON = (sys.executable, "-W", "ignore", "-m")
CHECK = (*PYTHON, "greenlint", "check", "-q", "--exit-zero", "-j", "1")
FLAKE8 = (*PYTHON, "flake8", "--isolated", "--exit-zero", "-j1")
PYLINT = (*PYTHON, "pylint", "--rcfile=/dev/null", "--exit-zero", "--disable=all")
OURS = ("--load-plugins=greenlint.pylint_plugin", "--enable=bad-except-order,greenlint")
Runs = dict[str, float]


def repetition(tree: Path, file: str, other: str) -> Runs:
    """Return CPU seconds of one round of runs."""

    def cpu(*command: str, cold: bool = False) -> float:
        if cold:
            shutil.rmtree(tree / ".greenlint_cache", ignore_errors=True)
        return measured_run.run(command, tree).cpu

    return {
        "check cold": cpu(*CHECK, file, cold=True),
        "check warm": cpu(*CHECK, file),
        "flake8": cpu(*FLAKE8, "--select=E9", file),
        "flake8 cold": cpu(*FLAKE8, "--select=E9,GRN", file, cold=True),
        "flake8 warm": cpu(*FLAKE8, "--select=E9,GRN", file),
        "flake8 of other": cpu(*FLAKE8, "--select=E9", other),
        "flake8 other": cpu(*FLAKE8, "--select=E9,GRN", other),
        "pylint": cpu(*PYLINT, "--enable=bad-except-order", file),
        "pylint cold": cpu(*PYLINT, *OURS, file, cold=True),
        "pylint warm": cpu(*PYLINT, *OURS, file),
    }


def rows(rounds: list[Runs]) -> Iterator[tuple[str, str]]:
    """Yield what was measured and the figure."""

    def median(name: str, less: str = "") -> str:
        return f"{statistics.median(runs[name] - runs.get(less, 0) for runs in rounds):.2f}"

    yield "`greenlint check FILE`, cold", median("check cold")
    yield "`greenlint check FILE`, warm", median("check warm")
    for host in ("flake8", "pylint"):
        yield f"{host} alone", median(host)
        yield f"{host}: the plugin adds, cold", median(f"{host} cold", host)
        share = statistics.median((runs[f"{host} cold"] - runs[host]) / runs["check cold"] for runs in rounds)
        yield f"{host}: the same as a part of `greenlint check FILE`, cold", f"{100 * share:.0f} %"
        yield f"{host}: the plugin adds, warm", median(f"{host} warm", host)
    yield (
        "flake8: the plugin adds, warm, for a file that was not checked before",
        median("flake8 other", "flake8 of other"),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("file")
    parser.add_argument("other")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    compileall.compile_dir(str(Path(greenlint.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / asked.tree.name
        shutil.copytree(asked.tree, tree, symlinks=True, ignore=shutil.ignore_patterns(".greenlint_cache"))
        rounds = [repetition(tree, asked.file, asked.other) for _ in range(asked.repeat)]
    print("| what | CPU s |\n|---|---|")
    for what, figure in rows(rounds):
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
