"""A process stands still when it sleeps for good, and not when it is slow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .stillness import Stillness

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc"),
]

SECONDS = 1.0
FOR_EVER = "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()"
WITH_A_CHILD_FOR_EVER = "import subprocess; subprocess.run(['sleep', '1000'])"
IN_MANY_STEPS = "import time\nwhile True: time.sleep(0.2)"
WITH_A_CHILD_AT_WORK = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {IN_MANY_STEPS!r}])"
AT_WORK = "while True: pass"


@pytest.mark.parametrize(
    ("program", "stands_still"),
    [
        pytest.param(FOR_EVER, True, id="waits for a lock that nobody gives back"),
        pytest.param(WITH_A_CHILD_FOR_EVER, True, id="waits for a child that sleeps"),
        pytest.param(IN_MANY_STEPS, False, id="sleeps again and again"),
        pytest.param(WITH_A_CHILD_AT_WORK, False, id="waits for a child that does something"),
        pytest.param(AT_WORK, False, id="computes"),
    ],
)
def test_stands_still(program: str, stands_still: bool) -> None:
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    try:
        assert _stands_still(process.pid) is stands_still
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _stands_still(session: int) -> bool:
    stillness = Stillness(session, SECONDS)
    end = time.monotonic() + 2 * SECONDS
    while time.monotonic() < end:
        if stillness.is_final():
            return True
        time.sleep(0.05)
    return False
