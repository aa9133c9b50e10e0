"""The command line as a user meets it; the engine is a stand-in that answers as a test says."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import greenlint
from greenlint.model import Report
from tests.cli.stand_in import Engine, Request
from tests.reporters.samples import RULES, SHARED, SOURCES


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample program, as the working directory of the run."""
    for name, text in {**SOURCES, "pyproject.toml": ""}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GREENLINT_OUTPUT_FORMAT", "GREENLINT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def engine(project: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that finds one error."""
    stand_in = Engine(lambda: Report(str(project), (SHARED,), rules=RULES))
    module = SimpleNamespace(check=stand_in.check, explain=stand_in.explain, rules=stand_in.rules, Request=Request)
    monkeypatch.setitem(sys.modules, "greenlint.engine", module)
    monkeypatch.setattr(greenlint, "engine", module, raising=False)
    return stand_in
