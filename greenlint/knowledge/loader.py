"""Reading the rows: our own data files, rows of the configuration, rows that distributions ship.

Parsing TOML is slow next to a run on a warm summary cache, so the decoded rows can be kept in a cache
directory as msgpack: keyed by name, size and change time of the data files, checked by a BLAKE2 digest and
decoded with full validation.  A cache that is damaged, foreign or unwritable is ignored.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import msgspec

from greenlint import __version__
from greenlint.knowledge.decode import KnowledgeError, decode, from_config, merge
from greenlint.knowledge.knowledge import Knowledge, know
from greenlint.knowledge.schema import Rows

__all__ = ["Knowledge", "KnowledgeError", "decode", "distributed", "from_config", "load", "own_rows"]

DATA = Path(__file__).with_name("data")
ENTRY_POINT_GROUP = "greenlint.knowledge"
_DIGEST_SIZE = 32


def load(extra: Sequence[Rows] = (), cache_dir: Path | None = None) -> Knowledge:
    """Return our own rows with ``extra`` ones in front; ``cache_dir`` may keep the decoded rows."""
    return know(own_rows(cache_dir), extra)


def own_rows(cache_dir: Path | None = None) -> Rows:
    """Return the rows of our data files, from the cache if it is fresh and sound."""
    files = sorted(DATA.glob("*.toml"))
    if cache_dir is None:
        return _read(files)
    path = cache_dir / f"knowledge-{_key(files)}.msgpack"
    rows = _cached(path)
    if rows is None:
        rows = _read(files)
        _keep(path, rows)
    return rows


def distributed() -> tuple[Rows, ...]:
    """Return the rows that installed distributions ship.

    An entry point of the group ``greenlint.knowledge`` names ``package:file.toml``; the file is found in the
    distribution's record and read, nothing is imported.  Raise KnowledgeError for one that cannot be read.
    """
    return tuple(_shipped(entry) for entry in metadata.entry_points(group=ENTRY_POINT_GROUP))


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


def _key(files: Sequence[Path]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    digest.update(f"{__version__} {msgspec.__version__}".encode())
    for part in _stamps(files):
        digest.update(part.encode())
    return digest.hexdigest()


def _stamps(files: Sequence[Path]) -> Iterator[str]:
    for path in (*files, *sorted(Path(__file__).parent.glob("*.py"))):
        stat = path.stat()
        yield f"{path.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}\n"


def _cached(path: Path) -> Rows | None:
    try:
        content = path.read_bytes()
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if hashlib.blake2b(payload, digest_size=_DIGEST_SIZE).digest() != digest:
            return None
        return msgspec.msgpack.decode(payload, type=Rows)
    except (OSError, msgspec.MsgspecError):
        return None


def _keep(path: Path, rows: Rows) -> None:
    payload = msgspec.msgpack.encode(rows)
    content = hashlib.blake2b(payload, digest_size=_DIGEST_SIZE).digest() + payload
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
