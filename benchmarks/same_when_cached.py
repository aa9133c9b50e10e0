#!/usr/bin/env python3
"""Compare what greenlint says with and without its cache, while a real project changes under it.

usage: same_when_cached.py TREE ...

Each tree is copied. After every change (edits, renames, deletions, permissions, clocks that are wrong, a damaged
cache) the command runs with the cache, again with the cache, and without one: the bytes on stdout must be the same.
Exits 1 if they ever differ.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import measured_run

COMMAND = (sys.executable, "-W", "ignore", "-m", "greenlint", "check", "--exit-zero", "--output-format", "full", ".")
CENTURY = 100 * 365 * 86400


class Copy:
    """A copy of a project, and files of it drawn at random (always the same ones)."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self.path = folder / tree.name
        shutil.copytree(tree, self.path, symlinks=True, ignore=shutil.ignore_patterns(".git", ".greenlint_cache"))
        self._random = random.Random(tree.name)

    def files(self, count: int) -> list[Path]:
        """Return some of the Python files that mention a greenthread library, or of all if there are too few."""
        found = sorted(path for path in self.path.rglob("*.py") if path.is_file() and not path.is_symlink())
        concerned = [path for path in found if b"eventlet" in path.read_bytes() or b"gevent" in path.read_bytes()]
        chosen = concerned if len(concerned) >= count else found
        return self._random.sample(chosen, min(count, len(chosen)))

    def said(self, *options: str) -> bytes:
        """Return what the command prints."""
        done = measured_run.run([*COMMAND, *options], self.path)
        if done.status:
            raise SystemExit(f"{self.path.name}: exit {done.status}\n{done.err[-2000:]}")
        return done.out


def nothing(copy: Copy) -> None:
    """Change nothing."""


def edit(copy: Copy) -> None:
    """Put a client and a line at the top of some files, so that all lines move."""
    for path in copy.files(5):
        path.write_bytes(b"import httplib2; SHARED_HTTP = httplib2.Http()\n" + path.read_bytes())


def comment(copy: Copy) -> None:
    """Put a comment at the top of one file and at the end of another, which changes nothing but lines."""
    for number, path in enumerate(copy.files(2)):
        path.write_bytes(b"# a comment\n" + path.read_bytes() if number else path.read_bytes() + b"\n# a comment\n")


def rename(copy: Copy) -> None:
    """Rename some modules."""
    for path in copy.files(3):
        path.rename(path.with_name(f"renamed_{path.name}"))


def delete(copy: Copy) -> None:
    """Delete some modules."""
    for path in copy.files(3):
        path.unlink()


def exchange(copy: Copy) -> None:
    """Exchange two files, each with the times of the other."""
    one, other = copy.files(2)
    kept = one.with_name("kept")
    one.rename(kept)
    other.rename(one)
    kept.rename(other)


def forbid(copy: Copy) -> None:
    """Take away the right to read (which does nothing to an administrator)."""
    for path in copy.files(2):
        path.chmod(0)


def permit(copy: Copy) -> None:
    """Give it back, and make every file executable."""
    for path in copy.path.rglob("*.py"):
        path.chmod(0o755)


def wrong_clocks(copy: Copy) -> None:
    """Edit files whose times are in the far future and in the past."""
    now = time.time()
    for path, when in zip(copy.files(4), (now + CENTURY, now - 20 * 86400, 0, now + 1), strict=False):
        path.write_bytes(path.read_bytes() + b"\nimport eventlet\n")
        os.utime(path, (when, when))


def damage(copy: Copy) -> None:
    """Cut some files of the cache short and fill others with noise."""
    for number, path in enumerate(sorted((copy.path / ".greenlint_cache").iterdir())):
        if path.is_file() and number % 2:
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2] if number % 4 == 1 else bytes(reversed(data)))


CHANGES: tuple[Callable[[Copy], None], ...] = (
    nothing, edit, comment, rename, delete, exchange, forbid, permit, wrong_clocks, damage,
)  # fmt: skip


def differences(tree: Path) -> Iterator[str]:
    """Yield the changes after which cached and uncached runs differ."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(tree, Path(folder))
        for change in CHANGES:
            change(copy)
            first, second, uncached = copy.said(), copy.said(), copy.said("--no-cache")
            same = first == second == uncached
            told = "same" if same else "DIFFERENT"
            print(f"{tree.name}: {change.__name__}: {told}, {len(uncached)} bytes", flush=True)
            if not same:
                yield f"{tree.name}: {change.__name__}"


def main() -> int:
    """Print a line for each change; exit 1 if a run differs."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("trees", type=Path, nargs="+", metavar="TREE")
    found = [difference for tree in parser.parse_args().trees for difference in differences(tree.resolve())]
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
