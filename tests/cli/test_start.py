"""What a start of the program costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import greenlint


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
