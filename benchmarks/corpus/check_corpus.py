#!/usr/bin/env python3
"""Measure greenlint on real bug fixes: is the bug reported before the fix, and is it quiet after?

Each row of bugs.jsonl names a public repository, the commit that fixed a greenthread bug, its parent, and the
lines of the parent where the bug shows. Each row of quiet.jsonl names lines that look bad and are fine.

usage: check_corpus.py FILE... --clones DIR [--configs DIR] [--only TEXT]
                       [--command 'greenlint'] [--json OUT] [--write]

--configs DIR: a case that needs configuration takes DIR/<case id>.toml, which greenlint gets as --config.

--clones DIR holds a git clone of each repository, with history, as DIR/owner+name/repo (or
DIR/owner+name/repo/.git, DIR/owner+name, DIR/owner/name). A missing repository is skipped and counted.

caught  a finding of the category's rules whose location or a witness step is one of the named lines
        (missing-patch: whose location is in the named file)
quiet   of the caught cases: after the fix, no such finding stands on a line with the same text in the same
        file (missing-patch: in the same file). A case that was not caught says nothing about being quiet.

--write keeps the results beside the corpus and writes the table of docs/evidence.md from them; with --only, the other
rows stay as they were.
"""

from __future__ import annotations

import argparse
import collections
import functools
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import shown

SOURCE = re.compile(
    r"\.(py|cfg|toml|ini|sh|yaml|yml|txt)$|(^|/)(bin|scripts|tools)/[^/.]+$|(^|/)(Procfile|Dockerfile)$"
)
LARGEST_SOURCE = 1_000_000
LARGEST_OTHER_FILE = 20_000

FAMILIES: dict[str, tuple[str, ...]] = {
    "shared-client": ("GRN1",),
    "blocking-call": ("GRN2",),
    "missing-patch": ("GRN301",),
    "late-patch": ("GRN302", "GRN304", "GRN306", "GRN307"),
    "partial-patch": ("GRN303", "GRN201", "GRN308"),
    "patch-in-library": ("GRN304", "GRN302"),
    "lock-misuse": ("GRN307", "GRN4", "GRN1"),
    "native-thread-mix": ("GRN4",),
    "other": (),
}
"""The rules that may catch a category of bugs, by prefix of their code."""


class Place(msgspec.Struct, frozen=True):
    """A line of a file of the repository; lines count from 1."""

    path: str
    line: int


class Case(msgspec.Struct, frozen=True):
    """One row: a fixed bug (``parent`` and ``fix_commit``), or lines of ``rev`` that must stay quiet."""

    id: str
    repo: str
    category: str = ""
    category_that_must_be_quiet: str = ""
    parent: str = ""
    fix_commit: str = ""
    rev: str = ""
    before: tuple[Place, ...] = ()
    where: tuple[Place, ...] = ()
    after_clean: bool = False
    static_detectable: str = ""

    @property
    def family(self) -> tuple[str, ...]:
        """Prefixes of the codes that are about this kind of bug."""
        return FAMILIES[self.category or self.category_that_must_be_quiet]


class Finding(msgspec.Struct, frozen=True):
    """What the JSON report says of one finding, as far as it is measured here."""

    code: str
    path: str
    line: int
    witness: tuple[Place, ...] = ()
    suppressed: str | None = None

    @property
    def home(self) -> Place:
        """Where the finding stands."""
        return Place(self.path.removeprefix("./"), self.line)

    @property
    def places(self) -> set[Place]:
        """Where the finding stands, and every step of its proof."""
        return {self.home, *(Place(step.path.removeprefix("./"), step.line) for step in self.witness)}


class Report(msgspec.Struct, frozen=True):
    """The machine report of ``greenlint check``."""

    findings: tuple[Finding, ...]


class Result(msgspec.Struct, frozen=True):
    """What became of one case; ``total`` counts all findings in the tree before the fix."""

    id: str
    category: str
    reach: str = ""
    caught: bool = False
    quiet_after: bool | None = None
    codes: tuple[str, ...] = ()
    total: int = 0
    seconds: float = 0.0
    error: str = ""


