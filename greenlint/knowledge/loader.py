"""Reading the rows: our own data files, rows of the configuration, rows that distributions ship.

Parsing TOML is slow next to a run on a warm summary cache, so the decoded rows can be kept in a cache
directory as msgpack: keyed by name, size and change time of the data files, checked by a BLAKE2 digest and
decoded with full validation.  A cache that is damaged, foreign or unwritable is ignored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from greenlint import __version__
from greenlint.cachedir import SEAL_BYTES, CacheDirectory, seal
from greenlint.knowledge.decode import KnowledgeError, decode, from_config, merge
from greenlint.knowledge.knowledge import Knowledge, know
from greenlint.knowledge.schema import Rows

if TYPE_CHECKING:
    from importlib import metadata

__all__ = ["Knowledge", "KnowledgeError", "decode", "distributed", "from_config", "load", "own_rows"]

DATA = Path(__file__).with_name("data")
ENTRY_POINT_GROUP = "greenlint.knowledge"
_NAME = "knowledge.msgpack"
_LIMIT = 1 << 26


def load(extra: Sequence[Rows] = (), cache_dir: Path | None = None) -> Knowledge:
    """Return our own rows with ``extra`` ones in front; ``cache_dir`` may keep the decoded rows.

    Without extra rows all programs of a process share one answer.
    """
    return know(own_rows(cache_dir), extra) if extra else _own(DATA, cache_dir)


_KNOWN: dict[Path, Knowledge] = {}
"""Our own knowledge by data directory: programs have caches of their own, but know the same."""


def _own(data: Path, cache_dir: Path | None) -> Knowledge:
    known = _KNOWN.get(data)
    if known is None:
        known = _KNOWN[data] = know(own_rows(cache_dir), ())
    return known


def own_rows(cache_dir: Path | None = None) -> Rows:
    """Return the rows of our data files, from the cache if it is fresh and sound."""
    files = sorted(DATA.glob("*.toml"))
    if cache_dir is None:
        return _read(files)
    directory, identity = CacheDirectory(str(cache_dir)), _identity(files)
    rows = _cached(directory, identity)
    if rows is None:
        rows = _read(files)
        _keep(directory, identity, rows)
    return rows


def distributed() -> tuple[Rows, ...]:
    """Return the rows that installed distributions ship.

    An entry point of the group ``greenlint.knowledge`` names ``package:file.toml``; the file is found in the
    distribution's record and read, nothing is imported.  They are looked for once in a process, for each search path.
    Raise KnowledgeError for one that cannot be read.
    """
    return _distributed(tuple(sys.path))


@cache
def _distributed(search_path: tuple[str, ...]) -> tuple[Rows, ...]:
    from importlib import metadata  # slow to import

    entries = metadata.entry_points(group=ENTRY_POINT_GROUP)
    return tuple(_shipped(entry) for entry in entries)


def _shipped(entry: metadata.EntryPoint) -> Rows:
    package, _, file = entry.value.partition(":")
    wanted = f"{package.strip().replace('.', '/')}/{file.strip()}"
    distribution = entry.dist
    name = distribution.name if distribution else "an unknown distribution"
    for path in (distribution.files if distribution else None) or ():
        if path.as_posix() == wanted:
            return _decode_file(Path(str(path.locate())), f"{name}: {wanted}")
    raise KnowledgeError(
        f"{name}: the entry point {entry.name!r} of {ENTRY_POINT_GROUP} names {entry.value!r}, "
        f"but the distribution holds no {wanted}"
    )


def _read(files: Sequence[Path]) -> Rows:
    return merge(_decode_file(path, path.name) for path in files)


def _decode_file(path: Path, source_name: str) -> Rows:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{source_name}: cannot be read: {error}") from error
    return decode(text, source_name)


def _identity(files: Sequence[Path]) -> bytes:
    return seal(f"knowledge {__version__} {msgspec.__version__}".encode(), "".join(_stamps(files)).encode())


def _stamps(files: Sequence[Path]) -> Iterator[str]:
    for path in (*files, *sorted(Path(__file__).parent.glob("*.py"))):
        stat = path.stat()
        yield f"{path.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}\n"


def _cached(directory: CacheDirectory, identity: bytes) -> Rows | None:
    content = directory.read(_NAME, _LIMIT) or b""
    payload = content[2 * SEAL_BYTES :]
    if content[: 2 * SEAL_BYTES] != identity + seal(payload):
        return None
    try:
        return msgspec.msgpack.decode(payload, type=Rows)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _keep(directory: CacheDirectory, identity: bytes, rows: Rows) -> None:
    payload = msgspec.msgpack.encode(rows)
    directory.write(_NAME, (identity, seal(payload), payload))
