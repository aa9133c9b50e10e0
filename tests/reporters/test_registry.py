"""Formats are found by their files."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from greenlint.model import GreenlintError
from greenlint.options import OutputFormat
from greenlint.reporters import names, reporter


def test_every_format_that_can_be_configured_exists_and_the_other_way_round() -> None:
    assert set(names()) == set(get_args(OutputFormat))


@pytest.mark.parametrize("name", names())
def test_every_format_can_be_loaded(name: str) -> None:
    assert callable(reporter(name))


def test_an_unknown_format_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(GreenlintError, match="unknown output format 'sarf'; did you mean 'sarif'"):
        reporter("sarf")


def test_a_run_without_colour_loads_no_more_of_rich_than_the_width_of_characters() -> None:
    program = (
        "import sys; from pathlib import Path; from greenlint.model import Report; "
        "from greenlint.reporters import reporter; "
        "list(reporter('full')(Report('.'), cwd=Path(), colour=False, statistics=True)); "
        "assert 'rich.console' not in sys.modules and 'rich.style' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
