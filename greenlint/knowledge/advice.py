"""What to tell a user whose row cannot be decoded: the place, and the word that was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec.inspect

from greenlint.knowledge.schema import Rows

_PLACE = re.compile(r" - at `\$(?:\.(?P<table>\w+)(?:\[(?P<index>\d+)\])?(?P<rest>.*))?`\Z")
_UNKNOWN_KEY = re.compile(r"unknown field `(?P<word>.*?)`")
_BAD_WORD = re.compile(r"Invalid enum value '(?P<word>.*?)'")


def explain(message: str, tables: Mapping[str, Any], source_name: str) -> str:
    """Return the text of an error of msgspec with file, table, row and key, and the nearest known word."""
    place = _PLACE.search(message)
    what = message[: place.start()] if place else message
    if place is None or place["table"] is None:
        return f"{source_name}: {_advise(what, Rows.__struct_fields__, 'table')}"
    table, key = place["table"], (place["rest"] or "").lstrip(".")
    where = f"{source_name}: [[{table}]]"
    if place["index"] is not None:
        where += f" {_row_name(tables, table, int(place['index']))}"
    words, description = _allowed(table, key)
    if "matching regex" in what and description:
        what = f"expected {description}"
    return f"{where}: {f'{key}: ' if key else ''}{_advise(what, words, 'key')}"


def _row_name(tables: Mapping[str, Any], table: str, index: int) -> str:
    row = tables[table][index]
    for key in ("id", "name", "client", "constructor", "spawn", "names", "modules"):
        if isinstance(row, dict) and row.get(key):
            return repr(row[key])
    return f"row {index + 1}"


def _advise(what: str, words: Iterable[str], noun: str) -> str:
    words = tuple(words)
    unknown, bad = _UNKNOWN_KEY.search(what), _BAD_WORD.search(what)
    if unknown:
        what = f"unknown {noun} {unknown['word']!r}"
    elif bad:
        what = f"unknown word {bad['word']!r}"
    word = unknown or bad
    if word is None:
        return what
    near = difflib.get_close_matches(word["word"], words, n=1)
    if near:
        return f"{what}; did you mean {near[0]!r}?"
    return f"{what}; known: {', '.join(words)}"


def _allowed(table: str, key: str) -> tuple[tuple[str, ...], str]:
    """Return the words allowed at a key of a table, and the description of its pattern."""
    kind: Any = msgspec.inspect.type_info(Rows)
    for part in [table, *re.findall(r"\w+", re.sub(r"\[\d+\]", "", key))]:
        kind = next(iter(_structs(kind)), None)
        field = next((f for f in kind.fields if f.name == part), None) if kind else None
        if field is None:
            return (), ""
        kind = field.type
    described = [k.extra_json_schema or {} for k in _kinds(kind) if isinstance(k, msgspec.inspect.Metadata)]
    literals = [str(v) for k in _kinds(kind) if isinstance(k, msgspec.inspect.LiteralType) for v in k.values]
    fields = [f.name for struct in _structs(kind) for f in struct.fields]
    return tuple(literals or fields), "".join(str(d.get("description", "")) for d in described)


def _structs(kind: Any) -> Iterator[Any]:
    return (k for k in _kinds(kind) if isinstance(k, msgspec.inspect.StructType))


def _kinds(kind: Any) -> Iterator[Any]:
    """Return a type and the types it is made of, structs not entered."""
    yield kind
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from _kinds(kind.type)
    elif isinstance(kind, msgspec.inspect.VarTupleType):
        yield from _kinds(kind.item_type)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for inner in kind.types:
            yield from _kinds(inner)
