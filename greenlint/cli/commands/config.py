"""``greenlint config``: every key of the configuration, its default and what it does."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from greenlint.cli.console import Console
from greenlint.cli.listing import as_toml, values_of
from greenlint.model import GreenlintError

HELP = "list the configuration keys"

INTRODUCTION = """\
Keys stand under [tool.greenlint] in pyproject.toml, at the top of greenlint.toml or .greenlint.toml, or under
[greenlint] in setup.cfg or tox.ini. --config 'KEY = VALUE' sets one for a single run."""

KEYS = {
    "select": "Rules to run: codes, prefixes such as GRN3, names, ALL. Empty: all that are not opt-in.",
    "ignore": "Rules to leave out. The more precise of select and ignore wins.",
    "extend-select": "Rules to run besides those of select, or besides the default ones.",
    "per-file-ignores": 'Rules to leave out in files that match a pattern: {"tests/*" = ["GRN2"]}.',
    "exclude": "Patterns of files and directories that hold no source of the project.",
    "extend-exclude": "Patterns besides those of exclude.",
    "force-exclude": "Apply the patterns to files that are named on the command line, too.",
    "respect-gitignore": "Leave out what git ignores.",
    "src": "Import roots, relative to the root of the program, if they cannot be inferred.",
    "hub": "What switches between greenthreads: auto, eventlet, gevent or threading.",
    "entry-points": (
        "Ways into the program that cannot be inferred: "
        '[{callable = "app.cmd.api:main", patched = true | false | ["socket", ...]}].'
    ),
    "roots": 'Functions that greenthreads run: [{callable = "app.rpc.*", multiplicity = "many"}].',
    "min-confidence": "The least confidence that is shown: certain, likely or possible.",
    "output-format": "The format of the report; `greenlint check --help` lists them.",
    "cache-dir": "Where the facts of unchanged files are kept; in a project file, inside the project.",
    "baseline": "A file of known findings that are not reported; in a project file, inside the project.",
    "jobs": "Processes that read sources; 0 is one per CPU.",
    "client": "Rows about objects that break, or do not, when greenthreads share them.",
    "spawn": "Rows about functions that start greenthreads.",
    "blocking": "Rows about calls that block.",
    "guard": "Rows about what keeps greenthreads apart.",
    "patch": "Rows about what patches, and what breaks when it is imported before that.",
    "factory": "Rows about functions that make clients.",
}
"""What each key does. A test holds it against the keys that the options know."""

TABLES = ("client", "spawn", "blocking", "guard", "patch", "factory")
"""Keys that are arrays of tables, ``[[tool.greenlint.client]]``, in the schema of the knowledge."""


def configure(parser: ArgumentParser) -> None:
    """Add the key that is asked for, if only one is."""
    parser.add_argument("key", nargs="?", metavar="KEY", help="for example min-confidence")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")


def run(arguments: Namespace, console: Console) -> int:
    """Describe the keys."""
    if arguments.key is not None and arguments.key not in KEYS:
        raise GreenlintError.unknown("key", arguments.key, KEYS)
    keys = [arguments.key] if arguments.key else list(KEYS)
    if arguments.output_format == "json":
        described = {key: {"default": default_of(key), "description": KEYS[key]} for key in keys}
        console.write([json.dumps(described, indent=2)])
    else:
        console.write(_text(keys, introduced=arguments.key is None))
    return 0


def default_of(key: str) -> object:
    """Give the value that a key has when nobody sets it, as JSON knows it."""
    from greenlint.options import Options

    return [] if key in TABLES else values_of(Options())[key]


def _text(keys: list[str], *, introduced: bool) -> Iterator[str]:
    if introduced:
        yield from (*INTRODUCTION.splitlines(), "")
    for key in keys:
        name = f"[[{key}]]" if key in TABLES else f"{key} = {as_toml(default_of(key))}"
        yield from (name, f"    {KEYS[key]}", "")
