"""What a program about patching shows when it runs: who waits for whom, what is raised, what never ends.

Such a program starts greenthreads that each wait a moment and then print a line. Lines that come together were
waited for together: it is *green*. Lines that come one after the other were not: something *blocks*.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.catalogue import Program

from .stillness import Stillness

WAIT = 0.3
"""Seconds that each greenthread of such a program waits."""

TIME_LIMIT = 30.0
"""Seconds after which a program counts as hanging that never stands still; a healthy one takes about one."""

STILL = 2.0
"""Seconds asleep after which a program hangs; no healthy one sleeps for half as long."""

_LOOK = 0.1
"""Seconds between two looks at a program that may have come to stand still."""

_ERROR = re.compile(r"\b(RecursionError|[A-Z]\w*Error|LoopExit|greenlet\.error)\b")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run showed: seconds between the first and the last line, the exceptions named, whether it ended."""

    lines: int
    spread: float
    errors: tuple[str, ...]
    hung: bool
    output: str

    def is_(self, word: str) -> bool:
        """Whether the run showed what a header says: green, blocks, hangs or the name of an exception."""
        if word == "hangs":
            return self.hung
        if word == "blocks":
            return not self.hung and not self.errors and self.lines > 1 and self.spread > WAIT * (self.lines - 1.5)
        if word == "green":
            return not self.hung and not self.errors and self.lines > 1 and self.spread < WAIT
        return word in self.errors


def watch(program: Program, directory: Path) -> Shown:
    """Write the program below ``directory``, run its main file and take the time of each line that it prints."""
    program.write(directory)
    folder = directory / program.folder
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", program.main],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    watcher = _Watcher(process)
    watcher.start()
    times: list[float] = []
    lines: list[str] = []
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            times.append(time.monotonic())
            lines.append(line)
    process.wait()
    watcher.join()
    output = "".join(lines)
    spread = times[-1] - times[0] if times else 0.0
    return Shown(len(lines), spread, tuple(sorted(set(_ERROR.findall(output)))), watcher.hung, output)


class _Watcher(threading.Thread):
    """Ends a process, with its children, when it stands still or takes too long."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.hung = False

    def run(self) -> None:
        """Look at the process until it has ended."""
        stillness = Stillness(self._process.pid, STILL)
        limit = time.monotonic() + TIME_LIMIT
        while self._process.poll() is None:
            if stillness.is_final() or time.monotonic() > limit:
                self.hung = True
                os.killpg(self._process.pid, signal.SIGKILL)
                return
            time.sleep(_LOOK)
