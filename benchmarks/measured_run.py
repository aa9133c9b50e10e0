"""One run of a command, measured from outside: exit status, CPU seconds, peak memory, what it printed."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What a command did and cost.

    ``cpu`` is user and system seconds of the process and of the children it waited for; ``peak_mb`` the
    largest resident set of any of them (MiB).  ``status`` is negative when a signal ended it.
    """

    status: int
    cpu: float
    wall: float
    peak_mb: float
    out: bytes
    err: str


def run(
    command: Sequence[str], cwd: Path, *, limit: float = 900, environment: Mapping[str, str] | None = None
) -> MeasuredRun:
    """Run the command and measure it; after ``limit`` wall seconds it is killed (status -9)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment
        )
        pid, waited, usage = os.wait4(process.pid, os.WNOHANG)
        while not pid:
            if time.perf_counter() - started > limit:
                process.send_signal(signal.SIGKILL)
            time.sleep(POLL_SECONDS)
            pid, waited, usage = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(waited)
        wall = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        return MeasuredRun(
            status=process.returncode,
            cpu=usage.ru_utime + usage.ru_stime,
            wall=wall,
            peak_mb=usage.ru_maxrss / 1024,
            out=out.read(),
            err=err.read().decode("utf-8", "replace"),
        )
