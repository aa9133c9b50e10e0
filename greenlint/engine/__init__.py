"""The use case: read the sources, link the project, check the rules.

Every front end asks this module, so that all print the same findings for the same program. It loads what a run
needs when there is something to run.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from greenlint.engine.request import Progress, Request
from greenlint.model import Report, RuleInfo
from greenlint.source.roots import programs

__all__ = ["Progress", "Request", "check", "explain", "rules"]

_RECURSION_LIMIT = 6000


def check(paths: Sequence[Path], request: Request) -> Report:
    """Analyse the programs around the paths and report what stands in them. Raises GreenlintError."""
    from greenlint.engine.merging import merged
    from greenlint.engine.run import Run

    started = time.perf_counter()
    with _collector_off():
        report = merged([Run(program, request).report() for program in programs(paths, request.root, request.overlay)])
    seconds = time.perf_counter() - started
    return replace(report, statistics=replace(report.statistics, seconds=round(seconds, 3)))


def explain(place: str, request: Request) -> str:
    """Tell the proof for a client made or used at ``PATH:LINE``, or where it stopped. Raises GreenlintError."""
    from greenlint.engine.run import Run
    from greenlint.project.explain import explanation

    path, _, line = place.rpartition(":")
    with _collector_off():
        program = programs([Path(path)], request.root)[0]
        relative = Path(os.path.abspath(path)).relative_to(program.root).as_posix()
        return explanation(Run(program, request).project(), relative, int(line))


def rules() -> Mapping[str, RuleInfo]:
    """Return all rules by code."""
    from greenlint.rules import all_rules

    return {rule.code: rule.info() for rule in all_rules()}


@contextmanager
def _collector_off() -> Iterator[None]:
    """Facts are trees without cycles: collecting while they grow costs a third of the time.

    Questions about values lead to questions: their depth is bounded, and above Python's default.
    """
    was_on, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if was_on:
            gc.enable()
