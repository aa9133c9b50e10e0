"""Run greenlint and log what the interpreter does: ``audited.py LOG WORD...``.

Every event of interest is one line of JSON: its name, and what it was about. The log is opened before the hook is
set and written through its descriptor, which raises no event, so that worker processes log as well.
See https://docs.python.org/3/library/audit_events.html.
"""

from __future__ import annotations

import json
import os
import sys
from types import CodeType

WORKS_FOR_READING = {"os.listdir", "os.scandir", "os.walk", "os.putenv", "os.unsetenv", "os.fork", "os.forkpty"}
NOTED = ("exec", "open", "os.", "pickle.", "shutil.", "socket.", "subprocess.", "ctypes.", "tempfile.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> int:
    """Set the hook, run the command line, and return its exit status."""
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(NOTED) and event not in WORKS_FOR_READING:
            line = [event if event != "open" or writes(arguments) else "read", *map(shown, arguments)]
            os.write(log, json.dumps(line).encode() + b"\n")

    from greenlint.cli import main as command
    from greenlint.summary import summarising

    summarising.WORKER_BYTES = 1  # a small program is worth two workers
    sys.addaudithook(hook)
    try:
        return command(sys.argv[2:])
    finally:
        found = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        os.write(log, json.dumps(["loaded", *[file for file in found if file]]).encode() + b"\n")


def writes(arguments: tuple[object, ...]) -> bool:
    """Tell whether a file was opened for more than reading."""
    _, mode, flags = arguments
    wanted = isinstance(mode, str) and any(letter in mode for letter in "wax+")
    return wanted or (isinstance(flags, int) and bool(flags & WRITING))


def shown(argument: object) -> object:
    """Return an argument of an event as it can be written."""
    if isinstance(argument, CodeType):
        return argument.co_filename
    if isinstance(argument, (bytes, os.PathLike)):
        return os.fsdecode(argument)
    return argument if isinstance(argument, (int, str)) or argument is None else repr(argument)[:200]


if __name__ == "__main__":
    sys.exit(main())
