"""The use case: read the sources, link the project, check the rules.

Every front end asks this module, so that all print the same findings for the same program. It loads what a run
needs when there is something to run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.engine.request import Progress, Request
from greenlint.model import INTERNAL_ERROR, GreenlintError, Report, RuleInfo
from greenlint.source.roots import Program, programs

if TYPE_CHECKING:
    from greenlint.project.overview import Start

__all__ = ["Progress", "Request", "check", "entry_points", "explain", "rules"]


def check(paths: Sequence[Path], request: Request) -> Report:
    """Analyse the programs around the paths and report what stands in them. Raises GreenlintError."""
    from greenlint.engine.merging import merged

    started = time.perf_counter()
    report = merged([_report(program, request) for program in programs(paths, request.root, request.overlay)])
    seconds = time.perf_counter() - started
    return replace(report, statistics=replace(report.statistics, seconds=round(seconds, 3)))


def explain(place: str, request: Request) -> str:
    """Tell the proof for a client made or used at ``PATH:LINE``, or where it stopped. Raises GreenlintError."""
    from greenlint.engine.run import Run
    from greenlint.project.explain import explanation
    from greenlint.summary.summarising import undisturbed

    path, _, line = place.rpartition(":")
    with undisturbed():
        program = programs([Path(path)], request.root)[0]
        relative = Path(os.path.abspath(path)).relative_to(program.root).as_posix()
        return explanation(Run(program, request).project(), relative, int(line))


def entry_points(paths: Sequence[Path], request: Request) -> Mapping[str, tuple[Start, ...]]:
    """Return what starts each of the programs around the paths, by root. Raises GreenlintError."""
    from greenlint.engine.run import Run
    from greenlint.project.overview import starts
    from greenlint.summary.summarising import undisturbed

    with undisturbed():
        found = programs(paths, request.root)
        return {str(program.root): tuple(starts(Run(program, request).project())) for program in found}


def rules() -> Mapping[str, RuleInfo]:
    """Return all rules by code."""
    from greenlint.rules import all_rules

    return {rule.code: rule.info() for rule in all_rules()}


def _report(program: Program, request: Request) -> Report:
    """Run over one program; a run that comes to grief over facts of earlier runs is repeated without them."""
    from greenlint.engine.run import Run
    from greenlint.summary.summarising import undisturbed

    with undisturbed():
        run = Run(program, request)
        try:
            report = run.report()
        except GreenlintError:
            raise
        except Exception:
            if not run.recalled:
                raise
        else:
            if not (run.recalled and any(notice.code == INTERNAL_ERROR for notice in report.notices)):
                return report
        return Run(program, replace(request, cache=False)).report()
