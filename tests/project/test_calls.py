"""Who calls a function, and the count of the calls whose callee nobody could name."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from greenlint.project.calls import Callers


@dataclass(frozen=True)
class Site:
    """As much of a call site as the count looks at."""

    scope: str
    callee: str

    @property
    def call(self) -> Site:
        return self


def test_the_count_of_nameless_calls_may_come_by_more_of_them() -> None:
    callers = Callers.__new__(Callers)
    first, second = (Site(name, name) for name in "ab")

    def callees(site: object) -> tuple[object, ...]:
        callers._nameless.add(second)  # type: ignore[arg-type]
        return ()

    callers._nameless = {first}  # type: ignore[arg-type]
    callers._types = SimpleNamespace(callees=callees)  # type: ignore[assignment]
    assert callers.unresolved == 1
    assert callers.unresolved == 2