def git_dir(clones: Path, repo: str) -> Path | None:
    """Return the clone of ``owner/name``, or None if there is none."""
    owner, name = repo.split("/")
    flat = f"{owner}+{name}"
    for candidate in (f"{flat}/repo/.git", f"{flat}/repo", flat, f"{owner}/{name}"):
        path = clones / candidate
        if (path / "HEAD").exists() or (path / ".git").exists():
            return path
    return None


def extract(repository: Path, revision: str, target: Path) -> None:
    """Write the revision's sources and small text files; blobs that the clone lacks are left out."""
    wanted = list(_wanted_blobs(repository, revision))
    request = "".join(f"{name}\n" for name, _ in wanted).encode()
    git = ["git", "-C", str(repository), "cat-file", "--batch"]
    data = subprocess.run(git, input=request, capture_output=True, check=False).stdout
    position = 0
    for _, path in wanted:
        end = data.index(b"\n", position)
        header = data[position:end].split()
        position = end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[2])
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data[position : position + size])
        position += size + 1


def _wanted_blobs(repository: Path, revision: str) -> Iterator[tuple[str, str]]:
    """Yield name and path of the regular files that a linter could want to read."""
    git = ["git", "-C", str(repository), "ls-tree", "-r", "-l", "-z", revision]
    listing = subprocess.run(git, capture_output=True, check=True).stdout
    for row in listing.decode("utf-8", "replace").split("\0"):
        meta, _, path = row.partition("\t")
        mode, _, name, size = (meta.split() + [""] * 4)[:4]
        if not (mode.startswith("100") and size.isdigit() and int(size) < LARGEST_SOURCE):
            continue
        if SOURCE.search(path) or int(size) < LARGEST_OTHER_FILE:
            yield name, path


class Measure:
    """Runs the linter over one case at a time, with the case's configuration if it has one."""

    def __init__(self, command: Sequence[str], clones: Path, configs: Path | None) -> None:
        self._command, self._clones, self._configs = command, clones, configs

    def result(self, case: Case) -> Result | None:
        """Return the case's result, or None if its repository is not there; failures are results, too."""
        repository = git_dir(self._clones, case.repo)
        if repository is None:
            return None
        check = self._check_bug if case.parent else self._check_quiet
        try:
            return check(case, repository)
        except (RuntimeError, ValueError, LookupError, OSError, subprocess.SubprocessError) as error:
            category = case.category or "must be quiet"
            return Result(case.id, category, case.static_detectable, error=str(error)[:200])

    def _check_bug(self, case: Case, repository: Path) -> Result:
        with _tree(repository, case.parent) as root:
            found, seconds = self._findings(root, case)
            texts = {(place.path, _text_at(root, place)) for place in case.before}
        hits = _standing(found, case)
        quiet = None
        if hits and case.after_clean:
            with _tree(repository, case.fix_commit) as root:
                after, _ = self._findings(root, case)
                quiet = not _still_standing(after, case, root, texts)
        return Result(
            case.id,
            case.category,
            case.static_detectable,
            caught=bool(hits),
            quiet_after=quiet,
            codes=_codes(hits),
            total=len(found),
            seconds=seconds,
        )

    def _check_quiet(self, case: Case, repository: Path) -> Result:
        with _tree(repository, case.rev) as root:
            found, seconds = self._findings(root, case)
        alarms = [f for f in found if f.code.startswith(case.family) and f.home in set(case.where)]
        return Result(
            case.id,
            "must be quiet",
            quiet_after=not alarms,
            codes=_codes(alarms),
            total=len(found),
            seconds=seconds,
        )

    def _findings(self, root: Path, case: Case) -> tuple[list[Finding], float]:
        """Return the findings that a user of the tree would see, and the wall seconds it took."""
        config = (self._configs / f"{case.id}.toml").resolve() if self._configs else None
        extra = ["--config", str(config)] if config and config.is_file() else []
        report_options = ["--output-format", "json", "--no-cache", "--exit-zero"]
        command = [*self._command, "check", *extra, *report_options, "."]
        started = time.perf_counter()
        run = subprocess.run(command, cwd=root, capture_output=True, timeout=600, check=False)
        seconds = round(time.perf_counter() - started, 2)
        if run.returncode:
            complaint = run.stderr.decode(errors="replace").strip()[-300:]
            raise RuntimeError(f"exit {run.returncode}: {complaint}")
        report = msgspec.json.decode(run.stdout, type=Report)
        return [finding for finding in report.findings if not finding.suppressed], seconds


