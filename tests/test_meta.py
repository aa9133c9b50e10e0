"""Promises that the project makes about itself."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenlint.rules import all_rules

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "greenlint").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

every_module = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in MODULES]
)


def codes_in(text: str) -> set[str]:
    """The codes of findings, not of notices, that a text mentions."""
    return set(re.findall(r"\bGRN\d{3}\b", text)) - {"GRN900", "GRN901"}


def rule_codes() -> set[str]:
    return {rule.code for rule in all_rules()}


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")} == rule_codes()


@pytest.mark.parametrize("name", ["CHANGELOG.md", "README.md"])
def test_every_rule_is_mentioned_and_no_other(name: str) -> None:
    assert codes_in((ROOT / name).read_text(encoding="utf-8")) == rule_codes()


def test_links_of_the_documentation_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {link}" for page in pages for link in links_of(page) if not link_exists(page, link)
    ]
    assert broken == []


def links_of(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://")):
            yield link


def link_exists(page: Path, link: str) -> bool:
    return (page.parent / link).exists()


@every_module
def test_a_file_can_be_held_in_mind(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@every_module
def test_a_function_can_be_held_in_mind(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lengths = {node.name: length_of(node) for node in ast.walk(tree) if isinstance(node, FUNCTIONS)}
    assert {name: length for name, length in lengths.items() if length > 50} == {}


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@every_module
def test_public_names_say_what_they_mean(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [node.name for node in public_definitions(tree) if not ast.get_docstring(node)]
    assert ast.get_docstring(tree)
    assert bare == []


def public_definitions(
    owner: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Definitions that others can see: of a module, and of its public classes."""
    for node in owner.body:
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node)


class TestContinuousIntegration:
    RUN = ROOT / ".ci" / "run"

    def test_runs_the_test_command_of_the_readme(self) -> None:
        shown = subprocess.run(
            [self.RUN, "--show"], capture_output=True, text=True, check=True
        ).stdout.strip()
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert f"<!-- test command -->\n```sh\n{shown}\n```\n" in readme
        assert shown.endswith("pytest")

    def test_has_no_test_command_of_its_own(self) -> None:
        commands = [line for line in self.RUN.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert not any("bin/pytest" in line or "pip install" in line for line in commands)

    def test_is_the_same_from_any_directory(self, tmp_path: Path) -> None:
        done = subprocess.run([self.RUN, "--show"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0
