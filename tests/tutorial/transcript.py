"""Documents whose commands are run: what they show must be what happens.

A code block of kind ``console`` holds commands (``$ ``, continued by ``> ``) and what they print, standard error
included. A line ``...`` stands for any lines. The block after a comment ``<!-- file PATH -->`` is written to PATH
when the document comes to it. All of a document runs in one shell, in one directory.

``python -m tests.tutorial.transcript DOCUMENT`` writes into a document what its commands print now.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECKOUT = "/path/to/greenlint"
"""How documents name the directory of the checkout."""
ANY = "..."
_BLOCK = re.compile(
    r"(?:<!-- file (?P<path>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command and the lines that it is said to print."""

    text: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that the reader writes."""

    path: str
    text: str


Step = Command | Written


def steps(document: str) -> Iterator[Step]:
    """Yield what a reader does, in order."""
    for block in _BLOCK.finditer(document):
        if block["path"]:
            yield Written(block["path"], block["text"])
        elif block["kind"] == "console":
            yield from _commands(block["text"].splitlines())


def _commands(lines: Sequence[str]) -> Iterator[Command]:
    text, expected = "", []
    for line in lines:
        if line.startswith("$ "):
            if text:
                yield Command(text, tuple(expected))
            text, expected = line[2:], []
        elif line.startswith("> ") and not expected:
            text += "\n" + line[2:]
        else:
            expected.append(line)
    if text:
        yield Command(text, tuple(expected))


def run(wanted: Sequence[Step], directory: Path, path: str = "") -> list[list[str]]:
    """Run the steps in a shell; return the lines that each command printed. ``path`` comes first in PATH."""
    with tempfile.TemporaryDirectory() as kept:
        script = "".join(_scripted(step, Path(kept) / str(number)) for number, step in enumerate(wanted))
        environment = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        environment |= {"PATH": os.pathsep.join(filter(None, (path, os.environ["PATH"]))), "NO_COLOR": "1"}
        environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        subprocess.run(["bash", "-c", script], cwd=directory, env=environment, stdin=subprocess.DEVNULL, check=False)
        outputs = [Path(kept) / str(number) for number, step in enumerate(wanted) if isinstance(step, Command)]
        return [_lines(output) for output in outputs]


def _scripted(step: Step, place: Path) -> str:
    if isinstance(step, Written):
        place.write_text(step.text, encoding="utf-8")
        return f'mkdir -p "$(dirname {step.path})" && cp {place} {step.path}\n'
    return f"{{ {step.text.replace(CHECKOUT, str(ROOT))}\n}} > {place} 2>&1\n"


def _lines(output: Path) -> list[str]:
    text = output.read_text(encoding="utf-8") if output.exists() else "(the shell did not come to this)"
    return text.replace(str(ROOT), CHECKOUT).splitlines()


def matches(printed: Sequence[str], expected: Sequence[str]) -> bool:
    """Tell whether lines are those expected, where ``...`` is any number of lines."""
    if not expected:
        return not printed
    if expected[0] == ANY:
        return any(matches(printed[start:], expected[1:]) for start in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and matches(printed[1:], expected[1:])


def recorded(document: str, directory: Path, path: str = "") -> str:
    """Return the document with what its commands print now; output with ``...`` is left alone if it matches."""
    wanted = list(steps(document))
    printed = iter(run(wanted, directory, path))

    def renew(block: re.Match[str]) -> str:
        if block["kind"] != "console":
            return block[0]
        body = ""
        for command in _commands(block["text"].splitlines()):
            lines = next(printed)
            shown = command.expected if matches(lines, command.expected) else lines
            body += "$ " + command.text.replace("\n", "\n> ") + "\n" + "".join(f"{line}\n" for line in shown)
        return f"```console\n{body}```"

    return _BLOCK.sub(renew, document)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as empty:
            file = Path(name)
            text = recorded(file.read_text(encoding="utf-8"), Path(empty), str(Path(sys.executable).parent))
            file.write_text(text, encoding="utf-8")
