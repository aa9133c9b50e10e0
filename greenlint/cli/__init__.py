"""The command line: words in, lines and an exit status out.

Exit status: 0 clean, 1 findings, 2 a mistake of the user or of greenlint, 130 interrupted. Nothing here loads
the commands until it is known that they have to run, nor the engine, msgspec or rich until a command needs them.
"""

from __future__ import annotations

import sys

from greenlint import __version__
from greenlint.cli import again
from greenlint.cli.console import Console

TYPE_CHECKING = False  # as of typing, which takes a while to load
if TYPE_CHECKING:
    from collections.abc import Sequence

CLEAN = 0
FINDINGS = 1
MISTAKE = 2
INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that ``words`` (by default the process's) ask for; return the exit status."""
    console = Console()
    try:
        return _run(sys.argv[1:] if words is None else words, console)
    except KeyboardInterrupt:
        console.complain(f"interrupted {console.done()}")
        return INTERRUPTED


def _run(words: Sequence[str], console: Console) -> int:
    if list(words) in (["--version"], ["-V"]):
        console.write([f"greenlint {__version__}"])
        return CLEAN
    remembered = again.recall(words)
    if remembered is not None:
        console.write(remembered[1])
        return remembered[0]
    return _command(words, console)


def _command(words: Sequence[str], console: Console) -> int:
    from greenlint.cli.arguments import parse
    from greenlint.model import GreenlintError

    try:
        command, arguments = parse(words)
        return command.run(arguments, console)
    except GreenlintError as error:
        console.complain(str(error))
    except SystemExit as stop:  # argparse has said what there is to say
        console.write(())
        return stop.code if isinstance(stop.code, int) else MISTAKE
    except Exception as error:  # a traceback tells a user nothing
        console.complain(_internal(error))
    return MISTAKE


def _internal(error: Exception) -> str:
    """Describe a fault of greenlint by its innermost place, which is what a report of it needs."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace is not None else ""
    return f"internal error, please report it: {type(error).__name__}: {error}{place}"