@contextmanager
def _tree(repository: Path, revision: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        extract(repository, revision, Path(folder))
        yield Path(folder)


def _standing(found: Iterable[Finding], case: Case) -> list[Finding]:
    """Return the findings of the family at a named line.

    A missing patch has no line of its own, so its file is enough.
    """
    wanted, files = set(case.before), {place.path for place in case.before}
    family = [finding for finding in found if case.family and finding.code.startswith(case.family)]
    if case.category == "missing-patch":
        return [finding for finding in family if finding.home.path in files]
    return [finding for finding in family if finding.places & wanted]


def _still_standing(after: Iterable[Finding], case: Case, root: Path, texts: set[tuple[str, str]]) -> list[Finding]:
    """Return the findings that a line with the text of a named line still carries after the fix."""
    if case.category == "missing-patch":
        return _standing(after, case)
    return [
        finding
        for finding in after
        if finding.code.startswith(case.family)
        and {(place.path, _text_at(root, place)) for place in finding.places} & texts
    ]


def _text_at(root: Path, place: Place) -> str:
    try:
        return (root / place.path).read_text("utf-8", "replace").split("\n")[place.line - 1].strip()
    except (OSError, IndexError):
        return ""


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.code for finding in findings}))


def read_cases(files: Iterable[Path], only: str) -> Iterator[Case]:
    """Yield the rows of the files whose id, repository or category contains ``only``."""
    decode = functools.partial(msgspec.json.decode, type=Case)
    for file in files:
        for case in map(decode, file.read_text("utf-8").splitlines()):
            if only in f"{case.id} {case.repo} {case.category}":
                yield case


def table(results: Iterable[Result]) -> str:
    """Return counts by category and reach: cases, caught, quiet of those that could tell, errors."""
    cells: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in results:
        cell = cells[row.category, row.reach]
        cell.update(cases=1, errors=bool(row.error), caught=row.caught)
        cell.update(after=row.quiet_after is not None, quiet=bool(row.quiet_after))
    lines = [f"{'category':20}{'reach':14}{'cases':>6}{'caught':>8}{'quiet after':>14}{'errors':>8}"]
    for (category, reach), cell in sorted(cells.items()):
        counts = f"{cell['cases']:>6}{cell['caught']:>8}{cell['quiet']:>8}/{cell['after']:<5}{cell['errors']:>8}"
        lines.append(f"{category:20}{reach:14}{counts}")
    return "\n".join(lines)


def main() -> int:
    """Check the cases, print one JSON line for each and a table of counts."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--clones", type=Path, required=True)
    parser.add_argument("--configs", type=Path, help="folder of <case id>.toml files")
    parser.add_argument("--only", default="")
    parser.add_argument("--command", default="greenlint")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true", help="write the table of docs/evidence.md")
    options = parser.parse_args()
    measure = Measure(shlex.split(options.command), options.clones, options.configs)
    results: list[Result] = []
    skipped: list[str] = []
    for case in read_cases(options.files, options.only):
        result = measure.result(case)
        if result is None:
            skipped.append(case.id)
            continue
        results.append(result)
        print(msgspec.json.encode(result).decode(), flush=True)
    print("\n" + table(results))
    if skipped:
        print(f"skipped, no clone: {len(skipped)}: {' '.join(skipped)}")
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1))
    if options.write:
        shown.write(msgspec.convert(row, shown.Shown, from_attributes=True) for row in results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
