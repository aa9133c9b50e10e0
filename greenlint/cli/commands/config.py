"""``greenlint config``: every key of the configuration, its default and what it does."""

from __future__ import annotations

import inspect
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

from greenlint.cli.console import Console
from greenlint.cli.listing import as_toml, values_of
from greenlint.model import GreenlintError

HELP = "list the configuration keys, or the columns of a table"

INTRODUCTION = """\
Keys stand under [tool.greenlint] in pyproject.toml, at the top of greenlint.toml or .greenlint.toml, or under
[greenlint] in setup.cfg or tox.ini. --config 'KEY = VALUE' sets one for a single run."""

TABLES = """\
Tables hold your own knowledge of libraries; [[tool.greenlint.client]] in pyproject.toml begins a row.
`greenlint config client` lists its columns."""

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
    "hub": "What switches between greenthreads: auto, eventlet or gevent; threading if nothing does: no findings.",
    "entry-points": (
        "Ways into the program that cannot be inferred: "
        '[{callable = "app.cmd.api:main", patched = true | false | ["socket", ...]}].'
    ),
    "roots": 'Functions that greenthreads run: [{callable = "app.rpc.*", multiplicity = "many"}].',
    "min-confidence": "The least confidence that is shown: certain, likely or possible.",
    "output-format": "The format of the report; `greenlint check --help` lists them.",
    "cache-dir": "Where the facts of unchanged files are kept; in a project file, inside the project.",
    "no-cache": "Neither read nor write the cache.",
    "baseline": "A file of known findings that are held back (check --write-baseline writes it); inside the project.",
    "jobs": "Processes that read sources; 0 is one per CPU.",
}
"""What each key does. A test holds it against the keys that the options know."""


def configure(parser: ArgumentParser) -> None:
    """Add the key that is asked for, if only one is."""
    parser.add_argument("key", nargs="?", metavar="KEY", help="for example min-confidence")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")


def run(arguments: Namespace, console: Console) -> int:
    """Describe the keys and tables, or one of them."""
    from greenlint.options import KNOWLEDGE_KEYS

    known = (*KEYS, *KNOWLEDGE_KEYS)
    if arguments.key is not None and arguments.key not in known:
        raise GreenlintError.unknown("key", arguments.key, known)
    if arguments.output_format == "json":
        wanted = [arguments.key] if arguments.key else known
        console.write([json.dumps({key: _described(key) for key in wanted}, indent=2)])
    elif arguments.key is None:
        console.write(_overview(KNOWLEDGE_KEYS))
    else:
        console.write(_setting(arguments.key) if arguments.key in KEYS else _table(arguments.key))
    return 0


def default_of(key: str) -> object:
    """Give the value that a key has when nobody sets it, as JSON knows it; a table has no rows."""
    from greenlint.options import Options

    return values_of(Options())[key] if key in KEYS else []


def _described(key: str) -> dict[str, object]:
    about = KEYS.get(key) or " ".join(_summary(key).split())
    return {"default": default_of(key), "description": about}


def _overview(tables: tuple[str, ...]) -> Iterator[str]:
    yield from (*INTRODUCTION.splitlines(), "")
    for key in KEYS:
        yield from (*_setting(key), "")
    yield from (*TABLES.splitlines(), "")
    for key in tables:
        yield from (f"[[{key}]]", *(f"    {line}" for line in _summary(key).splitlines()), "")


def _setting(key: str) -> Iterator[str]:
    yield from (f"{key} = {as_toml(default_of(key))}", f"    {KEYS[key]}")


def _table(key: str) -> Iterator[str]:
    """Yield what a table is for, then its columns with default and closed words."""
    import msgspec

    row = _row_of(key)
    meaning = inspect.getdoc(row) or ""
    yield from (f"[[{key}]]", *(f"    {line}".rstrip() for line in meaning.splitlines()), "")
    for column in msgspec.structs.fields(row):
        words = ", ".join(_words(column.type))
        default = "(required)" if column.required else f"= {as_toml(_plain(column))}"
        yield f"{column.name} {default}" + (f"   one of: {words}" if words else "")


def _summary(key: str) -> str:
    """Give the first paragraph of what the rows of a table say."""
    return (inspect.getdoc(_row_of(key)) or "").partition("\n\n")[0]


def _row_of(key: str) -> type:
    import msgspec

    from greenlint.knowledge.schema import Rows

    table = next(field for field in msgspec.structs.fields(Rows) if field.name == key)
    row: type = get_args(table.type)[0]
    return row


def _plain(column: object) -> object:
    import msgspec

    assert isinstance(column, msgspec.structs.FieldInfo)
    default = column.default if column.default_factory is msgspec.NODEFAULT else column.default_factory()
    return msgspec.to_builtins(default)


def _words(kind: object) -> Iterator[str]:
    """Yield the closed words that a type admits, also as items of a list."""
    if get_origin(kind) is Literal:
        yield from (str(word) for word in get_args(kind) if word != "")
    else:
        for part in get_args(kind):
            yield from _words(part)
