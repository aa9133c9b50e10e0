"""The command, flake8 and pylint as programs to run: what each tells about a directory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
_FLAKE8_LINE = re.compile(r"(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): (?P<code>[A-Z]+\d+) (?P<text>.*)")
_OURS = re.compile(r"[EW]86(?P<family>\d)(?P<rule>\d)")


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One finding as a front end tells it: ``path`` relative to the directory, code, line, column from 1."""

    path: str
    line: int
    code: str
    column: int = 0
    text: str = ""

    @property
    def place(self) -> tuple[str, int, str]:
        """What every front end must agree on."""
        return self.path, self.line, self.code


@dataclass(frozen=True, slots=True)
class Run:
    """What a front end told, and how it ended."""

    lines: tuple[Line, ...]
    status: int
    output: str
    errors: str

    @property
    def places(self) -> list[tuple[str, int, str]]:
        return sorted(line.place for line in self.lines)

    def of(self, code: str) -> list[Line]:
        return [line for line in self.lines if line.code == code]


def environment(**extra: str) -> dict[str, str]:
    """The environment of a run: that of the tests without what would change what greenlint does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GREENLINT_")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **extra}


def execute(
    command: Sequence[str], directory: Path, stdin: bytes | None = None, env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    done = subprocess.run(
        command,
        cwd=directory,
        input=stdin if stdin is not None else b"",
        capture_output=True,
        timeout=600,
        check=False,
        env=environment(**(env or {})),
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def command(directory: Path, *arguments: str, **env: str) -> Run:
    """``greenlint check`` with these arguments."""
    words = [PYTHON, "-m", "greenlint", "check", "--output-format", "json", *arguments]
    status, out, err = execute(words, directory, env=env)
    report = json.loads(out) if out else {"root": ".", "findings": []}
    root = directory / report["root"]
    lines = [
        Line(_relative(root / one["path"], directory), one["line"], one["code"], one["column"], one["message"])
        for one in report["findings"]
    ]
    return Run(tuple(sorted(lines)), status, out, err)


def flake8(directory: Path, *arguments: str, stdin: bytes | None = None, launch: Sequence[str] = (), **env: str) -> Run:
    """flake8 with these arguments, showing our codes only unless told otherwise."""
    chosen = () if any(word.startswith(("--select", "--ignore")) for word in arguments) else ("--select=GRN",)
    words = [*(launch or (PYTHON, "-m", "flake8")), *chosen, *arguments]
    status, out, err = execute(words, directory, stdin, env)
    found = [match for line in out.splitlines() if (match := _FLAKE8_LINE.fullmatch(line))]
    lines = [
        Line(
            _relative(directory / one["path"], directory),
            int(one["line"]),
            one["code"],
            int(one["column"]),
            one["text"],
        )
        for one in found
    ]
    return Run(tuple(sorted(lines)), status, out, err)


def pylint(directory: Path, *arguments: str, stdin: bytes | None = None, launch: Sequence[str] = (), **env: str) -> Run:
    """pylint with these arguments, all messages but ours disabled unless told otherwise."""
    chosen = () if any(word.startswith("--disable") for word in arguments) else ("--disable=all", "--enable=greenlint")
    words = [
        *(launch or (PYTHON, "-m", "pylint")),
        "--rcfile=/dev/null",
        "--load-plugins=greenlint.pylint_plugin",
        "--output-format=json",
        *chosen,
        *arguments,
    ]
    status, out, err = execute(words, directory, stdin, env)
    messages = json.loads(out) if out.lstrip().startswith("[") else []
    lines = [
        Line(
            _relative(directory / one["path"], directory),
            one["line"],
            _code(one["message-id"]),
            one["column"] + 1,
            one["message"],
        )
        for one in messages
    ]
    return Run(tuple(sorted(lines)), status, out, err)


def _code(message_id: str) -> str:
    ours = _OURS.fullmatch(message_id)
    return f"GRN{ours['family']}0{ours['rule']}" if ours else message_id


def _relative(path: Path, directory: Path) -> str:
    return os.path.relpath(path, directory).replace(os.sep, "/")
