"""Prints, one a line, each name of a row that its installed library does not have.

Run in a process of its own: it imports eventlet and gevent, which a test process must not.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from greenlint.knowledge.loader import own_rows
from greenlint.knowledge.schema import AliasRow, Rows

LIBRARIES = {"eventlet", "gevent", "httplib2", "requests", "redis", "pymysql", "urllib3"}
BUILT_IN = frozenset(sys.stdlib_module_names)
NEED_MORE = ("eventlet.green.MySQLdb", "eventlet.green.OpenSSL", "eventlet.green.zmq")
"""Modules that need a library which is no dependency of the one that holds them."""


def main() -> None:
    os.environ["EVENTLET_TESTS"] = "1"
    warnings.simplefilter("ignore")
    rows = own_rows()
    for table in Rows.__struct_fields__:
        for row in getattr(rows, table):
            for name in checkable(row):
                if find(name) is None:
                    print(f"{table}: {name} does not exist")
    for alias in rows.alias:
        print_difference(alias)


def checkable(row: Any) -> Iterator[str]:
    """Yield the names of a row that must exist in this environment."""
    missing = {*listed(row, "absent"), *listed(row, "platform_names")}
    if getattr(row, "attribute", False) or getattr(row, "instance_attributes", False):
        return
    for name in names_of(row):
        name = name.removesuffix(".*")
        if name not in missing and is_installed(name):
            yield name


def names_of(row: Any) -> Iterator[str]:
    for field in (
        "names",
        "constructors",
        "factories",
        "checks_out",
        "returns",
        "bases",
        "greens",
        "removes",
    ):
        yield from listed(row, field)
    for field in ("constructor", "type", "receiver"):
        name = getattr(row, field, "")
        if name:
            yield name
    if type(row).__name__ in ("BaseRow", "StaleNameRow"):
        yield row.name


def listed(row: Any, field: str) -> tuple[str, ...]:
    value = getattr(row, field, ())
    return value if isinstance(value, tuple) else ()


def print_difference(alias: AliasRow) -> None:
    if (
        alias.absent
        or alias.green
        or alias.notes
        or not (is_installed(alias.name) and is_installed(alias.target))
    ):
        return
    if find(alias.name) is None or find(alias.name) != find(alias.target):
        print(f"alias: {alias.name} is not {alias.target}")


def is_installed(name: str) -> bool:
    return name.split(".")[0] in LIBRARIES | BUILT_IN and not name.startswith(NEED_MORE)


def find(name: str) -> Any:
    """Return the object of a dotted name, None if there is none."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part, None)
        return found
    return None


if __name__ == "__main__":
    main()
