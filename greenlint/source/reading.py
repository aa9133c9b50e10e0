"""Read a file and parse it; whatever goes wrong is one notice (GRN901) and the run goes on."""

from __future__ import annotations

import ast
import codecs
import errno
import io
import os
import stat
import tokenize
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenlint.model import Notice
from greenlint.source.footprint import state_from

if TYPE_CHECKING:
    from greenlint.source.discovery import SourceFile

MAXIMUM_BYTES = 10_000_000
"""A longer file is data in the guise of a program; it would cost more than all others together."""

CHANGING = "it changed while it was read"
"""Why a file is left out of this run, and of this run only."""

LINK = "it is a symbolic link; only one that the command line names is followed"
"""Why a link that leads out of the program is left out: whoever may lay links could show files that are not his."""

_ATTEMPTS = 2
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another without reading it (times in nanoseconds)."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Return the stamp of a stat result."""
        return cls(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)

    @property
    def state(self) -> bytes:
        """The state of which the stamp tells, see `state_of`."""
        return state_from(self.mtime_ns, self.ctime_ns, self.size, self.inode)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file (its path relative to the root) as they were at `stamp`."""

    path: str
    data: bytes
    stamp: Stamp

    @property
    def text(self) -> str:
        """The decoded text, see `decode`; decoded anew at each call."""
        return decode(self.data)


def read(file: SourceFile) -> Source | Notice:
    """Return the content of a regular file that did not change while it was read, or a GRN901 notice.

    A symbolic link is read only if the user named it.
    """
    return read_path(file.path, file.absolute, follow=file.is_named)


def read_path(path: str, absolute: str, *, follow: bool = True) -> Source | Notice:
    """Do as `read`, for a file that is no source of the program, such as a configuration."""
    flags = _OPEN_FLAGS if follow else _OPEN_FLAGS | _NO_LINK
    try:
        for _ in range(_ATTEMPTS):
            found = _read_once(path, absolute, flags)
            if found is not None:
                return found
    except OSError as error:
        is_link = error.errno == errno.ELOOP and not follow
        return unreadable(path, LINK if is_link else error.strerror or str(error))
    return unreadable(path, CHANGING)


def decode(data: bytes) -> str:
    r"""Decode source as Python does (PEP 263, byte order mark) and end all lines with ``\n``.

    Bytes that the declared encoding does not allow are read as Latin-1, as flake8 does, so this never fails.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def utf8_lines(data: bytes) -> list[bytes]:
    """Return the lines of a source in UTF-8 without a byte order mark: what offsets of `ast` count in."""
    if data.startswith(codecs.BOM_UTF8) or b"\r" in data or not data.isascii():
        data = decode(data).encode("utf-8", "surrogatepass")
    return data.split(b"\n")


def code_point_column(line_bytes: bytes, utf8_offset: int) -> int:
    """Return the 1-based column in code points of a 0-based offset of `ast` into a line of `utf8_lines`."""
    if line_bytes.isascii():
        return utf8_offset + 1
    return len(line_bytes[:utf8_offset].decode("utf-8", "replace")) + 1


def ast_of(data: bytes, path: str) -> ast.Module | Notice:
    """Parse a source without its warnings; a source that Python does not accept gives a GRN901 notice."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as error:
        return unreadable(path, f"{error.msg}", error.lineno or 1)
    except (RecursionError, MemoryError):
        return unreadable(path, "it is nested too deeply for the Python parser")
    except ValueError as error:
        return unreadable(path, str(error))


def unreadable(path: str, reason: str, line: int = 1) -> Notice:
    """Return the notice that the file at `path` is left out of the analysis."""
    return Notice("GRN901", path, line, f"cannot be analysed: {reason}")


def _read_once(path: str, absolute: str, flags: int) -> Source | Notice | None:
    """Read the file, or return None if it changed meanwhile. Never waits for a pipe or a device."""
    descriptor = os.open(absolute, flags)
    with open(descriptor, "rb", buffering=0) as stream:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return unreadable(path, "it is not a regular file")
        if before.st_size > MAXIMUM_BYTES:
            return unreadable(path, f"it is too large ({before.st_size} bytes)")
        data = stream.read(before.st_size + 1)
        stamp = Stamp.of(os.fstat(descriptor))
    if stamp != Stamp.of(before) or len(data) != before.st_size:
        return None
    nul = data.find(b"\0")
    if nul >= 0:
        return unreadable(path, "it contains NUL bytes", data.count(b"\n", 0, nul) + 1)
    return Source(path, data, stamp)
