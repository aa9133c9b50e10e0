"""From TOML text or configuration tables to typed rows, with errors that name file, table, row and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from greenlint.knowledge.schema import Rows
from greenlint.model import GreenlintError


class KnowledgeError(GreenlintError):
    """A row that cannot be understood; the text names the file, table, row and key."""


def decode(text: str, source_name: str) -> Rows:
    """Decode the rows of one TOML text; ``source_name`` is the file that errors name."""
    import tomllib  # not needed when the decoded rows are cached

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
        from greenlint.knowledge.advice import explain  # slow to import, and needed for errors only

        raise KnowledgeError(explain(str(error), tables, source_name)) from error
