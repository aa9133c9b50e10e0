"""The summaries of earlier runs, on disk.

A record holds the summary of one file, the stamp that the file had, and the digest of its content. It serves as
long as the stamp is the same - unless the file was so young when it was read that it could change again within
the tick of its clock (git's racy rule) - or the content is, wherever the file is now. Records lie in shards, by
path, so that an edit rewrites a small part. Each is sealed together with the versions that made it; what is
damaged, foreign or older than the code is no record, and the file is summarised again.

Decoding is typed and the result is checked to be a tree (`decode_module`), so that the worst a forged record does
is to tell wrong facts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b

import msgspec

from greenlint import __version__
from greenlint.cachedir import SEAL_BYTES, CacheDirectory, seal
from greenlint.model import Notice
from greenlint.source.reading import Source, Stamp
from greenlint.summary.facts import ModuleFacts, decode_module, encode_module

_SHARDS = 16
_SHARD_LIMIT = 1 << 28
_FORMAT = 2
_OLDEST_SECONDS = 30 * 86400
_LONG = (1 << 63) - 1
_ENCODER = msgspec.msgpack.Encoder()


class _Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The summary of one file: facts, or line and text of the notice that it has none."""

    path: bytes
    stamp: tuple[int, int, int, int]
    racy: bool
    content: bytes
    facts: bytes
    notice: tuple[int, str] | None
    seal: bytes

    def is_sound(self, identity: bytes) -> bool:
        """Tell whether the record is as it was written, by the code with this identity."""
        return self.seal == _sealed(identity, self)


_DECODER = msgspec.msgpack.Decoder(tuple[_Record, ...])


class SummaryCache:
    """The records of the program at ``root`` in a directory, which other programs may use as well.

    Files that changed after ``since_ns`` are not known by their stamps.
    """

    def __init__(self, directory: CacheDirectory, root: str, since_ns: int) -> None:
        self._directory = directory
        self._root = os.fsencode(root)
        self._names = f"facts-{_digest(os.fsencode(os.path.relpath(root, directory.path)))[:4].hex()}-"
        self._since = since_ns
        self._identity = _identity()
        self._records: dict[bytes, _Record] = {}
        self._by_content: dict[bytes, _Record] | None = None

    def recall(self, sources: Iterable[Source]) -> dict[str, ModuleFacts | Notice]:
        """Return the summaries that are known, by path."""
        for number in range(_SHARDS):
            self._records.update((record.path, record) for record in self._read(number))
        found: dict[str, ModuleFacts | Notice] = {}
        if self._records:
            for source in sources:
                summary = self._known(source)
                if summary is not None:
                    found[source.path] = summary
        return found

    def known_at(self, path: str, state: bytes, content: str | None) -> ModuleFacts | None:
        """Return the facts of a file in an earlier state; its content counts too if the state proves little."""
        name = os.fsencode(path)
        self._records.update((record.path, record) for record in self._read(_shard(name)))
        record = self._records.get(name)
        if record is None or Stamp(*record.stamp).state != state:
            return None
        if record.racy and record.content.hex() != content:
            return None
        summary = _opened(record, path)
        return None if isinstance(summary, Notice) else summary

    def keep(self, sources: Iterable[Source], summaries: Mapping[str, ModuleFacts | Notice]) -> None:
        """Write what is new, and drop records of files that are gone, and of programs that nobody checks any more."""
        fresh = {os.fsencode(source.path): source for source in sources if source.path in summaries}
        outdated: dict[int, dict[bytes, _Record]] = {}
        for path, source in fresh.items():
            record = self._records.get(path)
            if record is None or record.racy or record.stamp != _key(source.stamp):
                outdated.setdefault(_shard(path), {})[path] = self._record(path, source, summaries[source.path])
        for path in self._records.keys() - fresh.keys():
            if not self._is_there(path):
                outdated.setdefault(_shard(path), {})
        if not outdated:
            return
        with self._directory.locked() as locked:
            for number, records in outdated.items() if locked else ():
                self._rewrite(number, records)
            self._directory.sweep("facts-", _OLDEST_SECONDS, ours=self._names)

    def _rewrite(self, number: int, records: Mapping[bytes, _Record]) -> None:
        """Write a shard with these records, and those of its present ones (another run's, too) that still count."""
        merged = {**{record.path: record for record in self._read(number)}, **records}
        kept = [record for path, record in sorted(merged.items()) if path in records or self._is_there(path)]
        name = self._name(number)
        if kept:
            self._directory.write(name, (self._identity, _ENCODER.encode(kept)))
        else:
            self._directory.remove(name)

    def _is_there(self, path: bytes) -> bool:
        return os.path.lexists(os.path.join(self._root, path))

    def _name(self, number: int) -> str:
        return f"{self._names}{number:02}.msgpack"

    def _read(self, number: int) -> tuple[_Record, ...]:
        data = self._directory.read(self._name(number), _SHARD_LIMIT)
        if data is None or not data.startswith(self._identity):
            return ()
        try:
            records = _DECODER.decode(memoryview(data)[SEAL_BYTES:])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return ()
        return tuple([record for record in records if record.is_sound(self._identity)])

    def _known(self, source: Source) -> ModuleFacts | Notice | None:
        """Return the summary of a file that has not changed, or that has the content of one."""
        record = self._records.get(os.fsencode(source.path))
        if record is None or record.racy or record.stamp != _key(source.stamp):
            content = seal(source.data)
            if record is None or record.content != content:
                record = self._with_content(content)
        return _opened(record, source.path) if record is not None else None

    def _with_content(self, content: bytes) -> _Record | None:
        if self._by_content is None:
            self._by_content = {record.content: record for record in self._records.values()}
        return self._by_content.get(content)

    def _record(self, path: bytes, source: Source, summary: ModuleFacts | Notice) -> _Record:
        failure = (summary.line, summary.message) if isinstance(summary, Notice) else None
        record = _Record(
            path,
            _key(source.stamp),
            max(source.stamp.ctime_ns, source.stamp.mtime_ns) > self._since,
            seal(source.data),
            b"" if isinstance(summary, Notice) else encode_module(summary),
            failure,
            b"",
        )
        return msgspec.structs.replace(record, seal=_sealed(self._identity, record))


def _opened(record: _Record, path: str) -> ModuleFacts | Notice | None:
    if record.notice is not None:
        return Notice("GRN901", path, *record.notice)
    with suppress(msgspec.MsgspecError, RecursionError):
        return decode_module(record.facts)
    return None


def _sealed(identity: bytes, record: _Record) -> bytes:
    small = repr((record.stamp, record.racy, record.notice)).encode("utf-8", "surrogatepass")
    return seal(identity, record.path, small, record.content, record.facts)


def _identity() -> bytes:
    """Return what tells the code that makes summaries from any other: versions, and state of its files."""
    versions = f"facts {_FORMAT} {__version__} {msgspec.__version__} {sys.implementation.cache_tag} {sys.hexversion}"
    with os.scandir(os.path.dirname(__file__)) as entries:
        files = sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries if e.name.endswith(".py"))
    return seal(versions.encode(), repr(files).encode())


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _key(stamp: Stamp) -> tuple[int, int, int, int]:
    return (stamp.mtime_ns, stamp.ctime_ns, stamp.size, stamp.inode & _LONG)


def _shard(path: bytes) -> int:
    return blake2b(path, digest_size=1).digest()[0] % _SHARDS
