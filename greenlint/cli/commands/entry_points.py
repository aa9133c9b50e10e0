"""``greenlint entry-points``: what starts the program, and who patches what in it, in which order."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.cli.console import Console
from greenlint.cli.program import add_program_options, request_of
from greenlint.cli.progress import Progress

if TYPE_CHECKING:
    from greenlint.project.overview import Patching, Start

_MOST = 4
HELP = "list what starts a program, and who patches what in it"


def configure(parser: ArgumentParser) -> None:
    """Add the paths whose programs are meant."""
    parser.add_argument("paths", nargs="*", type=Path, default=[Path()], metavar="PATH", help="(default .)")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Print the entry points of each program; that there are none is no fault."""
    from greenlint import engine

    with Progress(console) as progress:
        found = engine.entry_points(arguments.paths, replace(request_of(arguments), progress=progress))
    if arguments.output_format == "json":
        programs = [
            {"root": root, "entry_points": [*map(dataclasses.asdict, starts)]} for root, starts in found.items()
        ]
        console.write([json.dumps(programs, indent=2)])
    else:
        for root, starts in found.items():
            console.write(_told(root, starts))
    return 0


def _told(root: str, starts: Sequence[Start]) -> Iterator[str]:
    yield f"# {root}"
    for start in starts:
        yield f"{start.path}:{start.line}: {start.name} ({start.kind}, {_modules(start)})"
        yield from (f"    {_patch(number, patch)}" for number, patch in enumerate(start.patches, start=1))
        if start.patches:
            yield f"    {_outcome(start)}"
        elif start.modules:
            yield "    never patches" + (", as far as is known" if start.more else "")
    if not starts:
        yield "no entry points found; name them with the key entry-points (`greenlint config entry-points`)"


def _patch(number: int, patch: Patching) -> str:
    place = f" at {patch.path}:{patch.line}" if patch.line else ""
    groups = ", ".join(patch.groups) or "nothing for sure"
    maybe = f"; perhaps {', '.join(patch.maybe)}" if patch.maybe else ""
    condition = "" if patch.certain else f", {patch.when}"
    return f"{number}. {patch.name}{place}{condition}: {groups}{maybe}"


def _outcome(start: Start) -> str:
    """Say how the groups stand once the program runs, and what came before the first patch."""
    states = (("patched", start.patched), ("perhaps", start.perhaps), ("unpatched", start.unpatched))
    told = [f"{word}: {', '.join(groups)}" for word, groups in states if groups]
    if start.before:
        more = f" and {len(start.before) - _MOST} more" if len(start.before) > _MOST else ""
        told.append(f"imported before: {', '.join(start.before[:_MOST])}{more}")
    return "; ".join(told)


def _modules(start: Start) -> str:
    if not start.modules:
        return f"{start.module} of another distribution"
    return "1 module" if start.modules == 1 else f"{start.modules} modules"
