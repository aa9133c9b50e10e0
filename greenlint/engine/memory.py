"""What the last run over a program found, for a run that would find the same.

A run depends on what it is asked, on greenlint itself, and on the state of everything that it looks at: what lies
below the root is listed with the report, the rest (configuration above the root, what is installed) is known
before. If all is in the same state, the report is the same; so it is after edits that change nothing which the proof
reads (`greenlint.engine.edits`). Where a file was so young when it was read that it may have changed within the tick
of its clock, its content is compared as well.

Nothing here loads the analysis: checking some thousand states takes milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import greenlint
from greenlint.cachedir import DEFAULT_NAME, RACY_NS, SEAL_BYTES, CacheDirectory, seal
from greenlint.engine.entry import Entry
from greenlint.engine.request import Request
from greenlint.engine.stored import NotAReportError, as_text, from_text
from greenlint.model import INTERNAL_ERROR, Report
from greenlint.source.footprint import Footprint, Looked, content_of, digest_of, is_young, state_of
from greenlint.source.places import MARKERS
from greenlint.source.roots import Program, asked_tests

_LIMIT = 1 << 26
_MOST, _OLDEST_SECONDS = 32, 30 * 86400
_MOST_CHANGED = 16
_ENCODING = ("utf-8", "surrogatepass")
_SETTINGS_OF_NO_CONCERN = ("cache-dir", "cache_dir")


class Memory:
    """The memory of one request about one program; made before the run looks at anything."""

    def __init__(self, program: Program, request: Request) -> None:
        since_ns = time.time_ns() - RACY_NS
        self._root = str(program.root)
        self._around = list(_around(program, request))
        self._states = [state_of(path) for path in self._around]
        self._young = {
            number: content_of(self._around[number])
            for number, state in enumerate(self._states)
            if is_young(state, since_ns)
        }
        self._whole = _identity(program, request)
        self._own = seal(self._whole, repr([(str(path), path.is_dir()) for path in program.shown]).encode(*_ENCODING))
        self._named = {path for path in map(program.relative, program.named) if path is not None}

    def recall(self, directory: CacheDirectory, looked: Looked | None = None) -> Report | None:
        """Return what the last run found if another would find the same; ``looked`` is told what it rests on.

        Which files are shown makes no difference, unless one belongs to the program only because it was named.
        """
        found = self._recalled(directory, self._whole, looked)
        return self._recalled(directory, self._own, looked) if found is None and self._named else found

    def _recalled(self, directory: CacheDirectory, identity: bytes, looked: Looked | None) -> Report | None:
        entry = self._read(directory, identity)
        if entry is None or (identity == self._whole and not self._named <= self._files_of(entry)):
            return None
        paths = self._paths(entry.paths)
        states = [*self._states, *[state_of(path) for path in paths[len(self._states) :]]]
        contents = {number: content_of(paths[number]) for number in entry.young}
        changed = _changed(entry, states, contents)
        edited = self._edited(directory, entry, changed, states) if changed else {}
        if edited is None:
            return None
        try:
            report = from_text(entry.report)
        except NotAReportError:
            return None
        contents |= edited
        since_ns = directory.now_ns() - RACY_NS if contents else 0
        young = {number: digest for number, digest in contents.items() if is_young(states[number], since_ns)}
        if changed or len(young) < len(contents):
            self._write(directory, identity, entry, states, young)
        if looked is not None:
            looked.places.add(directory.path)
            looked.add(paths, states, contents)
        counts = report.statistics
        parsed = len(edited.keys() & set(entry.sources))
        known = counts.parsed + counts.cached - parsed
        return replace(report, statistics=replace(counts, parsed=parsed, cached=known))

    def keep(self, directory: CacheDirectory, report: Report, seen: Footprint, looked: Looked | None = None) -> None:
        """Keep a report, unless it rests on what was not noted, or on a fault of a rule."""
        if not seen.complete or any(notice.code == INTERNAL_ERROR for notice in report.notices):
            if looked is not None:
                looked.whole = False
            return
        inside = sorted(seen.states)
        states = [*self._states, *[seen.states[path] for path in inside]]
        first = len(self._states)
        young = {first + number: seen.young[path] for number, path in enumerate(inside) if path in seen.young}
        if looked is not None:
            looked.places.add(directory.path)
            looked.add(self._paths(inside), states, {**self._young, **young})
        files = [first + number for number, path in enumerate(inside) if path in seen.read]
        sources = [number for number in files if inside[number - first] in seen.sources]
        folders = {first + n: listing for n, path in enumerate(inside) if (listing := self._listing(path, seen))}
        entry = Entry(inside, "", [], [], as_text(report), "", files, sources, list(folders), list(folders.values()))
        identity = self._own if seen.named or not self._named <= seen.read else self._whole
        with directory.locked() as locked:
            if locked:
                self._write(directory, identity, entry, states, {**self._young, **young})
                directory.sweep("run-", _OLDEST_SECONDS, most=_MOST)

    def _edited(
        self, directory: CacheDirectory, entry: Entry, changed: Sequence[int], states: Sequence[bytes]
    ) -> dict[int, bytes] | None:
        """Return what is in the changed things by their numbers, if a run would find the same; else None."""
        before, first = entry.states_before(), len(self._states)
        listed = dict(zip(entry.folders, entry.listings, strict=True))
        known = len(before) == len(states) and {*entry.sources, *entry.folders}.issuperset(changed)
        if not known or len(changed) > _MOST_CHANGED:
            return None
        folders = {n: content_of(f"{self._root}/{entry.paths[n - first]}") for n in changed if n in listed}
        files = {number: entry.paths[number - first] for number in changed if number not in listed}
        if any(listing.hex() != listed[number] for number, listing in folders.items()):
            return None
        if any(json.dumps(path)[1:-1] in entry.report for path in files.values()):
            return None
        contents = dict(zip(entry.young, entry.contents, strict=True))
        from greenlint.engine.edits import Edit, contents_of_idle  # loads the analysis

        edits = [Edit(path, before[n], contents.get(n), states[n]) for n, path in files.items()]
        found = contents_of_idle(edits, directory, self._root, time.time_ns() - RACY_NS)
        return None if found is None else folders | dict(zip(files, found, strict=True))

    def _listing(self, path: str, seen: Footprint) -> str | None:
        """Return a digest of the names in a directory, as they were when it was looked at; None if that is unknown."""
        absolute = f"{self._root}/{path}"
        if path not in seen.noted or not os.path.isdir(absolute):
            return None
        listing = seen.young.get(path) or content_of(absolute)
        return listing.hex() if state_of(absolute) == seen.states[path] else None

    def _write(
        self,
        directory: CacheDirectory,
        identity: bytes,
        entry: Entry,
        states: Sequence[bytes],
        young: Mapping[int, bytes],
    ) -> None:
        """Write an entry for what was looked at in these states."""
        data = replace(
            entry,
            digest=digest_of(states),
            states=b"\n".join(states).decode(),
            young=sorted(young),
            contents=[young[number].hex() for number in sorted(young)],
        ).encode()
        directory.write(_name(identity), (seal(identity, data), data))

    def _paths(self, inside: list[str]) -> list[str]:
        return [*self._around, *[f"{self._root}/{path}" for path in inside]]

    def _files_of(self, entry: Entry) -> set[str]:
        first = len(self._states)
        return {entry.paths[number - first] for number in entry.files}

    def _read(self, directory: CacheDirectory, identity: bytes) -> Entry | None:
        data = directory.read(_name(identity), _LIMIT)
        if data is None or data[:SEAL_BYTES] != seal(identity, data[SEAL_BYTES:]):
            return None
        return Entry.decode(data[SEAL_BYTES:], len(self._around))


def usual_directory(program: Program, request: Request) -> CacheDirectory:
    """Return where the cache is unless a configuration file says otherwise."""
    given = request.overrides.get("cache-dir") or request.environment.get("GREENLINT_CACHE_DIR")
    return CacheDirectory(
        os.path.abspath(os.path.expanduser(str(given))) if given else f"{program.root}/{DEFAULT_NAME}"
    )


def _around(program: Program, request: Request) -> Iterator[str]:
    """Yield what a run looks at outside the root, or may: configuration, packages, ignore files, what is installed."""
    for directory in (program.root, *program.root.parents):
        yield from (f"{directory}/{name}" for name in (*MARKERS, ".gitignore", "__init__.py"))
    for path in (*request.config, request.overrides.get("baseline"), request.environment.get("GREENLINT_CONFIG")):
        if path and "\0" not in str(path):
            yield os.path.abspath(os.path.expanduser(str(path)))
    root = str(program.root)
    yield from (path for path in sys.path if path and path != root)  # the root is looked at as such
    package = os.path.dirname(greenlint.__file__)
    for folder, _, names in sorted(os.walk(package)):
        if folder.endswith("__pycache__"):
            continue
        yield folder
        yield from (f"{folder}/{name}" for name in sorted(names) if name.endswith((".py", ".toml")))


def _identity(program: Program, request: Request) -> bytes:
    """Return a digest of what is asked, where, by whom and of which greenlint; not of what is to be shown."""
    overrides = sorted((key, value) for key, value in request.overrides.items() if key not in _SETTINGS_OF_NO_CONCERN)
    asked = (request.config, request.isolated, overrides, request.entry_point, request.baseline)
    environment = sorted((key, value) for key, value in request.environment.items() if key.startswith("GREENLINT_"))
    user = (getattr(os, "geteuid", int)(), getattr(os, "getegid", int)(), os.path.expanduser("~"))
    tests = sorted(map(str, asked_tests(program)))
    given = None if program.given is None else [str(path) for path in program.given]
    version = (greenlint.__version__, sys.version, sys.path)
    place = (os.getcwd(), str(program.root), tests, given)
    return seal(repr((version, asked, environment, user, place)).encode(*_ENCODING))


def _name(identity: bytes) -> str:
    return f"run-{identity[:8].hex()}.json"


def _changed(entry: Entry, states: Sequence[bytes], contents: Mapping[int, bytes]) -> list[int]:
    """Return the numbers of what is in another state, or has another content, than when the report was made."""
    changed = {
        number for number, content in zip(entry.young, entry.contents, strict=True) if contents[number].hex() != content
    }
    if digest_of(states) != entry.digest:
        before = entry.states_before()
        changed |= {number for number, state in enumerate(states) if before[number : number + 1] != [state]}
    return sorted(changed)
