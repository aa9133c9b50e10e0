"""What a run looked at below the root, each thing in the state that it had before it was used.

If all of it is in the same state again, the run would find the same. A state (times, size, inode) proves little
where a file was so young that it may have changed again within the tick of its clock; then a digest of the content
belongs to what is noted. This module loads nothing, because a run over an unchanged program asks little else.
"""

from __future__ import annotations

import os
import stat

from greenlint.cachedir import seal

TYPE_CHECKING = False  # as of typing, which takes a while to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MISSING = b"-"
_LARGEST = 10_000_000
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Footprint:
    """States by relative path, and digests of the content of what changed after ``since_ns``.

    ``noted`` are the paths that were looked at in another way than by `note_read`, whatever else was done with them.
    ``sources`` are files that a change concerns only if it changes their facts: what else a run asks of them is known.
    ``read`` are the files that `note_read` was told of, and ``named`` tells that one counts only as it was named.
    ``complete`` turns False when the run depends on what lies elsewhere or cannot be told.
    """

    def __init__(self, root: str, since_ns: int = 0) -> None:
        self.root = root
        self.since_ns = since_ns
        self.states: dict[str, bytes] = {}
        self.young: dict[str, bytes] = {}
        self.noted: set[str] = set()
        self.read: set[str] = set()
        self.sources: set[str] = set()
        self.named = False
        self.complete = True

    def note(self, path: str) -> None:
        """Note a file or directory (the root is the empty text) that is about to be looked at, present or not."""
        path = path.rstrip("/")
        self.noted.add(path)
        if path.startswith(("/", "../")) or path == "..":
            self.complete = False
        elif path not in self.states:
            absolute = f"{self.root}/{path}"
            state = self.states[path] = state_of(absolute)
            if is_young(state, self.since_ns):
                self.young[path] = content_of(absolute)

    def note_read(self, path: str, state: bytes, data: bytes) -> None:
        """Note a file that was read, in the state that it had then."""
        self.states[path] = state
        self.read.add(path)
        if is_young(state, self.since_ns):
            self.young[path] = _digest(data)


class Looked:
    """All that the runs of one command looked at, by absolute path; ``whole`` if that is all that counts.

    ``places`` are the cache directories that they used.
    """

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}
        self.young: dict[str, bytes] = {}
        self.places: set[str] = set()
        self.whole = True

    def add(self, paths: Sequence[str], states: Iterable[bytes], young: Mapping[int, bytes]) -> None:
        """Add paths in their states, and what was in the young ones by their number."""
        self.states.update(zip(paths, states, strict=True))
        self.young.update((paths[number], content) for number, content in young.items())


def state_of(path: str) -> bytes:
    """Tell one state of a file or directory from another without reading it; of ``.git``, whether it is there."""
    if path.endswith("/.git"):
        return b"+" if os.path.lexists(path) else MISSING
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return b"~" if os.path.lexists(path) else MISSING
    return state_from(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def state_from(mtime_ns: int, ctime_ns: int, size: int, inode: int) -> bytes:
    """Return the state of which the stamp of a file tells."""
    return b"%d %d %d %d" % (mtime_ns, ctime_ns, size, inode)


def digest_of(parts: Iterable[bytes]) -> str:
    """Return one text for many states, or for the contents of many files."""
    return seal(*parts).hex()


def is_young(state: bytes, since_ns: int) -> bool:
    """Tell whether what is in this state changed after ``since_ns``."""
    return b" " in state and any(int(time) > since_ns for time in state.split()[:2])


def content_of(path: str) -> bytes:
    """Return a digest of what is in a file that is no link, or of the names in a directory."""
    try:
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                kinds = sorted((e.name, e.is_symlink(), e.is_dir(follow_symlinks=False)) for e in entries)
            return _digest(repr(kinds).encode("utf-8", "surrogatepass"))
        descriptor = os.open(path, _OPEN)
        with open(descriptor, "rb", buffering=0) as stream:
            return _digest(stream.read(_LARGEST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b"")
    except OSError:
        return b""


def _digest(data: bytes) -> bytes:
    return seal(data)
