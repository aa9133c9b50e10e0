"""What would be analysed, and with which settings, without doing it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenlint.options import Options
    from greenlint.source.roots import Program


def files(found: Sequence[tuple[Program, Options]], cwd: Path) -> Iterator[str]:
    """Yield the files of the programs, relative to the working directory."""
    from greenlint.source.discovery import discover

    for program, options in found:
        for file in discover(program.root, options, program.given, named=program.named):
            yield os.path.relpath(file.absolute, cwd)


def settings(found: Sequence[tuple[Program, Options]], file_of: Callable[[Path], str]) -> Iterator[str]:
    """Yield the settings in force for each program, in the form of greenlint.toml, and the rules that they choose."""
    from greenlint.rules import all_rules, select

    for program, options in found:
        chosen = select(all_rules(), options.select, options.ignore, options.extend_select)
        yield f"# program: {program.root}"
        yield f"# configuration: {file_of(program.root) or 'none found'}"
        yield f"# rules: {', '.join(f'{rule.code} {rule.name}' for rule in chosen) or 'none'}"
        for key, value in values_of(options).items():
            yield f"{key} = {as_toml(value)}"
        yield ""


def values_of(options: Options) -> dict[str, object]:
    """Give the value of each key as JSON knows it."""
    import msgspec

    values: dict[str, object] = msgspec.to_builtins(options, enc_hook=str)
    rows = values.pop("knowledge")
    return values | (rows if isinstance(rows, dict) else {})


def as_toml(value: object) -> str:
    """Write a value; a place that is not set is empty text, mappings are inline tables."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(key)} = {as_toml(item)}" for key, item in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(as_toml, value))}]"
    return '""' if value is None else json.dumps(value)
