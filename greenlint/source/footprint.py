"""What a run looked at below the root, each thing in the state that it had before it was used.

If all of it is in the same state again, the run would find the same. This module loads nothing, because a run
over an unchanged program asks little else.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from hashlib import blake2b

MISSING = b"-"
_LARGEST = 10_000_000
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Footprint:
    """States by relative path. ``complete`` turns False when the run depends on what lies elsewhere."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.states: dict[str, bytes] = {}
        self.complete = True

    def note(self, path: str, state: bytes | None = None) -> None:
        """Note a file or directory (the root is the empty text) that is about to be looked at, present or not."""
        path = path.rstrip("/")
        if path.startswith(("/", "../")) or path == "..":
            self.complete = False
        elif path not in self.states:
            self.states[path] = state or state_of(f"{self.root}/{path}")


def state_of(path: str) -> bytes:
    """Tell one state of a file or directory from another without reading it."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return b"~" if os.path.lexists(path) else MISSING
    return state_from(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def state_from(mtime_ns: int, ctime_ns: int, size: int, inode: int) -> bytes:
    """Return the state of which the stamp of a file tells."""
    return b"%d %d %d %d" % (mtime_ns, ctime_ns, size, inode)


def is_racy(state: bytes, since_ns: int) -> bool:
    """Tell whether what was in this state may have changed since without a change of state."""
    return any(int(time) > since_ns for time in state.split()[:2]) if b" " in state else False


def contents(paths: Iterable[str]) -> str:
    """Return a digest of what is in files, and of the names in directories, where the state is not enough."""
    digest = blake2b(digest_size=16)
    for path in paths:
        digest.update(blake2b(_content(path), digest_size=16).digest())
    return digest.hexdigest()


def _content(path: str) -> bytes:
    try:
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                kinds = sorted((e.name, e.is_symlink(), e.is_dir(follow_symlinks=False)) for e in entries)
            return repr(kinds).encode("utf-8", "surrogatepass")
        descriptor = os.open(path, _OPEN)
        with open(descriptor, "rb", buffering=0) as stream:
            return stream.read(_LARGEST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
