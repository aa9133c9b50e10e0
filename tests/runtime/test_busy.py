from __future__ import annotations

import os

import pytest

from .busy import MOST, TRIES, again_if_busy


def tries_of_a_failing_test(monkeypatch: pytest.MonkeyPatch, load: float, fails: int) -> int:
    """Return how often a test is tried that fails so many times; it ends with a failure if that is too often."""
    monkeypatch.setattr(os, "getloadavg", lambda: (load * (os.cpu_count() or 1), 0.0, 0.0))
    tried = 0

    @again_if_busy
    def test() -> None:
        nonlocal tried
        tried += 1
        assert tried > fails

    try:
        test()
    except AssertionError:
        return -tried
    return tried


def test_what_agrees_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries_of_a_failing_test(monkeypatch, MOST + 1, 0) == 1


def test_a_machine_that_keeps_up_gets_no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries_of_a_failing_test(monkeypatch, MOST, 1) == -1


def test_a_busy_one_does_and_no_end_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries_of_a_failing_test(monkeypatch, MOST + 1, TRIES - 1) == TRIES
    assert tries_of_a_failing_test(monkeypatch, MOST + 1, TRIES) == -TRIES
