"""A call that is reported stops the heartbeat of another greenthread, or fails; one that is silent does neither.

Such a program watches its functions one after the other and prints a line for each: its name, and *green*, *stalls* or
the exception it ended with. The name comes first, so that of a function that hangs nothing else is seen: two seconds
later faulthandler ends the program. ``# servers:`` names the servers that it talks to, and ``# needs:`` the modules
that it imports and that are no part of the development set-up; it is skipped where one is missing.
"""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fixtures.annotations import Claim, read_annotations, read_header
from tests.fixtures.catalogue import Program, programs

from .busy import again_if_busy
from .driver_servers import driver_servers
from .servers import all_servers

pytestmark = pytest.mark.runtime

TIME_LIMIT = 30.0
"""Seconds after which a program counts as broken; a healthy one takes about four."""


def header(program: Program, key: str) -> list[str]:
    """The words that the header of a program gives for a key."""
    return read_header(program.files[program.main])[1].get(key, "").replace(",", " ").split()


def lacks(program: Program) -> list[str]:
    """The modules that a program needs and that are not installed."""
    return [name for name in header(program, "needs") if find_spec(name) is None]


WATCHED = [program for program in programs() if header(program, "heartbeat")]
RUN = [program for program in WATCHED if not lacks(program)]


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, str]]:
    with all_servers() as addresses, driver_servers() as others:
        yield {**addresses, **others}


@pytest.mark.parametrize("program", WATCHED, ids=str)
@again_if_busy
def test_what_stalls_is_what_is_reported(program: Program, tmp_path: Path, servers: Mapping[str, str]) -> None:
    if missing := lacks(program):
        pytest.skip(f"not installed: {', '.join(missing)}")
    shown = watch(program, tmp_path, servers)
    claimed = faulty(program.files[program.main])
    assert {name for name, word in shown.items() if word != "green"} == claimed, shown
    assert len(shown) > len(claimed), "a program without a green call shows nothing"


def watch(program: Program, directory: Path, servers: Mapping[str, str]) -> dict[str, str]:
    """Run a program; return the word for each function that was watched, "hangs" for one that was begun in vain."""
    program.write(directory)
    folder = directory / program.folder
    addresses = {f"GREENLINT_{name.upper()}": servers[name] for name in header(program, "servers")}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", program.main],
        cwd=folder,
        env={**os.environ, **addresses, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    threading.Thread(target=_end, args=(process,), daemon=True).start()
    assert process.stdout is not None
    with process.stdout:
        lines = [line.split() for line in process.stdout]
    return {words[0]: words[1] if len(words) > 1 else "hangs" for words in lines if words}


def _end(process: subprocess.Popen[str]) -> None:
    """Wait for the end of a program, and end what it has forked: it would keep the output open."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(TIME_LIMIT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def faulty(source: str) -> set[str]:
    """The names of the functions in which a fault is claimed, reported today or not."""
    lines = {a.line for a in read_annotations(source) if a.code.startswith("GRN2") and a.claim is not Claim.FALSE}
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {f.name for f in functions if any(f.lineno <= line <= (f.end_lineno or f.lineno) for line in lines)}
