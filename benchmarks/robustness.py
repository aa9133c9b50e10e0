#!/usr/bin/env python3
"""Run greenlint over code that it was not made for: the standard library with its tests, and large packages.

usage: robustness.py [DIR ...] [--library] [--packages FILE --into DIR] [--limit SECONDS]

Each DIR is one program. ``--library`` adds the standard library of the running Python with its tests, which hold what
no other code contains. ``--packages`` names a list of pinned requirements (benchmarks/packages.txt), whose wheels
pip downloads to ``--into`` and which are unpacked there, once; nothing of them is run.

A program that mentions neither eventlet nor gevent would be passed over; one declared root makes the run go all the
way.
Printed are, for each program, files, notices and CPU seconds, and what could not be read. The exit status is 1 if a run
gave no report, a rule failed (GRN900), or the limit was reached.
"""

from __future__ import annotations

import argparse
import collections
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import measured_run
import msgspec
from ecosystem import Report

COMMAND = (
    sys.executable, "-m", "greenlint", "check", "--isolated", "--no-cache", "--exit-zero", "--jobs=1",
    "--output-format=json", "--config=respect-gitignore=false",
    "--config", 'roots=[{callable="robustness.*", multiplicity="many"}]',
)  # fmt: skip
PIP = (
    sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python", "--only-binary=:all:",
)  # fmt: skip


def downloaded(requirements: Path, into: Path) -> Iterator[Path]:
    """Yield a folder with the files of each package, which pip fetches as a wheel if it is not there."""
    for requirement in requirements.read_text(encoding="utf-8").split():
        folder = into / requirement
        if not folder.is_dir():
            wheels = into / f"{requirement}.wheel"
            subprocess.run([*PIP, "--dest", wheels, requirement], check=True)
            for wheel in wheels.glob("*.whl"):
                zipfile.ZipFile(wheel).extractall(folder)
        yield folder


def told(program: Path, limit: float) -> bool:
    """Run over one program, with its tests, and print a line; return whether all went well."""
    tests = sorted(path for path in program.glob("test/*") if path.suffix == ".py" or path.is_dir())
    words = [*COMMAND, "--root", str(program), str(program), *map(str, tests)]
    done = measured_run.run(words, program, limit=limit)
    try:
        report = msgspec.json.decode(done.out, type=Report)
    except msgspec.MsgspecError:
        print(f"{program.name}: NO REPORT, exit {done.status} after {done.wall:.0f} s\n{done.err[-2000:]}", flush=True)
        return False
    failed = [notice for notice in report.notices if notice.code != "GRN901"]
    unread = collections.Counter(notice.message for notice in report.notices if notice.code == "GRN901")
    print(
        f"{program.name}: {report.statistics.files} files, {len(report.findings)} findings,"
        f" {sum(unread.values())} files unread, {len(failed)} faults, {done.cpu:.1f} CPU s, {done.peak_mb:.0f} MB",
        flush=True,
    )
    for message, count in unread.most_common(5):
        print(f"    {count} {message}")
    for notice in failed:
        print(f"    {notice.code} {notice.path}:{notice.line} {notice.message}")
    return not failed


def main() -> int:
    """Run over every program that is given."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("programs", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--limit", type=float, default=900)
    options = parser.parse_args()
    if bool(options.packages) != bool(options.into):
        parser.error("--packages and --into go together")
    programs = [path.resolve() for path in options.programs]
    programs += [Path(sysconfig.get_path("stdlib"))] if options.library else []
    programs += downloaded(options.packages, options.into.resolve()) if options.packages else ()
    failed = [program for program in programs if not told(program, options.limit)]
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
