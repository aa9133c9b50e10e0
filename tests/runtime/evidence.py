"""The table of what runs showed: ``python -m tests.runtime.evidence [-o FILE] [--only TEXT]``.

Every fixture program that can be run is run once under its library, as the tests do. A row tells the hazard (what the
program shows, in its own words), the library, what was observed, what greenlint says of the program, and whether the
two agree; a run that disagrees is made once more. The exit status is 1 if any row disagrees in the end.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tests.fixtures.annotations import Claim
from tests.fixtures.catalogue import Program

from . import test_blocking, test_patching, test_truth, timing
from .driver_servers import driver_servers
from .running import COLLISION, run
from .servers import all_servers

AT_ONCE = 3
LIBRARIES = ("eventlet", "gevent")


@dataclass(frozen=True, slots=True)
class Row:
    """One run: the program, what was observed, and whether that is what greenlint says."""

    program: Program
    observed: str
    agrees: bool

    def __str__(self) -> str:
        said = sorted({a.code for _, a in self.program.annotations() if a.claim is not Claim.FALSE})
        verdict = f"{', '.join(said) or 'silent'}{'' if self.agrees else ', **which is not so**'}"
        cells = (self.program.title.rstrip("."), self.program.library, self.observed, verdict)
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def shared(program: Program, directory: Path, servers: Mapping[str, str]) -> Row:
    """Run a program in which greenthreads share a client, or take care not to."""
    outcome = run(program, directory, servers)
    raised = COLLISION.search(outcome.errors)
    if raised:
        observed = f"raises: {raised[0]}"
    elif outcome.hung:
        observed = "hangs"
    elif outcome.wrong:
        observed = "gets answers to other questions"
    else:
        observed = f"all {outcome.answers} answers are right" if outcome.sound else "fails for another reason"
    went_wrong = bool(outcome.wrong or outcome.hung or outcome.collided)
    return Row(program, observed, went_wrong if program.shares() else outcome.sound)


def patched(program: Program, directory: Path) -> Row:
    """Run a program that patches, or fails to."""
    expected = test_patching.shows(program)
    shown = timing.watch(program, directory)
    words = [word for word in ("hangs", "blocks", "green") if shown.is_(word)]
    observed = {"hangs": "hangs", "blocks": "greenthreads wait in turn", "green": "greenthreads wait together"}
    raised = ", ".join(error for error in shown.errors if error == expected) or ", ".join(shown.errors)
    return Row(program, f"raises: {raised}" if raised else observed.get("".join(words[:1]), "?"), shown.is_(expected))


def blocking(program: Program, directory: Path, servers: Mapping[str, str]) -> Row:
    """Run a program whose calls are watched by a heartbeat."""
    shown = test_blocking.watch(program, directory, servers)
    stalled = {name for name, word in shown.items() if word != "green"}
    calls = ", ".join(f"{name} {word}" for name, word in shown.items())
    return Row(program, calls, stalled == test_blocking.faulty(program.files[program.main]))


def settled(row: Row, ask: Callable[[Path], Row], directory: Path) -> Row:
    """Return a row; one that disagrees is asked once more, because what a run shows hangs on time."""
    return row if row.agrees else ask(directory / "again")


def sections(servers: Mapping[str, str], only: str) -> Mapping[str, list[Callable[[Path], Row]]]:
    """Return what is to be run, by heading."""
    chosen: dict[str, list[Callable[[Path], Row]]] = {
        "Sharing": [lambda d, p=p: shared(p, d, servers) for p in test_truth.RUNNABLE if only in str(p)],
        "Patching": [lambda d, p=p: patched(p, d) for p in test_patching.RUN if only in str(p)],
        "Blocking": [lambda d, p=p: blocking(p, d, servers) for p in test_blocking.RUN if only in str(p)],
    }
    return chosen


def document(rows: Mapping[str, list[Row]]) -> str:
    """Return the tables, as Markdown."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    lines = [
        "# What runs showed", "",
        f"Written by `python -m tests.runtime.evidence`, with {versions} and Python {platform.python_version()}."
        " One row is one run of one program in [fixtures](../fixtures/README.md);"
        " `pytest -m runtime` holds each to its verdict.", "",
        "| | programs | runs | go wrong and are reported | go well and are silent | disagree |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for heading, found in rows.items():
        kinds = Counter("disagree" if not row.agrees else "wrong" if _is_fault(row) else "well" for row in found)
        names = len({row.program.name for row in found})
        lines.append(
            f"| {heading} | {names} | {len(found)} | {kinds['wrong']} | {kinds['well']} | {kinds['disagree']} |"
        )
    for heading, found in rows.items():
        lines += ["", f"## {heading}", "", "| hazard | library | observed | verdict |", "|---|---|---|---|"]
        lines += [str(row) for row in sorted(found, key=lambda row: (row.program.name, row.program.library))]
    return "\n".join(lines) + "\n"


def _is_fault(row: Row) -> bool:
    return any(annotation.claim is not Claim.FALSE for _, annotation in row.program.annotations())


def main() -> int:
    """Run the programs and write the document; exit 1 if any run is not what greenlint says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--only", default="", help="part of the name or title of a program")
    options = parser.parse_args()
    with (
        all_servers() as plain,
        driver_servers() as others,
        tempfile.TemporaryDirectory() as place,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        asked = sections({**plain, **others}, options.only)
        begun = {heading: [(ask, pool.submit(ask, Path(place))) for ask in asks] for heading, asks in asked.items()}
        rows = {
            heading: [settled(future.result(), ask, Path(place)) for ask, future in runs]
            for heading, runs in begun.items()
        }
    text = document(rows)
    if options.output:
        options.output.write_text(text, "utf-8")
    else:
        print(text, end="")
    return int(any(not row.agrees for found in rows.values() for row in found))


if __name__ == "__main__":
    sys.exit(main())
