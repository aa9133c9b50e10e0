"""What the documentation tells users to copy works as it stands, without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.source.trees import lay

from .hosts import PYTHON, environment, flake8
from .shop import CLIENTS, CREATED, CREATION, shop

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "set-up"
BIN = Path(PYTHON).parent
FLAKE8_HOOKS = """\
- id: flake8
  name: flake8
  entry: flake8
  language: python
  types: [python]
  require_serial: true
"""
FLAKE8_PACKAGE = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "flake8-hook"
version = "1"
dependencies = ["flake8"]
[tool.hatch.build.targets.wheel]
bypass-selection = true
"""


def block(page: str, label: str) -> str:
    """The code block that follows a comment in a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {re.escape(label)} -->\n```\w*\n(.*?)```", text, re.DOTALL)
    assert found, f"{page} holds no block '{label}'"
    return found[1]


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}:/usr/bin:/bin:/usr/local/bin"
    whole = environment(PATH=path, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", **(env or {}))
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=whole, capture_output=True, text=True, timeout=300, check=False
    )


def commit(directory: Path) -> str:
    """Put a directory under git and return its revision."""
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "All"),
    ):
        done = run("git", *words, cwd=directory)
        assert done.returncode == 0, done.stderr
    return run("git", "rev-parse", "HEAD", cwd=directory).stdout.strip()


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Let pip take what is installed for the tests, except greenlint itself, and ask no index."""
    home = tmp_path_factory.mktemp("home")
    installed = tmp_path_factory.mktemp("installed")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for path in (path for library in libraries for path in Path(library).iterdir()):
        if "greenlint" not in path.name and path.suffix != ".pth":
            (installed / path.name).symlink_to(path)
    return {
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PYTHONPATH": str(installed),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # sic: this is how the environment turns isolation off
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    }


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository of its own, with changes that are not committed yet."""
    directory = tmp_path_factory.mktemp("clone")
    listed = run("git", "ls-files", "-co", "--exclude-standard", "greenlint", "*.*", cwd=ROOT).stdout.split()
    wanted = [
        name
        for name in listed
        if name.startswith("greenlint/") or name in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml")
    ]
    lay(directory, {name: (ROOT / name).read_bytes() for name in wanted} | {"LICENSE": ""})
    commit(directory)
    return directory


class TestPreCommit:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        shop(tmp_path)
        commit(tmp_path)
        return tmp_path

    def test_both_hooks_report(self, offline: dict[str, str], clone: Path, project: Path) -> None:
        done = run("pre-commit", "try-repo", clone, "--files", "app/main.py", cwd=project, env=offline)
        changed, whole = done.stdout.split("greenlint (whole project)")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "--> app/main.py:15:9" in changed
        assert "--> app/clients.py:3:8" in whole

    def test_the_documented_configuration_runs(self, offline: dict[str, str], clone: Path, project: Path) -> None:
        done = self.run_configuration(block("pre-commit.md", "own hook"), clone, project, offline)
        assert done.returncode == 1
        assert "error[GRN101] one httplib2.Http is used by several greenthreads" in done.stdout

    def test_inside_the_hook_of_flake8(
        self, offline: dict[str, str], clone: Path, project: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        hooks = tmp_path_factory.mktemp("flake8")
        lay(hooks, {".pre-commit-hooks.yaml": FLAKE8_HOOKS, "pyproject.toml": FLAKE8_PACKAGE})
        commit(hooks)
        text = block("pre-commit.md", "in flake8").replace("[greenlint]", f"['{clone}']")
        done = self.run_configuration(text, hooks, project, offline, "--files", "app/main.py")
        assert "app/main.py:15:9: GRN101 httplib2.Http shared by greenthreads" in done.stdout, done.stdout

    def run_configuration(
        self, text: str, repository: Path, project: Path, env: dict[str, str], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Run pre-commit with a documented configuration, its repository replaced by a local one."""
        configuration = yaml.safe_load(text)
        (entry,) = configuration["repos"]
        entry["repo"] = str(repository)
        entry["rev"] = run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()
        (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
        run("git", "add", ".pre-commit-config.yaml", cwd=project)
        return run("pre-commit", "run", *(arguments or ("--all-files",)), cwd=project, env=env)


class TestContinuousIntegration:
    """The commands of a pipeline, run in a shell; what installs greenlint is left out."""

    def commands(self, configuration: Any) -> Iterator[str]:
        if "jobs" in configuration:
            steps = configuration["jobs"]["greenlint"]["steps"]
            written = [step["run"] for step in steps if "run" in step]
        else:
            written = configuration["greenlint"]["script"]
        assert "pip install greenlint" in written
        return (command for command in written if command != "pip install greenlint")

    def execute(self, label: str, directory: Path) -> tuple[Any, subprocess.CompletedProcess[str]]:
        configuration = yaml.safe_load(block("ci.md", label))
        (command,) = self.commands(configuration)
        shop(directory)
        lay(directory, {"bin/greenlint": f'#!/bin/sh\nexec {PYTHON} -m greenlint "$@"\n'})
        (directory / "bin/greenlint").chmod(0o755)
        return configuration, run("sh", "-c", f"PATH={directory}/bin:$PATH; {command}", cwd=directory)

    def test_github_annotates_lines(self, tmp_path: Path) -> None:
        _, done = self.execute("github annotations", tmp_path)
        assert done.returncode == 1
        assert "file=app/clients.py,line=3" in done.stdout

    def test_github_gets_a_report_for_code_scanning(self, tmp_path: Path) -> None:
        configuration, done = self.execute("github code scanning", tmp_path)
        upload = configuration["jobs"]["greenlint"]["steps"][-1]
        report = json.loads((tmp_path / upload["with"]["sarif_file"]).read_text())
        assert done.returncode == 0
        assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["GRN101"]

    def test_gitlab_gets_a_code_quality_report(self, tmp_path: Path) -> None:
        configuration, done = self.execute("gitlab code quality", tmp_path)
        artifact = configuration["greenlint"]["artifacts"]["reports"]["codequality"]
        (issue,) = json.loads((tmp_path / artifact).read_text())
        assert done.returncode == 1
        assert issue["location"]["path"] == "app/clients.py"


class TestLinters:
    def test_flake8_takes_the_configuration(self, tmp_path: Path) -> None:
        shop(tmp_path, clients=CLIENTS + "\n\nX = 1  # noqa: GRN102\n")
        (tmp_path / ".flake8").write_text(block("flake8.md", "flake8 configuration"))
        (tmp_path / "app/legacy.py").write_text(CLIENTS)
        run = flake8(tmp_path, "--ignore=E,W")
        assert run.places == [CREATION, ("app/clients.py", 10, "GRN902")]

    def test_pylint_takes_the_configuration_and_the_command_for_ci(self, tmp_path: Path) -> None:
        shop(tmp_path, clients=CLIENTS + "\n\nX = 1  # noqa: GRN102\n")
        (tmp_path / "pyproject.toml").write_text(block("pylint.md", "pylint configuration"))
        command = block("pylint.md", "pylint in ci").replace("pylint ", f"{PYTHON} -m pylint ", 1)
        done = run("sh", "-c", command, cwd=tmp_path)
        assert "app/clients.py:3:7: E8611" in done.stdout
        assert "app/clients.py:10:7: W8692" in done.stdout

    def test_ruff_leaves_noqa_comments_alone_with_the_setting(self, tmp_path: Path) -> None:
        setting = block("ruff.md", "ruff configuration")
        assert tomllib.loads(setting)["tool"]["ruff"]["lint"]["external"] == ["GRN"]
        (tmp_path / "a.py").write_text(f"{CREATED}  # noqa: GRN101\n")
        without = run(BIN / "ruff", "check", "--isolated", "--select=RUF100,RUF102", "a.py", cwd=tmp_path)
        (tmp_path / "pyproject.toml").write_text(setting)
        with_it = run(BIN / "ruff", "check", "--select=RUF100,RUF102", "a.py", cwd=tmp_path)
        assert (without.returncode, with_it.returncode) == (1, 0)
