"""How far a run is: a bar on the terminal for work that takes long, and words for a run that is interrupted."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from greenlint.cli.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 1.0
"""Seconds after which a bar is worth its ink."""


class Progress:
    """What an engine tells its progress to, as a context manager around the run.

    A bar appears on ``stream`` (standard error) after ``patience`` seconds if that is a terminal, and is gone
    when the run ends.
    """

    def __init__(self, console: Console, *, stream: TextIO | None = None, patience: float = PATIENCE) -> None:
        self._console = console
        self._stream = stream if stream is not None else sys.stderr
        self._timer = threading.Timer(patience, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._state = ("starting", 0, 0)
        self._bar: Bar | None = None

    def __enter__(self) -> Progress:
        if self._stream is not None and self._stream.isatty():
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def __call__(self, stage: str, done: int = 0, of: int = 0) -> None:
        """Take note of where the run is: ``done`` of ``of`` pieces, 0 if that is unknown."""
        self._state = (stage, done, of)
        self._console.begin(f"while {stage}" + (f", {done} of {of} files done" if of else ""))
        with self._lock:
            self._draw()

    def _show(self) -> None:
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        bar = Bar(*columns, TimeElapsedColumn(), console=Terminal(file=self._stream), transient=True)
        with self._lock:
            self._bar = bar
            bar.add_task("")
            bar.start()
            self._draw()

    def _draw(self) -> None:
        if self._bar is not None:
            stage, done, of = self._state
            self._bar.update(self._bar.task_ids[0], description=stage, completed=done, total=of or None)
