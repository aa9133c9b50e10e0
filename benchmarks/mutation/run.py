#!/usr/bin/env python3
"""Change single expressions of greenlint and see whether a test notices: the score of mutmut over a sample.

usage: mutation/run.py --work DIR [--sample N] [--skip N] [--seed N] [--minutes M] [--only TEXT]

DIR gets a copy of the project, with all mutants of ``greenlint/rules`` and ``greenlint/project`` in it (the table
``[tool.mutmut]`` of pyproject.toml says what is mutated and what tests it). Of these, a random sample is tried, in an
order that the seed decides, until the time is up; two runs with a DIR each can share a sample, of which one skips what
the other tries. Printed are the score and each survivor as a difference. What DIR
holds of an earlier run with the same sources is not made again.

mutmut has to be installed beside the tools of the tests: ``pip install mutmut``.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("greenlint", "tests", "fixtures", "benchmarks", "docs", "README.md", "CHANGELOG.md", "pyproject.toml")
TRIED = ("killed", "survived", "timeout", "suspicious", "segfault", "no tests")
DETECTED = ("killed", "timeout", "segfault")
BATCH = 60
NO_MUTANT = "no.such.mutant"


def mutmut(work: Path, *words: str) -> str:
    """Run mutmut in the copy and return what it prints; the end of this program if a test fails without a mutant."""
    command = [sys.executable, "-m", "mutmut", *words]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, env=environment)
    printed = done.stdout + done.stderr
    if "failed to collect stats" in printed or "Failed to run clean test" in printed:
        raise SystemExit(printed[-4000:])
    return printed


def copied(work: Path) -> None:
    """Bring the copy up to date; what did not change keeps its time, so that its mutants stay."""
    work.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = ROOT / name, work / name
        if source.is_file():
            shutil.copy2(source, target)
            continue
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".greenlint_cache"))
    for path in (work / "mutants").rglob("*"):  # what mutmut has copied before, it would keep as it was
        if path.is_file() and path.suffix != ".meta" and not Path(f"{path}.meta").exists():
            path.unlink()


def results(work: Path) -> Mapping[str, str]:
    """Return the state of every mutant by its name."""
    rows = (line.strip().rpartition(": ") for line in mutmut(work, "results", "--all", "true").splitlines())
    return {name: state for name, _, state in rows if "__mutmut_" in name}


def chosen(names: Sequence[str], size: int, seed: int) -> list[str]:
    """Return a random sample; a larger one of the same seed begins with it."""
    order = sorted(names)
    random.Random(seed).shuffle(order)
    return order[:size]


def score(states: Mapping[str, str]) -> str:
    """Return the figures of the mutants that were tried."""
    counts = collections.Counter(states.values())
    tried = sum(counts[state] for state in TRIED)
    detected = sum(counts[state] for state in DETECTED)
    told = ", ".join(f"{counts[state]} {state}" for state in TRIED if counts[state])
    return f"{detected} of {tried} mutants detected, {detected / max(tried, 1):.1%} ({told})"


def main() -> int:
    """Make the mutants, try a sample, print the score; exit 1 if none could be tried."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--skip", type=int, default=0, help="how many of the sample to leave to another run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--only", default="", help="part of the name of a mutant, such as project.patching")
    options = parser.parse_args()
    work = options.work.resolve()
    copied(work)
    printed = mutmut(work, "run", NO_MUTANT)
    names = [name for name in results(work) if options.only in name]
    if not names:
        raise SystemExit(f"mutmut made no mutants:\n{printed[-2000:]}")
    sample = chosen(names, options.sample, options.seed)[options.skip :]
    until = time.monotonic() + 60 * options.minutes
    tried = 0
    while tried < len(sample) and time.monotonic() < until:  # mutmut tries what it is given in an order of its own
        mutmut(work, "run", "--max-children", "1", *sample[tried : tried + BATCH])
        tried += BATCH
    found = results(work)
    states = {name: found[name] for name in sample[:tried] if found.get(name) in TRIED}
    print(f"{len(names)} mutants, seed {options.seed}, {len(states)} of a sample from number {options.skip + 1} on:")
    print(score(states), flush=True)
    for name, state in states.items():
        if state not in DETECTED:
            print(f"{state}\n{mutmut(work, 'show', name)}", flush=True)
    return int(not states)


if __name__ == "__main__":
    sys.exit(main())
