"""One run of a fixture program under the real library, in a process of its own.

A program that can be run reads the addresses of its servers from the environment (``GREENLINT_HTTP``,
``GREENLINT_TCP``, ...) and prints two words for every answer: what it asked and what it was told.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.catalogue import Program

TIME_LIMIT = 30.0
"""Seconds after which a program counts as hanging; a healthy one takes about one."""

COLLISION = re.compile(
    r"Second simultaneous (?:read|write)|ConcurrentObjectUseError|reentrant call|CannotSendRequest"
    r"|ResponseNotReady|BadStatusLine|Packet sequence number wrong|StreamConsumedError|TimeoutError"
    r"|[Cc]annot switch to a different thread|InterfaceError: \(0, "
)
"""What two greenthreads on one connection raise, as observed under eventlet 0.41 and gevent 26."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run showed. ``wrong`` are the answers to another question, or to two at once."""

    answers: int
    wrong: tuple[str, ...]
    errors: str
    hung: bool

    @property
    def sound(self) -> bool:
        """Whether every question was answered, and with its own answer."""
        return not (self.wrong or self.errors or self.hung)

    @property
    def collided(self) -> bool:
        """Whether it failed because two greenthreads used one connection, not by a slip in the program."""
        return bool(COLLISION.search(self.errors))

    def __str__(self) -> str:
        return f"{self.answers} answers, wrong: {list(self.wrong)}, hung: {self.hung}\n{self.errors}"


def run(program: Program, directory: Path, servers: Mapping[str, str]) -> Outcome:
    """Write the program below ``directory`` and run its main file against the servers that it names."""
    program.write(directory)
    addresses = {f"GREENLINT_{name.upper()}": servers[name] for name in program.servers}
    try:
        process = subprocess.run(
            [sys.executable, "-W", "ignore", program.main],
            cwd=directory / program.folder,
            env={**os.environ, **addresses, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(0, (), "", hung=True)
    answers = [line for line in process.stdout.splitlines() if line]
    wrong = tuple(line for line in answers if not _is_right(line))
    failed = process.returncode or "Traceback" in process.stderr
    return Outcome(len(answers), wrong, process.stderr if failed else "", hung=False)


def _is_right(line: str) -> bool:
    asked, _, told = line.partition(" ")
    return asked == told
