"""Does a process hang? It does when none of its threads, nor those of its children, has woken for a while.

A time limit alone has to be long, or a loaded machine makes a slow program look like one that hangs. Here a slow
program is none: it is runnable, or it wakes up, however rarely it is given a processor. Read from /proc, and so told
on Linux only; elsewhere nothing ever stands still.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_BUSY = "RD"


class Stillness:
    """Watches the processes of one session, which is that of the process with this number.

    ``seconds`` have to be longer than any healthy program sleeps.
    """

    def __init__(self, session: int, seconds: float) -> None:
        self._session = session
        self._seconds = seconds
        self._seen: object = None
        self._since = time.monotonic()

    def is_final(self) -> bool:
        """Look at the processes; tell whether no thread has run for that long."""
        now, seen = time.monotonic(), _asleep(self._session)
        if seen is None or seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since > self._seconds


def _asleep(session: int) -> object:
    """Return a number for each thread that grows when it wakes; None if one runs, or if there is nothing to see."""
    found: dict[str, str] = {}
    for process in _of(session):
        for thread in _listed(process / "task"):
            fields = dict(line.split(":\t", 1) for line in _read(thread / "status").splitlines() if ":\t" in line)
            if fields.get("State", "R")[0] in _BUSY:
                return None
            found[thread.name] = fields.get("voluntary_ctxt_switches", "")
    return found or None


def _of(session: int) -> Iterator[Path]:
    for process in _listed(_PROCESSES):
        if process.name.isdecimal():
            # the command in parentheses may hold spaces; then come state, parent, group and session
            fields = _read(process / "stat").rpartition(")")[2].split()
            if len(fields) > 3 and fields[3] == str(session):
                yield process


def _listed(directory: Path) -> list[Path]:
    try:
        return [*directory.iterdir()]
    except OSError:
        return []  # it has ended meanwhile


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
