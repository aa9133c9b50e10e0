"""Which two uses of one object are a fault when they come at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from greenlint.project.overlap import ENDS, conflict


def use(method: str, direction: str, kind: str = "exclusive") -> SimpleNamespace:
    """As much of a use as the question looks at; ``kind`` is the direction of the client's row."""
    client = SimpleNamespace(row=SimpleNamespace(direction=kind))
    return SimpleNamespace(method=method, direction=direction, client=client)


RECEIVE, SEND = use("recv", "read", "duplex"), use("send", "write", "duplex")
REQUEST, CLOSE = use("request", "exclusive"), use("close", "exclusive")
GET, HEADERS, LOOK = use("get", "use", "state"), use("headers", "mutate", "state"), use("adapters", "look", "state")


@pytest.mark.parametrize(
    ("one", "other", "is_fault"),
    [
        (REQUEST, REQUEST, True),
        (REQUEST, CLOSE, True),
        (CLOSE, CLOSE, False),
        (RECEIVE, RECEIVE, True),
        (SEND, SEND, True),
        (RECEIVE, SEND, False),
        (RECEIVE, CLOSE, True),
        (GET, GET, True),
        (GET, HEADERS, True),
        (GET, LOOK, True),
        (LOOK, LOOK, False),
    ],
    ids=lambda value: getattr(value, "method", None),
)
def test_two_uses_at_once(one: SimpleNamespace, other: SimpleNamespace, is_fault: bool) -> None:
    assert conflict(one, other) is is_fault  # type: ignore[arg-type]
    assert conflict(other, one) is is_fault  # type: ignore[arg-type]


@pytest.mark.parametrize("method", sorted(ENDS))
def test_who_ends_an_object_is_in_nobody_elses_way(method: str) -> None:
    assert not conflict(use(method, "exclusive"), CLOSE)  # type: ignore[arg-type]
    assert conflict(use(method, "exclusive"), REQUEST)  # type: ignore[arg-type]
