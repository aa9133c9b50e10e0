"""What a user sees of a run that takes long, and of one that is cut short."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time

from greenlint.cli.console import Console
from greenlint.cli.progress import Progress


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown_after(stream: io.StringIO, patience: float, wait: float) -> str:
    with Progress(Console(), stream=stream, patience=patience) as progress:
        progress("reading", 1, 4)
        time.sleep(wait)
        progress("reading", 3, 4)
        time.sleep(wait)
    return stream.getvalue()


def test_long_work_shows_a_bar_with_its_stage_and_counts() -> None:
    text = shown_after(Terminal(), patience=0.01, wait=0.3)
    assert "reading" in text
    assert "3/4" in text


def test_short_work_shows_none() -> None:
    assert shown_after(Terminal(), patience=5, wait=0) == ""


def test_what_is_no_terminal_gets_none() -> None:
    assert shown_after(io.StringIO(), patience=0.01, wait=0.1) == ""


def test_nothing_is_left_of_the_bar() -> None:
    assert shown_after(Terminal(), patience=0.01, wait=0.2).endswith("\x1b[2K")


def test_the_console_knows_how_far_the_run_is() -> None:
    console = Console()
    with Progress(console, stream=io.StringIO()) as progress:
        progress("reading", 12, 40)
        assert console.done().endswith("s while reading, 12 of 40 files done")
        progress("proving")
        assert console.done().endswith("s while proving")


def test_an_interrupt_ends_with_130_and_one_line() -> None:
    program = """\
import signal, sys, time
from greenlint import engine
from greenlint.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may ignore it

def check(paths, request):
    request.progress("reading", 3, 7)
    print("ready", flush=True)
    time.sleep(60)

engine.check = check
sys.exit(main(["check"]))
"""
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.startswith("greenlint: interrupted after ")
    assert err.endswith("s while reading, 3 of 7 files done\n")
    assert len(err.splitlines()) == 1
