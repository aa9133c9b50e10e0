"""A machine with far more to do than it can do says nothing about time: what disagrees then is tried again.

On a machine that keeps up nothing is, so that a program which does not always show the same is found out.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")

MOST = 3
"""Processes that are ready to run, for each processor; two workers of pytest and their programs are less."""

TRIES = 3


def is_busy() -> bool:
    """Tell whether too many processes were ready to run, in the mean of the last minute."""
    return os.getloadavg()[0] > MOST * (os.cpu_count() or 1)


def again_if_busy(test: Callable[P, None]) -> Callable[P, None]:
    """Try a test again that fails on a busy machine."""

    @functools.wraps(test)
    def tried(*args: P.args, **kwargs: P.kwargs) -> None:
        for _ in range(TRIES - 1):
            try:
                return test(*args, **kwargs)
            except AssertionError:
                if not is_busy():
                    raise
        return test(*args, **kwargs)

    return tried
