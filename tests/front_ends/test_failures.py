"""What can go wrong in a run: flake8 and pylint finish, with their own messages and one clear one of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.source.trees import lay

from .hosts import Line, Run, flake8, pylint
from .shop import CREATION, shop

Host = Callable[..., Run]

each_host = pytest.mark.parametrize("host", [flake8, pylint])
RULE_FAILS = """\
from greenlint.rules.shared_client import SharedClient


def check(self, project):
    raise RuntimeError("planted\\nin two lines")


SharedClient.check = check
"""
ENGINE_FAILS = """\
from greenlint import engine


def check(paths, request):
    raise ValueError("planted")


engine.check = check
"""


def planted(directory: Path, program: str) -> str:
    """A search path on which Python finds the program and runs it at its start."""
    lay(directory, {"planted/sitecustomize.py": program})
    return f"{directory / 'planted'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"


def the_message(run: Run) -> Line:
    """The one message about the run itself."""
    assert "Traceback" not in run.output + run.errors
    (line,) = run.of("GRN900")
    return line


@each_host
def test_a_broken_configuration(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    (tmp_path / "greenlint.toml").write_text('selekt = ["GRN1"]\n')
    run = host(tmp_path, "app")
    assert "greenlint.toml:1: selekt: unknown key; did you mean 'select'?" in the_message(run).text
    assert run.of("GRN101") == []


@each_host
def test_a_configuration_that_does_not_exist(tmp_path: Path, host: Host) -> None:
    run = host(shop(tmp_path), "--greenlint-config=absent.toml", "app")
    assert "absent.toml: no such configuration file" in the_message(run).text


@each_host
def test_a_failure_in_a_rule(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    run = host(tmp_path, "app", PYTHONPATH=planted(tmp_path, RULE_FAILS))
    assert "GRN101 (shared-client): RuntimeError: planted in two lines" in the_message(run).text


@each_host
def test_a_failure_of_the_whole_analysis(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    run = host(tmp_path, "app", PYTHONPATH=planted(tmp_path, ENGINE_FAILS))
    assert "nothing was checked: internal error: ValueError: planted (at sitecustomize.py:5)" in the_message(run).text


@each_host
def test_a_syntax_error_in_one_file(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    lay(tmp_path, {"app/broken.py": "def f(:\n"})
    chosen = ("--select=GRN,E9",) if host is flake8 else ("--disable=all", "--enable=greenlint,syntax-error")
    run = host(tmp_path, *chosen, "app")
    assert [line.place for line in run.of("GRN101")] == [CREATION]
    assert [line.code for line in run.lines if line.path == "app/broken.py"] in (["E999"], ["E0001"])


@each_host
def test_a_broken_configuration_is_told_in_a_file_that_can_be_parsed(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    lay(tmp_path, {"greenlint.toml": "selekt = 1\n", "app/a.py": "def f(:\n", "app/__init__.py": "# flake8: noqa\n"})
    assert the_message(host(tmp_path, "app")).path != "app/a.py"


@each_host
def test_a_file_that_does_not_exist(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    chosen = ("--select=GRN,E9",) if host is flake8 else ("--disable=all", "--enable=greenlint,F")
    run = host(tmp_path, *chosen, "app", "absent.py")
    assert [line.place for line in run.of("GRN101")] == [CREATION]
    assert run.of("GRN900") == []


@each_host
def test_files_outside_the_root(tmp_path: Path, host: Host) -> None:
    shop(tmp_path / "shop")
    lay(tmp_path, {"other/a.py": "import os\n", "other/b.py": "import os\n"})
    run = host(tmp_path, "--greenlint-root=shop", "other/a.py", "other/b.py", "shop/app")
    message = the_message(run)
    assert message.text.endswith("shop, not checked: other/a.py, other/b.py")
    assert [line.place for line in run.of("GRN101")] == [("shop/app/clients.py", 3, "GRN101")]


@each_host
def test_a_root_that_does_not_exist(tmp_path: Path, host: Host) -> None:
    run = host(shop(tmp_path), "--greenlint-root=absent", "app")
    assert "absent, not checked: app" in the_message(run).text


@each_host
def test_a_cache_that_cannot_be_read_or_written(tmp_path: Path, host: Host) -> None:
    shop(tmp_path)
    (tmp_path / "cache").write_text("no directory\n")
    run = host(tmp_path, "app", GREENLINT_CACHE_DIR=str(tmp_path / "cache"))
    assert run.places == [CREATION]


def test_flake8_users_who_do_not_select_the_message_read_it_on_stderr(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "greenlint.toml").write_text("selekt = 1\n")
    run = flake8(tmp_path, "--select=GRN1", "app")
    assert run.lines == ()
    assert run.errors.startswith("app/__init__.py: GRN900 nothing was checked: ")
    assert run.errors.count("\n") == 1


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
@each_host
def test_the_message_comes_once_whatever_the_number_of_workers(tmp_path: Path, host: Host, jobs: str) -> None:
    shop(tmp_path)
    (tmp_path / "greenlint.toml").write_text("selekt = 1\n")
    assert the_message(host(tmp_path, jobs, "app")).line == 1
