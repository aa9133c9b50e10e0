"""The use case: read the sources, link the project, check the rules.

Every front end asks this module, so that all print the same findings for the same program. It loads what a run
needs when there is something to run.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.engine.request import Progress, Request
from greenlint.model import INTERNAL_ERROR, Explanation, GreenlintError, Report, RuleInfo
from greenlint.source.roots import Program, programs

if TYPE_CHECKING:
    from greenlint.project.overview import Start

if TYPE_CHECKING:
    from greenlint.engine.memory import Memory
    from greenlint.engine.run import Run

__all__ = ["Progress", "Request", "check", "entry_points", "explain", "rules"]

MOST_LEFT = 3_000_000
"""Containers that earlier programs may leave in cycles, about 400 MB: four programs of the size of nova leave fewer."""


def check(paths: Sequence[Path], request: Request) -> Report:
    """Analyse the programs around the paths and report what stands in them. Raises GreenlintError."""
    from greenlint.engine.merging import merged

    started = time.perf_counter()
    found = programs(paths, request.root, request.overlay)
    report = merged([_report(program, request) for program in _one_by_one(found)])
    seconds = time.perf_counter() - started
    return replace(report, statistics=replace(report.statistics, seconds=round(seconds, 3)))


def explain(place: str, request: Request) -> tuple[Explanation, ...]:
    """Tell why something is reported at ``PATH:LINE``, or where the proof stopped. Raises GreenlintError."""
    from greenlint.engine.run import Run
    from greenlint.summary.summarising import undisturbed

    path, _, line = place.rpartition(":")
    with undisturbed():
        program = programs([Path(path)], request.root)[0]
        relative = Path(os.path.abspath(path)).relative_to(program.root).as_posix()
        return Run(program, request).explained(relative, int(line))


def entry_points(paths: Sequence[Path], request: Request) -> Mapping[str, tuple[Start, ...]]:
    """Return what starts each of the programs around the paths, by root. Raises GreenlintError."""
    from greenlint.engine.run import Run
    from greenlint.project.overview import starts
    from greenlint.summary.summarising import undisturbed

    with undisturbed():
        found = programs(paths, request.root)
        return {str(program.root): tuple(starts(Run(program, request).project())) for program in _one_by_one(found)}


def rules() -> Mapping[str, RuleInfo]:
    """Return all rules by code."""
    from greenlint.rules import all_rules

    return {rule.code: rule.info() for rule in all_rules()}


def _one_by_one(found: Sequence[Program]) -> Iterator[Program]:
    """Yield each program after what those before it left is gone, also if nobody else collects garbage."""
    for program in found:
        if gc.get_count()[0] > MOST_LEFT:
            gc.collect()
        yield program


def _report(program: Program, request: Request) -> Report:
    """Return what the last run over a program found if nothing has changed, else run over it and remember."""
    if not request.cache or request.overlay or request.environment.get("GREENLINT_NO_CACHE"):
        return _found(program, request)
    from greenlint.engine.memory import Memory, usual_directory

    usual = usual_directory(program, request)
    memory = Memory(program, request)
    found = memory.recall(usual, request.looked)
    return _found(program, request, memory, usual.path) if found is None else _shown(found, program, request)


def _found(program: Program, request: Request, memory: Memory | None = None, searched: str = "") -> Report:
    """Run over a program, unless the directory that its configuration names (not yet searched) has the report."""
    from greenlint.engine.run import Run
    from greenlint.engine.showing import shown
    from greenlint.summary.summarising import undisturbed

    with undisturbed():
        run = Run(program, request)
        report = None
        if memory is not None and run.cache is not None and run.cache.path != searched:
            report = memory.recall(run.cache, request.looked)
        if report is None:
            report = _sound(run)
            if memory is not None and run.cache is not None:
                memory.keep(run.cache, report, run.seen, request.looked)
            elif request.looked is not None:
                request.looked.whole = False
            return shown(report, program, request, run.options, run.text)
        return shown(report, program, request, run.options)


def _shown(report: Report, program: Program, request: Request) -> Report:
    """Return what is shown of a report that was remembered."""
    if not report.findings:
        return report
    from greenlint.engine.showing import shown
    from greenlint.options import load_options

    return shown(report, program, request, load_options(program.root, **request.settings))


def _sound(run: Run) -> Report:
    """Return the report of a run; one that comes to grief over facts of earlier runs is repeated without them."""
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
    return type(run)(run.program, replace(run.request, cache=False)).report()
