"""Run a linter as its user would, and write down who analyses which program and who checks which file.

``python counting.py fork|spawn|forkserver flake8|pylint ARGUMENT...`` with a file to write to in
``GREENLINT_TEST_COUNTS``. Workers that start afresh import this module as their main module, so that they
write as well. Each line is ``analysed`` or ``checked``, a process id and a path.

flake8 runs without its own checks, which would take most of the time and are no matter of ours.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any


def write(what: str, path: object) -> None:
    with open(os.environ["GREENLINT_TEST_COUNTS"], "a", encoding="utf-8") as stream:
        stream.write(f"{what} {os.getpid()} {os.path.realpath(str(path))}\n")


def counted(module: Any, name: str, tell: Callable[[Any, Sequence[Any]], None]) -> None:
    """Let a function of a module or class tell of each call: its result and its arguments."""
    original = getattr(module, name)

    @functools.wraps(original)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        tell(result, arguments)
        return result

    setattr(module, name, wrapper)


def count_analyses() -> None:
    from greenlint.source import roots

    counted(roots, "programs", lambda found, _: [write("analysed", program.root) for program in found])


def count_flake8() -> None:
    from flake8.plugins import finder

    from greenlint.flake8_plugin import Plugin

    find = finder.find_plugins
    finder.find_plugins = lambda *about: [one for one in find(*about) if _is_wanted(one)]
    counted(Plugin, "run", lambda _, arguments: write("checked", arguments[0]._filename))


def _is_wanted(plugin: Any) -> bool:
    return plugin.entry_point.group == "flake8.report" or plugin.entry_point.name == "GRN"


def count_pylint() -> None:
    from greenlint.pylint_plugin import GreenlintChecker

    counted(GreenlintChecker, "visit_module", lambda _, arguments: write("checked", arguments[1].file))


def count() -> None:
    count_analyses()
    (count_flake8 if sys.argv[2] == "flake8" else count_pylint)()


if __name__ == "__mp_main__":
    count()

if __name__ == "__main__":
    method, host, *rest = sys.argv[1:]
    count()
    multiprocessing.set_start_method(method)
    if host == "flake8":
        from flake8.main.cli import main

        raise SystemExit(main(rest))
    from pylint import run_pylint

    run_pylint(rest)
