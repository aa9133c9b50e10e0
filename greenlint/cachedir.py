"""A directory of derived data: it may be missing, full, read-only, damaged, of another version or hostile.

A file in it is written whole or not at all, under a lock where the system knows locks, and read only if it is a
regular file of bearable size. Nothing is followed out of the directory, nothing but our own names is removed, and a
directory that holds other things, and not our tag, is not ours to write to.
Whoever reads a file judges its content; `seal` makes damage visible, not forgery: who may write the directory
may also edit the program that it speaks of.
"""

from __future__ import annotations

import os
import stat
import time

try:
    from _blake2 import blake2b  # hashlib loads OpenSSL first
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False  # as of typing, which takes a while to load
if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_NAME = ".greenlint_cache"
TAG = "CACHEDIR.TAG"
SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"
"""First line of the tag, see https://bford.info/cachedir/: backups pass over directories that hold it."""

RACY_NS = 2_000_000_000
"""The coarsest clock of a file system in use (FAT): what is younger may change again within its tick."""

SEAL_BYTES = 32
_PATIENCE = 2.0
_ABANDONED_SECONDS = 3600
_OPEN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_OURS = (
    r"CACHEDIR\.TAG|\.gitignore|lock"
    r"|\.?(?:facts-[0-9a-f]{8}-[0-9]{2}\.msgpack|run-[0-9a-f]{16}\.json|again-[0-9a-f]{16}|knowledge\.msgpack)"
    r"(?:\.[0-9]+\.tmp)?"
)
"""The names of what greenlint writes, finished or not."""

_INSIDE = {
    TAG: SIGNATURE + b"\n# This directory holds what greenlint derived from sources; it can be removed.\n",
    ".gitignore": b"*\n",
}


def seal(*parts: bytes) -> bytes:
    """Return the BLAKE2b-256 digest of the parts and of where each ends."""
    digest = blake2b(digest_size=SEAL_BYTES)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def is_our_name(name: str) -> bool:
    """Tell whether greenlint gives this name to a file in a cache directory."""
    import re  # slow to import

    return re.fullmatch(_OURS, name) is not None


class CacheDirectory:
    """The directory at an absolute ``path``, which is made when something is first written."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the content of a file, or None if there is none of at most ``limit`` bytes."""
        if self._is_elsewhere():
            return None
        try:
            descriptor = os.open(self._file(name), os.O_RDONLY | _OPEN)
            with open(descriptor, "rb", buffering=0) as stream:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                    return None
                data = stream.read(limit + 1)
        except OSError:
            return None
        return data if len(data) <= limit else None

    def write(self, name: str, parts: Iterable[bytes]) -> bool:
        """Replace a file at once; return whether that could be done."""
        temporary = self._file(f".{name}.{os.getpid()}.tmp")
        try:
            self._make()
            with open(temporary, "xb", opener=_open_new) as stream:
                stream.writelines(parts)
            os.replace(temporary, self._file(name))
        except OSError:
            _unlink(temporary)
            return False
        return True

    def is_tagged(self) -> bool:
        """Tell whether the directory says that it is a cache of greenlint."""
        return self.read(TAG, len(_INSIDE[TAG])) == _INSIDE[TAG]

    def clean(self) -> list[str]:
        """Remove our files, and the directory if nothing else is in it; return what is left. Raise OSError."""
        names = self.names()
        for name in filter(is_our_name, sorted(names, key=TAG.__eq__)):  # the tag last: an interrupted clean goes on
            os.unlink(self._file(name))
        left = self.names()
        if not left:
            os.rmdir(self.path)
        return left

    def remove(self, name: str) -> None:
        """Remove one of our files, if that can be done."""
        _unlink(self._file(name))

    def names(self) -> list[str]:
        """Return the names of what is in the directory, sorted."""
        try:
            return [] if self._is_elsewhere() else sorted(os.listdir(self.path))
        except OSError:
            return []

    def sweep(self, prefix: str, oldest_seconds: float, *, most: int | None = None, ours: str = "\0") -> None:
        """Remove what killed runs left behind, and files with a prefix that are older or more than this.

        Those that begin with ``ours`` stay.
        """
        now = time.time()
        ages: list[tuple[float, str]] = []
        for name in self.names():
            try:
                status = os.lstat(self._file(name))
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                ages.append((now - status.st_mtime, name))
        left_behind = [n for age, n in ages if n.startswith(".") and n.endswith(".tmp") and age > _ABANDONED_SECONDS]
        found = sorted((age, n) for age, n in ages if n.startswith(prefix) and not n.startswith(ours))
        most = len(found) if most is None else most
        stale = [name for rank, (age, name) in enumerate(found) if rank >= most or age > oldest_seconds]
        for name in (*left_behind, *stale):
            self.remove(name)

    def locked(self) -> Lock:
        """Return the lock of the directory, to hold in a ``with``: True if it is ours and we can write."""
        return Lock(self)

    def now_ns(self) -> int:
        """Return what time it is by the clock that stamps files here, or by ours if that is earlier.

        Makes the directory, so that this is no change while a run looks at what is around it.
        """
        try:
            descriptor = self.open_lock()
            try:
                os.utime(descriptor)
                return min(time.time_ns(), os.fstat(descriptor).st_mtime_ns)
            finally:
                os.close(descriptor)
        except (OSError, NotImplementedError):  # not implemented: a system that cannot touch an open file
            return time.time_ns()

    def open_lock(self) -> int:
        """Return a descriptor of the file that is locked; raise OSError if nothing can be written."""
        self._make()
        return os.open(self._file("lock"), os.O_RDWR | os.O_CREAT | _OPEN, 0o666)

    def _make(self) -> None:
        """Make the directory; raise OSError if that is impossible, or if it is a link or holds what is not ours."""
        if self._is_elsewhere():
            raise NotADirectoryError(self.path)
        os.makedirs(self.path, exist_ok=True)
        if not (self.is_tagged() or all(map(is_our_name, self.names()))):
            raise FileExistsError(self.path)
        for name, content in _INSIDE.items():
            if not os.path.lexists(self._file(name)):
                with open(self._file(name), "xb", opener=_open_new) as stream:
                    stream.write(content)

    def _is_elsewhere(self) -> bool:
        return os.path.islink(self.path)

    def _file(self, name: str) -> str:
        return os.path.join(self.path, name)


class Lock:
    """The lock of a cache directory while it is held."""

    def __init__(self, directory: CacheDirectory) -> None:
        self._directory = directory
        self._descriptor = -1

    def __enter__(self) -> bool:
        try:
            self._descriptor = self._directory.open_lock()
        except OSError:
            return False
        return _lock(self._descriptor)

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _open_new(path: str, flags: int) -> int:
    return os.open(path, flags | _OPEN, 0o666)


def _lock(descriptor: int) -> bool:
    """Take the lock within some seconds; where locks are unknown it is always free."""
    try:
        import fcntl
    except ImportError:
        return True
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        except OSError:  # a file system without locks
            return True
        else:
            return True
