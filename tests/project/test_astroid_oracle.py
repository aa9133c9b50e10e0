"""Name resolution held against astroid's on the files of libraries that the tests need anyway.

Where astroid infers exactly one class or function for the callee of a call, we name it, too (perhaps among
other possibilities), or say that we do not know.
"""

from __future__ import annotations

import importlib.util
import shutil
import warnings
from pathlib import Path

import pytest

from .oracle import Comparison, compare

PACKAGES = {"requests": 0.8, "pluggy": 0.8, "pyflakes": 0.9, "pymysql": 0.9, "flake8": 0.6}
"""The least part of the calls that astroid knows and that we must know as well."""


def installed(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture(scope="module", params=PACKAGES)
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Comparison]]:
    """Compare a copy: where libraries are installed, nobody looks for the files of a program."""
    copy = tmp_path_factory.mktemp("library") / request.param
    shutil.copytree(installed(request.param), copy)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Astroid was unable to transform")  # what is too deep for it
        return request.param, list(compare(copy))


def test_what_both_know_is_the_same(compared: tuple[str, list[Comparison]]) -> None:
    _, comparisons = compared
    assert [str(comparison) for comparison in comparisons if comparison.disagrees] == []


def test_most_of_what_astroid_knows_is_known(compared: tuple[str, list[Comparison]]) -> None:
    name, comparisons = compared
    known = sum(comparison.is_known for comparison in comparisons)
    assert len(comparisons) > 100
    assert known / len(comparisons) >= PACKAGES[name]
