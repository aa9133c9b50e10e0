#!/usr/bin/env python3
"""Measure greenlint beside a bare ``ast.parse``, ruff, pylint and flake8 on real projects.

usage: speed.py [TREE ...] [--fetch NAME==VERSION ...] [--repeat N] [--pylint] [--markdown FILE]

Trees are directories, or source distributions that pip fetches. Each is copied, so that caches and edits stay
out of it. The runs of one repetition follow each other, so that a busy machine slows all alike; a figure is the
median over the repetitions, and a ratio the median of the ratios of the same repetition. CPU seconds are user
and system time of a process and its children. ``--pylint`` adds one run of pylint with one checker for each
tree, which takes minutes. All commands are those of the environment that runs this script; greenlint's modules are
compiled before, as those of an installed program are.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import measured_run
from measured_run import MeasuredRun

import greenlint
from greenlint.source.roles import role_of

PYTHON = (sys.executable, "-W", "ignore")
GREENLINT = (*PYTHON, "-m", "greenlint", "check", "-q", "--exit-zero")
COLD = (*GREENLINT, "--no-cache", "-j", "1")
RUFF = (*PYTHON, "-m", "ruff", "check", "-q", "--isolated", "--select", "E9", "--exit-zero", ".")
ONE_CHECKER = ("--disable=all", "--enable=bad-except-order", "--recursive=y", "--exit-zero")
PYLINT = (*PYTHON, "-m", "pylint", f"--rcfile={os.devnull}", *ONE_CHECKER, ".")
"""Without the configurations of the trees: some of them leave out tests."""
FLAKE8 = (*PYTHON, "-m", "flake8", "--isolated", "--exit-zero", "-j1")
TYPICAL_BYTES = 40_000
"""Size of the file that is edited and checked alone: large, as edited files tend to be."""
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
STAGES = """
import gc, time
gc.disable()
from pathlib import Path
from greenlint import engine
began = {}
def told(stage, done, of):
    began.setdefault(stage, time.process_time())
engine.check([Path(".")], engine.Request(cache=False, jobs=1, progress=told))
proving = began["proving"]
reading = began.get("reading", proving)  # never, where no greenthread library is mentioned
print(reading, proving - reading, time.process_time() - proving)
"""
"""Print the CPU seconds of the stages of a cold run, which tells of them as it tells those who wait for it."""
Runs = dict[str, MeasuredRun]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, and what is asked (empty: nothing)."""

    what: str
    figure: str
    target: str = ""


def add_comment(path: Path) -> None:
    """Put a comment before everything else, so that all lines move."""
    path.write_bytes(b"# edited\n" + path.read_bytes())


def add_statement(path: Path) -> None:
    """Put a statement behind everything else."""
    with open(path, "ab") as stream:
        stream.write(b"\nprint(len(__doc__ or ''))\n")


EDITS: Mapping[str, Callable[[Path], None]] = {"a comment": add_comment, "a statement": add_statement}


