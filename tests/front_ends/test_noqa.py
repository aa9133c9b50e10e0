"""What a noqa hides is the same in the command and in flake8, however it is spelled."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.source.trees import lay

from .hosts import PYTHON, command, environment, flake8
from .shop import CREATION, shop

COMMENTS = (
    "",
    "# noqa",
    "#noqa",
    "# NOQA",
    "# noqa: GRN101",
    "# noqa:GRN101,E501",
    "# noqa: E501 GRN101",
    "# noqa: GRN1",
    "# noqa: GRN",
    "# noqa: GRN102",
    "# noqa: grn101",
    "# noqa : GRN101",
    "# noqa:  GRN101",
    "# noqa: shared-client",
    "# noqa: GRN101 one worker only",
    "# type: ignore # noqa: GRN101",
)


def program() -> str:
    """One client for each comment, all used by many greenthreads."""
    lines = ["import eventlet", "eventlet.monkey_patch()", "import httplib2"]
    lines += [f"HTTP_{number} = httplib2.Http()  {comment}".rstrip() for number, comment in enumerate(COMMENTS)]
    lines += ["JOINED = httplib2.Http(", '    """cache""",  # noqa: GRN101', ")"]
    lines += ["SPLIT = \\", "    httplib2.Http()  # noqa: GRN101"]
    lines += ["def fetch(url):"]
    lines += [f"    HTTP_{number}.request(url)" for number in range(len(COMMENTS))]
    lines += ["    JOINED.request(url)", "    SPLIT.request(url)"]
    lines += ["def main(urls):", "    for url in urls:", "        eventlet.spawn(fetch, url)", "main([])"]
    return "\n".join(lines) + "\n"


def test_the_command_reads_what_flake8_reads(tmp_path: Path) -> None:
    lay(tmp_path, {"setup.cfg": "", "a.py": program()})
    everything = flake8(tmp_path, "--disable-noqa").places
    shown = flake8(tmp_path).places
    assert len(everything) == len(COMMENTS) + 2
    assert len(everything) > len(shown) > 2
    assert command(tmp_path).places == shown
    assert command(tmp_path, "--show-suppressed").places == everything


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    shop(tmp_path)
    words = [PYTHON, "-m", "flake8", "--select=GRN", "-j1", "app"]
    runs = [
        subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [run.communicate(timeout=120)[0] for run in runs]
    assert [text.count("GRN101") for text in told] == [1, 1, 1]
    assert flake8(tmp_path, "app").places == [CREATION]
