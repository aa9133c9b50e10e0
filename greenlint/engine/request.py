"""What a front end asks of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from greenlint.source.footprint import Looked

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a front end asks for, besides the paths.

    ``overrides`` are settings of the command line by key; ``jobs`` None leaves the number of processes to the
    options; ``overlay`` holds the text of unsaved files by absolute path. ``checked`` are the files (absolute, as
    they are written and with links resolved) that a host linter checks when it shows the findings itself: each is
    then shown in one of these.
    Only what the module of ``entry_point`` imports counts if one is given: every step of a proof lies there.
    Without ``baseline`` known findings are reported, too. ``progress`` is told the stage of the run, how much of
    it is done, and of how much (0 if that is unknown). An ``executor`` summarises files in place of processes of
    our own, ``jobs`` of them at most. ``looked`` is told what the reports rest on.
    """

    root: Path | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False
    overrides: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    jobs: int | None = None
    cache: bool = True
    overlay: Mapping[Path, bytes] = field(default_factory=dict)
    checked: frozenset[str] | None = None
    entry_point: str = ""
    baseline: bool = True
    progress: Progress | None = None
    executor: Executor | None = None
    looked: Looked | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """What `load_options` and `written_at` are asked with: where the settings come from."""
        return {
            "config": self.config,
            "isolated": self.isolated,
            "environment": self.environment,
            "overrides": self.overrides,
        }
