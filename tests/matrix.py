"""Run the tests of the front ends under other versions of flake8, pylint and Python.

``python -m tests.matrix`` makes a virtual environment for each combination that the machine can make, installs
greenlint and the versions into it (this needs a package index) and runs the tests of the flake8 or the pylint
plugin there. What the machine lacks is said, not passed over. ``--whole-tree`` adds the fixture programs in
every mode, ``--keep DIR`` keeps the environments for the next time, and words choose combinations by name.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
FLAKE8 = (
    ("flake8==6.0.*",),
    ("flake8==6.1.*", "hacking==6.1.*"),
    ("flake8==7.1.*", "hacking==7.*"),
    ("flake8==7.3.*", "hacking==8.*"),
    ("flake8",),
)
"""The oldest, those that OpenStack's hacking pins, with it beside, and the newest."""
PYLINT = (("pylint==3.0.*",), ("pylint==3.3.*",), ("pylint==4.0.*",), ("pylint<5",))
TOOLS = ("pytest>=8", "hypothesis", "pyyaml")
TESTS = {
    "flake8": ("tests/flake8_plugin", "tests/front_ends/test_first.py", "tests/front_ends/test_failures.py"),
    "pylint": ("tests/pylint_plugin", "tests/front_ends/test_first.py", "tests/front_ends/test_failures.py"),
}


@dataclass(frozen=True, slots=True)
class Combination:
    """One environment: a Python and the requirements of one host."""

    python: str
    host: str
    requirements: tuple[str, ...]

    def __str__(self) -> str:
        return f"Python {self.python}, {', '.join(self.requirements)}"


def combinations() -> Iterator[Combination]:
    """The newest hosts under every Python, all hosts under the oldest."""
    for host, versions in (("flake8", FLAKE8), ("pylint", PYLINT)):
        for requirements in versions:
            yield Combination(PYTHONS[0], host, requirements)
        for python in PYTHONS[1:]:
            yield Combination(python, host, versions[-1])


def interpreter(version: str) -> str | None:
    """Return an interpreter of a version that starts; those of pyenv need not be on the path."""
    known = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    for candidate in (f"python{version}", *map(str, known)):
        found = shutil.which(candidate)
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


def prepare(combination: Combination, directory: Path, python: str) -> Path:
    """Make the environment, or take it as it is; return its interpreter. Raises CalledProcessError."""
    own = directory / "bin" / "python"
    if not own.exists():
        subprocess.run([python, "-m", "venv", str(directory)], check=True)
    install = [str(own), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, "-e", str(ROOT), *combination.requirements, *TOOLS], check=True)
    return own


def run(python: Path, combination: Combination, whole_tree: bool) -> tuple[bool, str]:
    """Run the tests; return whether they passed and pytest's last line."""
    tests = [*TESTS[combination.host], *(("tests/front_ends/test_parity.py",) if whole_tree else ())]
    words = [str(python), "-m", "pytest", "-p", "no:cacheprovider", "-k", chosen(combination.host), *tests]
    env = {**os.environ, "GREENLINT_TEST_EVERYTHING": "1"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines() or [done.stderr.strip()]
    failures = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return done.returncode == 0, "\n    ".join([lines[-1], *failures])


def chosen(host: str) -> str:
    """Leave out the tests that need the host which is not installed."""
    return "not pylint" if host == "flake8" else "not flake8"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix; return the number of combinations that failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="run only combinations whose names contain one of these")
    parser.add_argument("--whole-tree", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    asked = parser.parse_args(arguments)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        base = asked.keep or Path(scratch)
        for combination in combinations():
            if asked.words and not any(word in str(combination) for word in asked.words):
                continue
            python = interpreter(combination.python)
            if python is None:
                print(f"LACKS  {combination}: no such Python here", flush=True)
                continue
            name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in str(combination))
            started = time.monotonic()
            try:
                own = prepare(combination, base / name, python)
            except subprocess.CalledProcessError as error:
                print(f"LACKS  {combination}: {error}", flush=True)
                continue
            passed, last = run(own, combination, asked.whole_tree)
            failed += not passed
            print(
                f"{'ok    ' if passed else 'FAILED'} {combination} ({time.monotonic() - started:.0f} s)\n    {last}",
                flush=True,
            )
    return failed


if __name__ == "__main__":
    sys.exit(main())
