"""A program that is reported for its patching goes wrong when it runs, in the way it says; a silent one does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.fixtures.annotations import Claim, read_header
from tests.fixtures.catalogue import Program, programs

from .busy import again_if_busy
from .timing import Shown, watch

pytestmark = pytest.mark.runtime

AT_ONCE = 3
"""Programs that run at the same time."""


def shows(program: Program) -> str:
    """What the header says a run shows, empty for a program that cannot be run."""
    said = read_header(program.files[program.main])[1].get("shows", "")
    words = dict(part.split("=") if "=" in part else ("", part) for part in said.replace(",", " ").split())
    return words.get(program.library, words.get("", ""))


def concerns_this_python(program: Program) -> bool:
    """Whether a run shows it on this Python: on those of ``# python:``, or on all."""
    versions = read_header(program.files[program.main])[1].get("python", "")
    return not versions or f"{sys.version_info[0]}.{sys.version_info[1]}" in versions.split()


SHOWING = [program for program in programs() if shows(program)]


RUN = [program for program in SHOWING if concerns_this_python(program)]


@pytest.fixture(scope="module")
def show(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[Program], Shown]]:
    """Run a program, and begin with those of the next tests: they sleep most of their time."""
    directory = tmp_path_factory.mktemp("programs")
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    queue = [item.callspec.params["program"] for item in items if item.function is test_program_shows_what_it_says]
    begun: dict[str, Future[Shown]] = {}

    def shown(program: Program) -> Shown:
        place = queue.index(program)
        for other in queue[place : place + AT_ONCE]:
            if other.folder not in begun:
                begun[other.folder] = pool.submit(watch, other, directory)
        return begun.pop(program.folder).result()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield shown


@pytest.mark.parametrize("program", RUN, ids=str)
@again_if_busy
def test_program_shows_what_it_says(program: Program, show: Callable[[Program], Shown]) -> None:
    shown = show(program)
    assert shown.is_(shows(program)), f"{shown.lines} lines in {shown.spread:.2f} s, hung: {shown.hung}\n{shown.output}"


@pytest.mark.parametrize("program", SHOWING, ids=str)
def test_verdict_is_what_the_run_shows(program: Program) -> None:
    """A fault of patching is claimed exactly where the run is not green; style (GRN304) shows in no run."""
    claims = [
        claim
        for _, claim in program.annotations()
        if claim.code.startswith(("GRN2", "GRN3", "GRN4")) and claim.code != "GRN304"
    ]
    faulty = any(claim.claim is not Claim.FALSE for claim in claims)
    assert faulty == (shows(program) != "green")
