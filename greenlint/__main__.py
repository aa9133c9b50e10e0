"""``greenlint`` and ``python -m greenlint``: a process that runs one command and ends."""

import gc
import sys

from greenlint.cli import main


def command() -> int:
    """Run the command of this process; return its exit status.

    Nothing is collected, neither on the way nor when Python ends: facts are trees without cycles, what links them
    stays until the end, and to look through all of it once more costs a quarter of a run.
    """
    gc.disable()
    try:
        return main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(command())
