"""The same words over an unchanged program: print what was printed, without loading greenlint.

What a command prints depends on its words, on where and by whom it is run, and on the state of all that the run
looked at. This module compares these with what the last such run left in the cache directory. It runs at every
start, so it needs nothing that Python has not loaded by itself.

What is kept are lines of text: printable characters, and the escapes that colours are made of. A forged file can
make the command print other lines, as it can make a run find other things; it cannot do more.
"""

from __future__ import annotations

import os
import sys

from greenlint import __version__
from greenlint.cachedir import DEFAULT_NAME, RACY_NS, SEAL_BYTES, CacheDirectory, seal
from greenlint.source.footprint import content_of, digest_of, is_young, state_of
from greenlint.source.places import marked

TYPE_CHECKING = False  # as of typing, which takes a while to load
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from greenlint.source.footprint import Looked

_LIMIT = 1 << 26
_MOST, _OLDEST_SECONDS = 32, 30 * 86400
_STATUSES = (b"0", b"1")
_DECIDING = ("FORCE_COLOR", "HOME", "NO_COLOR", "TERM", "XDG_CONFIG_HOME")
_OF_COLOURS = frozenset("0123456789;")


def recall(words: Sequence[str]) -> tuple[int, list[str]] | None:
    """Return the exit status and the lines that these words led to, if they would lead to the same again."""
    directory = _directory()
    if directory is None:
        return None
    identity = _identity(words)
    data = directory.read(_name(identity), _LIMIT)
    if data is None or data[:SEAL_BYTES] != seal(identity, data[SEAL_BYTES:]):
        return None
    try:
        status, states, young, contents, text, *rest = data[SEAL_BYTES:].split(b"\0")
        paths = [os.fsdecode(path) for path in rest]
        found = [state_of(path) for path in paths]
        if digest_of(found) != states.decode():
            return None
        numbers = [int(number) for number in young.split()]
        read = {number: content_of(paths[number]) for number in numbers}
        if digest_of(read.values()) != contents.decode():
            return None
        lines = text.decode().split("\n")[:-1]
    except (ValueError, IndexError):
        return None
    if status not in _STATUSES or not all(map(_is_harmless, lines)):
        return None
    if numbers:
        _keep(
            directory,
            identity,
            status,
            dict(zip(paths, found, strict=True)),
            {paths[n]: read[n] for n in numbers},
            lines,
        )
    return int(status), lines


def keep(words: Sequence[str], looked: Looked, status: int, lines: Sequence[str]) -> None:
    """Keep what these words led to, if it rests on nothing but what was looked at."""
    directory = _directory()
    if directory is None or directory.path not in looked.places or not (looked.whole and all(map(_is_harmless, lines))):
        return
    if status in (0, 1):
        _keep(directory, _identity(words), b"%d" % status, looked.states, looked.young, lines)


def _keep(
    directory: CacheDirectory,
    identity: bytes,
    status: bytes,
    states: Mapping[str, bytes],
    contents: Mapping[str, bytes],
    lines: Sequence[str],
) -> None:
    """Write what is kept; the content counts of what is still young."""
    since_ns = directory.now_ns() - RACY_NS
    young = [n for n, path in enumerate(states) if path in contents and is_young(states[path], since_ns)]
    paths = list(states)
    fields = (
        status,
        digest_of(states.values()).encode(),
        b" ".join(b"%d" % number for number in young),
        digest_of([contents[paths[number]] for number in young]).encode(),
        "".join(f"{line}\n" for line in lines).encode(),
        *map(os.fsencode, paths),
    )
    data = b"\0".join(fields)
    with directory.locked() as locked:
        if locked and data.count(b"\0") == len(fields) - 1:
            directory.write(_name(identity), (seal(identity, data), data))
            directory.sweep("again-", _OLDEST_SECONDS, most=_MOST)


def _directory() -> CacheDirectory | None:
    """Return the cache that these words use, unless they or a configuration file name another."""
    if os.environ.get("GREENLINT_NO_CACHE"):
        return None
    try:
        given = os.environ.get("GREENLINT_CACHE_DIR")
        if given:
            return CacheDirectory(os.path.abspath(os.path.expanduser(given)))
        root = marked(os.getcwd())
    except OSError:  # the working directory is gone
        return None
    return None if root is None else CacheDirectory(os.path.join(root, DEFAULT_NAME))


def _identity(words: Sequence[str]) -> bytes:
    """Return a digest of what is asked, where, by whom and of which greenlint."""
    names = sorted(name for name in os.environ if name.startswith("GREENLINT_") or name in _DECIDING)
    environment = [(name, os.environ[name]) for name in names]
    user = (getattr(os, "geteuid", int)(), getattr(os, "getegid", int)())
    is_terminal = sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()
    asked = (__version__, sys.version, sys.path, tuple(words), os.getcwd(), environment, user, is_terminal)
    return seal(repr(asked).encode("utf-8", "surrogatepass"))


def _name(identity: bytes) -> str:
    return f"again-{identity[:8].hex()}"


def _is_harmless(line: str) -> bool:
    """Tell whether a line does nothing to a terminal but to be shown, in colours."""
    plain, *coloured = line.split("\x1b[")
    parts = [part.partition("m") for part in coloured]
    return plain.isprintable() and all(
        end == "m" and _OF_COLOURS.issuperset(codes) and text.isprintable() for codes, end, text in parts
    )
