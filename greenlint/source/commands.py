"""Find, in any text, the command lines that start a program, and read the library and target from them.

Nothing is executed and no shell is emulated: a line is cut into words, and a command begins at the first word
that is the name of a known program.  Their command lines are described in launchers.toml.
"""

from __future__ import annotations

import functools
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

LIBRARIES = ("gevent", "eventlet")

_PYTHON = re.compile(r"python[\d.]*|pypy[\d.]*")
_NOT_LAUNCHING = re.compile(
    r"add|apk|apt|apt-get|brew|cat|chmod|chown|conda|cp|dnf|echo|grep|import|install|kill|killall|ln|mkdir|mv"
    r"|npm|pip3?|pipx|pkill|rm|service|systemctl|touch|uninstall|which|yum"
    r"|dependencies|deps|extras|packages|requires|requirements"
)
"""Words before the name of a program that make it an object of the command, or of a list of packages."""

_SEPARATORS = frozenset((";", "&", "&&", "|", "||", ";;"))
_ASSIGNMENT = re.compile(r"[\w.-]+=")
_DEFAULT_OF_VARIABLE = re.compile(r"\$\{\w+:?-([^{}]*)\}")
_LIST = re.compile(r"""\[\s*((?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))*)\s*,?\s*\]""")
_TARGET = re.compile(r"[^\W\d]\w*(\.\w+)*(:[^\W\d]\w*(\.\w+)*(\(.*\))?)?|[\w./-]+\.py")
_NESTING = 4


class Settings(msgspec.Struct, frozen=True, gc=False):
    """Keys of a configuration file that stand for options."""

    workers: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


class LaunchProgram(msgspec.Struct, frozen=True, gc=False):
    """The command line of one program; launchers.toml documents the fields."""

    kind: str
    commands: tuple[str, ...]
    source: str
    subcommands: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    switches: dict[str, str] = {}
    library: str = ""
    target: tuple[str, ...] = ()
    default: str = ""
    flags: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    settings: Settings = Settings()


class Command(msgspec.Struct, frozen=True, gc=False):
    """A command line: the kind of program, what it starts, with which library and arguments.

    ``config`` is the configuration file that it names.
    """

    kind: str
    target: str
    library: str
    arguments: tuple[str, ...]
    config: str = ""


@functools.cache
def known_programs() -> Mapping[str, LaunchProgram]:
    """Return the programs of launchers.toml by command."""
    text = Path(__file__).with_name("launchers.toml").read_text(encoding="utf-8")
    rows = msgspec.convert(tomllib.loads(text)["program"], list[LaunchProgram])
    return {command: program for program in rows for command in program.commands}


def commands_in(line: str, nesting: int = _NESTING) -> Iterator[Command]:
    """Yield the commands in a line of a shell script, Procfile, Dockerfile, unit file or the like.

    `nesting` bounds how many levels of quoting are opened (``sh -c "..."``).
    """
    for words in _simple_commands(line):
        command = _command(words)
        if command is not None:
            yield command
        elif nesting:
            for word in words:
                if any(letter.isspace() for letter in word):
                    yield from commands_in(word, nesting - 1)


def library_named(value: str) -> str:
    """Return the library that the name of a worker class or pool speaks of, or the empty text."""
    return next((library for library in LIBRARIES if library in value.lower()), "")


def is_target(value: str) -> bool:
    """Tell whether a word can name what is started: a module, ``module:attribute`` or a Python file."""
    return _TARGET.fullmatch(value) is not None


def _simple_commands(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for word in _words(line):
        if word in _SEPARATORS:
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _words(line: str) -> list[str]:
    """Cut a line into words as a shell would; lists of strings (JSON, TOML, YAML) become words as well."""
    line = _LIST.sub(lambda found: f" {found[1]} ".replace('",', '" ').replace("',", "' "), line)
    line = _DEFAULT_OF_VARIABLE.sub(r"\1", line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        return line.split()


def _command(words: Sequence[str]) -> Command | None:
    for place, word in enumerate(words):
        name = _ASSIGNMENT.sub("", word).rpartition("/")[2]
        if _NOT_LAUNCHING.fullmatch(word):
            return None
        arguments = tuple(words[place + 1 :])
        if _PYTHON.fullmatch(name):
            return _python(arguments)
        if name in known_programs() and arguments:
            return _started(known_programs()[name], arguments)
    return None


def _python(arguments: tuple[str, ...]) -> Command | None:
    """Read the arguments of an interpreter: ``-m module`` (of a known program or not) or a script."""
    for place, word in enumerate(arguments):
        rest = arguments[place + 1 :]
        if word == "-m" and rest:
            program = known_programs().get(rest[0])
            if program is not None:
                return _started(program, rest[1:])
            return Command("python", rest[0], "", rest[1:]) if is_target(rest[0]) else None
        if word == "-c" or word.endswith("setup.py"):
            return None
        if not word.startswith("-"):
            return Command("python", word, "", rest) if word.endswith(".py") else None
    return None


def _started(program: LaunchProgram, arguments: tuple[str, ...]) -> Command | None:
    if program.subcommands and not set(program.subcommands).intersection(arguments):
        return None
    options, first = _parsed(program, arguments)
    worker = next((options[name] for name in program.workers if name in options), "")
    switched = next((library for name, library in program.switches.items() if name in options), "")
    library = program.library or switched or library_named(worker)
    named = (first if name == "" else options.get(name, "") for name in program.target)
    target = next((value for value in named if is_target(value)), program.default)
    config = next((options[name] for name in program.config if name in options), "")
    if not (target or library or config):
        return None
    return Command(program.kind, target, library, arguments, config)


def _parsed(program: LaunchProgram, arguments: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return the options with their values, and the first argument that is none."""
    options: dict[str, str] = {}
    first = ""
    position = 0
    while position < len(arguments):
        word = arguments[position]
        position += 1
        if not word.startswith("-"):
            first = first or ("" if word in program.subcommands else word)
            continue
        name, equals, value = word.partition("=")
        glued = not equals and not word.startswith("--") and len(word) > 2
        if glued:
            name, value = word[:2], word[2:]
        elif not equals and name not in program.flags and position < len(arguments):
            value = arguments[position]
            position += 1
        options.setdefault(name, value)
    return options, first
