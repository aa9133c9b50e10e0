"""The terminal, or what stands in for it: colour, output that may end early, complaints."""

from __future__ import annotations

import os
import sys
import time
from io import TextIOWrapper

TYPE_CHECKING = False  # as of typing, which takes a while to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import TextIO

    from greenlint.model import GreenlintError


class Console:
    """Where a command writes; it knows what the run has done so far, for the case that it is interrupted."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._activity = "before it began"

    def begin(self, activity: str) -> None:
        """Note what the run does from now on ("while analysing src")."""
        self._activity = activity

    def done(self) -> str:
        """Say how far the run came: ``after 3.2 s while analysing src``."""
        return f"after {time.monotonic() - self._started:.1f} s {self._activity}"

    def write(self, lines: Iterable[str]) -> None:
        """Print lines. A reader that goes away (``| head``) ends the output and is no error."""
        stream = sys.stdout
        if stream is None:
            raise _error("standard output is closed")
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale without the character must not stop us
        try:
            stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
        except BrokenPipeError:
            _discard(stream)
        except OSError as error:
            _discard(stream)
            raise _error(f"cannot write to standard output: {error.strerror}") from None

    def complain(self, text: str) -> None:
        """Print ``greenlint: text`` to standard error, if there is one."""
        if sys.stderr is not None:
            print(f"greenlint: {text}", file=sys.stderr)


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file as UTF-8; all of them are made before the file is touched."""
    text = "".join(f"{line}\n" for line in lines)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise _error(f"cannot write {path}: {error.strerror}") from None


def wants_colour(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Decide on colour by the option, else NO_COLOR, else FORCE_COLOR, else whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and environment.get("TERM") != "dumb"


def _discard(stream: TextIO) -> None:
    """Point the stream at nothing, so that Python does not try to flush it again when it exits."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # a stream without a descriptor has nothing to flush
        return


def _error(text: str) -> GreenlintError:
    from greenlint.model import GreenlintError

    return GreenlintError(text)
