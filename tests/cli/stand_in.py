"""A stand-in for the engine, and the program that it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from greenlint.model import Explanation, Report, RuleInfo
from tests.reporters.samples import RULES, SHARED


@dataclass(frozen=True, slots=True)
class Request:
    root: Path | None
    config: tuple[str, ...]
    isolated: bool
    overrides: Mapping[str, object]
    environment: Mapping[str, str]
    jobs: int | None
    cache: bool
    overlay: Mapping[Path, bytes] = field(default_factory=dict)
    baseline: bool = True
    progress: object = None
    looked: object = None


@dataclass
class Engine:
    """What stands in for the engine: asked questions, and the answer to each."""

    answer: Callable[[], Report]
    paths: tuple[Path, ...] = ()
    requests: list[Request] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    told: tuple[Explanation, ...] = (Explanation.of(SHARED),)

    def check(self, paths: Sequence[Path], request: Request) -> Report:
        self.paths = tuple(paths)
        self.requests.append(request)
        return self.answer()

    def explain(self, place: str, request: Request) -> tuple[Explanation, ...]:
        self.places.append(place)
        self.requests.append(request)
        return self.told

    def rules(self) -> Mapping[str, RuleInfo]:
        return RULES


def finds(engine: Engine, *findings: object, **fields: object) -> None:
    """Let the engine answer with these findings."""
    report = replace(engine.answer(), findings=findings, **fields)
    engine.answer = lambda: report


def raises(engine: Engine, error: BaseException) -> None:
    """Let the engine fail."""

    def fail() -> Report:
        raise error

    engine.answer = fail
