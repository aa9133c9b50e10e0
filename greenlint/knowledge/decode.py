"""From TOML text or configuration tables to typed rows, with errors that name file, table, row and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import msgspec.inspect

from greenlint.knowledge.schema import Rows
from greenlint.model import GreenlintError

_PLACE = re.compile(r" - at `\$(?:\.(?P<table>\w+)(?:\[(?P<index>\d+)\])?(?P<rest>.*))?`\Z")
_UNKNOWN_KEY = re.compile(r"unknown field `(?P<word>.*?)`")
_BAD_WORD = re.compile(r"Invalid enum value '(?P<word>.*?)'")


class KnowledgeError(GreenlintError):
    """A row that cannot be understood; the text names the file, table, row and key."""


def decode(text: str, source_name: str) -> Rows:
    """Decode the rows of one TOML text; ``source_name`` is the file that errors name."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{source_name}: not valid TOML: {error}") from error
    return _convert(tables, source_name)


def from_config(tables: Mapping[str, Any], source_name: str = "configuration") -> Rows:
    """Decode rows that a configuration file holds as plain tables, e.g. ``{"client": [{...}]}``.

    A row without ``id`` is known by its first name.
    """
    named = {table: _with_ids(rows) for table, rows in tables.items()}
    return _convert(named, source_name)


def merge(parts: Iterable[Rows]) -> Rows:
    """Return the rows of all parts, in order."""
    gathered: dict[str, list[Any]] = {table: [] for table in Rows.__struct_fields__}
    for part in parts:
        for table, rows in gathered.items():
            rows.extend(getattr(part, table))
    filled: dict[str, Any] = {table: tuple(rows) for table, rows in gathered.items()}
    return Rows(**filled)


def _with_ids(rows: Any) -> Any:
    if not isinstance(rows, list):
        return rows
    return [_with_id(row) if isinstance(row, dict) else row for row in rows]


def _with_id(row: dict[str, Any]) -> dict[str, Any]:
    names = row.get("names") or row.get("constructors") or row.get("factories")
    if "id" in row or not (isinstance(names, list) and names):
        return row
    return {"id": names[0], **row}


def _convert(tables: Mapping[str, Any], source_name: str) -> Rows:
    try:
        return msgspec.convert(tables, Rows)
    except msgspec.ValidationError as error:
        raise KnowledgeError(_explain(str(error), tables, source_name)) from error


def _explain(message: str, tables: Mapping[str, Any], source_name: str) -> str:
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
