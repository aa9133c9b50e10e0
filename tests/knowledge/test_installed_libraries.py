"""Rows speak of names that exist: checked against the libraries that are installed here."""

from __future__ import annotations

import subprocess
import sys


def test_every_name_exists_in_its_library_or_is_marked_as_absent() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.knowledge.names_of_installed_libraries"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == []
