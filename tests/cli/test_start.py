"""What a start of the program costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import greenlint
from tests.front_ends.shop import shop


class TestStart:
    @pytest.mark.parametrize("words", [["--version"], ["--help"]])
    def test_loads_nothing_that_only_a_run_needs(self, words: list[str]) -> None:
        program = (
            "import sys; from greenlint.cli import main; main(sys.argv[1:]); "
            "print(*sorted({name.split('.')[0] for name in sys.modules} & {'msgspec', 'rich', 'pathspec'}),"
            "      *(name for name in ('greenlint.engine', 'greenlint.options') if name in sys.modules),"
            "      file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        assert done.stderr.strip() == ""

    def test_module_and_script_are_the_same_program(self) -> None:
        done = subprocess.run([sys.executable, "-m", "greenlint", "--version"], capture_output=True, text=True)
        assert done.stdout == f"greenlint {greenlint.__version__}\n"

    @pytest.mark.usefixtures("unmeasured")
    def test_a_version_and_a_run_without_news_load_a_handful_of_modules(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").touch()
        (tmp_path / "app.py").write_text("import eventlet\n")
        clean = "All checks passed!\n"
        assert loaded(tmp_path, "--version")[0] == f"greenlint {greenlint.__version__}\n"
        assert loaded(tmp_path, "--version")[1] == FEW
        assert loaded(tmp_path, "check")[0] == clean
        loaded(tmp_path, "check")
        assert loaded(tmp_path, "check") == (clean, {*FEW, "fcntl"})

    @pytest.mark.usefixtures("unmeasured")
    def test_what_was_found_before_is_printed_without_loading_more(self, tmp_path: Path) -> None:
        words = ("check", "--exit-zero", "--output-format", "concise")
        loaded(shop(tmp_path), *words)
        loaded(tmp_path, *words)
        printed, modules = loaded(tmp_path, *words)
        assert "app/clients.py:3:8: GRN101" in printed
        assert modules == {*FEW, "fcntl"}


class TestEnd:
    """The process of a command leaves its memory to the system."""

    COMMAND = (
        "import atexit, gc, sys\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0, len(gc.get_objects()) < 100, file=sys.stderr))\n"
        "from greenlint.__main__ import command\n"
        "gc.callbacks.append(lambda phase, details: phase == 'start' and print('collects', file=sys.stderr))\n"
        "sys.exit(command())\n"
    )

    def ends(self, directory: Path, *words: str) -> tuple[int, str]:
        """The exit status, and what was collected and left to be looked through."""
        done = subprocess.run(
            [sys.executable, "-c", self.COMMAND, *words], cwd=directory, capture_output=True, text=True
        )
        return done.returncode, done.stderr

    @pytest.mark.usefixtures("unmeasured")
    def test_collects_no_garbage_and_leaves_none_to_be_looked_through(self, tmp_path: Path) -> None:
        assert self.ends(shop(tmp_path), "check", "--no-cache") == (1, "True True\n")

    @pytest.mark.usefixtures("unmeasured")
    def test_does_so_after_a_mistake_as_well(self, tmp_path: Path) -> None:
        status, said = self.ends(tmp_path, "check", "--select", "GRN999")
        assert status == 2
        assert said.endswith("True True\n")
        assert "collects" not in said


FEW = {
    "__future__", "_blake2", "greenlint", "greenlint.cachedir", "greenlint.cli", "greenlint.cli.again",
    "greenlint.cli.console", "greenlint.source", "greenlint.source.footprint", "greenlint.source.places",
}  # fmt: skip
"""What is loaded beside what Python itself loads."""


def loaded(directory: Path, *words: str) -> tuple[str, set[str]]:
    """What the command prints, and the modules that it loads."""
    program = (
        "import sys; before = set(sys.modules); from greenlint.cli import main; main(sys.argv[1:]); "
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())
