"""One file per command; ``entry_points.py`` would be the command ``entry-points``.

A command file holds ``HELP``, ``configure`` and ``run``. It is imported to build the parser at each start, so
its top level imports only the standard library, ``greenlint.model``, ``greenlint.reporters`` (which loads
its formats on demand) and ``greenlint.cli``.
"""

from __future__ import annotations

import importlib
import pkgutil
from argparse import ArgumentParser, Namespace
from typing import Protocol, cast

from greenlint.cli.console import Console


class Command(Protocol):
    """What a command file defines."""

    HELP: str

    def configure(self, parser: ArgumentParser) -> None:
        """Add the command's arguments to its parser."""

    def run(self, arguments: Namespace, console: Console) -> int:
        """Do the work and return the exit status."""


def commands() -> dict[str, Command]:
    """Load the commands, by name."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name.replace("_", "-"): _load(name) for name in found}


def _load(name: str) -> Command:
    return cast(Command, importlib.import_module(f"{__name__}.{name}"))