class Tree:
    """A project under measurement: a copy, its files, and which of them the product is made of."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.name = source.name
        self.path = scratch / source.name
        shutil.copytree(source, self.path, symlinks=True, ignore=shutil.ignore_patterns(".git", ".greenlint_cache"))
        self.scratch = scratch
        self.files = list(self._listed())
        self.product = [path for path in self.files if role_of(path.relative_to(self.path).as_posix()) != "test"]
        self.edited = min(self.product, key=lambda path: abs(path.stat().st_size - TYPICAL_BYTES))

    def _listed(self) -> Iterator[Path]:
        done = measured_run.run([*PYTHON, "-m", "greenlint", "check", "--show-files", "."], self.path)
        if done.status:
            raise SystemExit(f"greenlint --show-files: exit {done.status}\n{done.err[-2000:]}")
        for name in done.out.decode("utf-8", "surrogateescape").splitlines():
            yield self.path / name

    def size(self) -> str:
        """Return the number of files and of bytes, for reading."""
        return f"{len(self.files)} files, {sum(path.stat().st_size for path in self.files) / 1e6:.1f} MB"

    def parse(self, files: Sequence[Path]) -> MeasuredRun:
        """Parse files with the garbage collector off, as fast as Python can."""
        listing = self.scratch / "listing"
        listing.write_text("\n".join(map(str, files)), encoding="utf-8", errors="surrogateescape")
        return measured_run.run([*PYTHON, "-c", BARE_PARSE, str(listing)], self.path)

    def repetition(self) -> Runs:
        """Return one round of runs, cold and warm, beside the parser and ruff."""
        run = lambda *command: measured_run.run(command, self.path)  # noqa: E731
        shutil.rmtree(self.path / ".greenlint_cache", ignore_errors=True)
        file = str(self.edited)
        runs = {
            "parse": self.parse(self.files),
            "parse product": self.parse(self.product),
            "cold": run(*COLD, "."),
            "stages": run(*PYTHON, "-c", STAGES),
            "fill": run(*GREENLINT, "-j", "1", "."),
            "flake8 fill": run(*FLAKE8, "--select=E9,GRN", file),
            "flake8": run(*FLAKE8, "--select=E9", file),
            "flake8 plugin": run(*FLAKE8, "--select=E9,GRN", file),
            "ruff fill": run(*RUFF),
            "ruff": run(*RUFF),
            "warm fill": run(*GREENLINT, "."),
            "warm": run(*GREENLINT, "."),
        }
        for name, edit in EDITS.items():
            run(*GREENLINT, "-j", "1", ".")
            edit(self.edited)
            runs[name] = run(*GREENLINT, "-j", "1", ".")
        return runs


def rows_of(tree: Tree, rounds: Sequence[Runs], pylint: MeasuredRun | None) -> Iterator[Row]:
    """Yield the lines of the table that speak of one tree."""

    def cpu(name: str) -> float:
        return statistics.median(runs[name].cpu for runs in rounds)

    def ratio(one: str, other: str) -> float:
        return statistics.median(runs[one].cpu / runs[other].cpu for runs in rounds)

    def wall_ms(name: str) -> float:
        return 1000 * statistics.median(runs[name].wall for runs in rounds)

    yield Row("bare `ast.parse` of all files, CPU s", f"{cpu('parse'):.2f}")
    yield Row("cold, one process, CPU s", f"{cpu('cold'):.2f}")
    yield Row("cold CPU / `ast.parse` of all files", f"{ratio('cold', 'parse'):.2f}", "<= 1.6")
    what = f"cold CPU / `ast.parse` of the {len(tree.product)} files that are no tests"
    yield Row(what, f"{ratio('cold', 'parse product'):.2f}")
    yield from stages_of(tree, rounds)
    if pylint is not None:
        share = cpu("cold") / pylint.cpu
        yield Row(f"cold CPU / pylint with one checker ({pylint.cpu:.0f} CPU s)", f"{share:.3f}", "<= 0.06")
    warm = statistics.median(runs["warm"].wall / runs["ruff"].wall for runs in rounds)
    what = f"warm, nothing changed, wall {wall_ms('warm'):.0f} ms / ruff warm {wall_ms('ruff'):.0f} ms"
    yield Row(what, f"{warm:.2f}", "<= 3")
    for name in EDITS:
        yield Row(
            f"warm, one file edited ({name}), CPU / `ast.parse` of all files", f"{ratio(name, 'parse'):.2f}", "<= 0.15"
        )
    added = statistics.median(runs["flake8 plugin"].wall - runs["flake8"].wall for runs in rounds)
    yield Row("flake8 on one file, warm: wall s that the plugin adds", f"{added:.2f}", "<= 0.3")
    yield Row("peak memory cold, MB", f"{max(runs['cold'].peak_mb for runs in rounds):.0f}", "<= 250")


def stages_of(tree: Tree, rounds: Sequence[Runs]) -> Iterator[Row]:
    """Yield the stages of a cold run with their budgets, which are shares of the 1.6 that the whole of it has."""
    stages = [tuple(map(float, runs["stages"].out.split())) for runs in rounds]
    parse = "`ast.parse` of all files"

    def ratio(stage: int, beside: str) -> str:
        ratios = [cpu[stage] / runs[beside].cpu for cpu, runs in zip(stages, rounds, strict=True)]
        return f"{statistics.median(ratios):.2f}"

    yield Row(f"- starting, and reading all files, CPU / {parse}", ratio(0, "parse"), "<= 0.2")
    yield Row(f"- facts, CPU / {parse}", ratio(1, "parse"), "<= 1.3")
    yield Row(f"- facts, CPU / `ast.parse` of the same {len(tree.product)} files", ratio(1, "parse product"))
    yield Row(f"- proof, CPU / {parse}", ratio(2, "parse"), "<= 1.0")


def growth(trees: Sequence[Tree], measured: Mapping[str, Sequence[Runs]], repeat: int) -> Row:
    """Return the cost of all trees in one run, beside the sum of the runs over each."""
    paths = [str(tree.path) for tree in trees]
    together = [measured_run.run([*COLD, *paths], trees[0].scratch).cpu for _ in range(repeat)]
    alone = sum(statistics.median(runs["cold"].cpu for runs in measured[tree.name]) for tree in trees)
    figure = statistics.median(together) / alone
    return Row(f"{' + '.join(tree.name for tree in trees)} in one run / sum of the runs", f"{figure:.2f}", "<= 1.1")


def fetched(requirement: str, scratch: Path) -> Path:
    """Return the unpacked source distribution of a pinned requirement."""
    folder = scratch / "fetched" / requirement.replace("==", "-")
    words = ["download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *words, requirement], check=True)
    (archive,) = folder.iterdir()
    shutil.unpack_archive(archive, folder / "tree", filter="data")
    (tree,) = (folder / "tree").iterdir()
    return tree


def table(title: str, rows: Sequence[Row]) -> str:
    """Return rows as Markdown."""
    lines = [f"### {title}", "", "| measured | figure | target |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row.what} | {row.figure} | {row.target} |" for row in rows)]) + "\n"


def report(trees: Sequence[Tree], repeat: int, with_pylint: bool) -> Iterator[str]:
    """Measure, and yield the tables one by one."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("greenlint", "ruff", "pylint", "flake8"))
    yield f"{date.today()}, Python {platform.python_version()}, {tools}; medians of {repeat} repetitions.\n"
    measured: dict[str, list[Runs]] = {tree.name: [] for tree in trees}
    for tree in trees:
        for _ in range(repeat):
            measured[tree.name].append(tree.repetition())
        pylint = measured_run.run(PYLINT, tree.path) if with_pylint else None
        yield table(f"{tree.name} ({tree.size()})", list(rows_of(tree, measured[tree.name], pylint)))
    if len(trees) > 1:
        yield table("All together", [growth(trees, measured, repeat)])


def main() -> int:
    """Print the tables, and write them to a file if one is named."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("trees", type=Path, nargs="*", metavar="TREE")
    parser.add_argument("--fetch", nargs="+", default=[], metavar="NAME==VERSION")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--pylint", action="store_true")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    compileall.compile_dir(str(Path(greenlint.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sources = [*options.trees, *(fetched(requirement, scratch) for requirement in options.fetch)]
        told = []
        for part in report([Tree(source.resolve(), scratch) for source in sources], options.repeat, options.pylint):
            print(part, flush=True)
            told.append(part)
    if options.markdown is not None:
        options.markdown.write_text("\n".join(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
