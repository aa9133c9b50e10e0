"""Findings for a linter that goes file by file: its programs are analysed once and told by file.

A *host* is such a linter (flake8, pylint). It asks one question for all the files that it checks and gets an
answer that is keyed by real path. Hosts start worker processes; these share a directory, where the first that
asks leaves the answer for the others. Nothing here raises: what goes wrong is told as GRN900 in a file that
the host comes to.

Hosts load their plugins at every start, so this module imports the engine only when it is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

from greenlint import __version__

if TYPE_CHECKING:
    from greenlint.model import Finding, Report

INTERNAL = ("GRN900", "internal-error")
UNREADABLE = ("GRN901", "unreadable-source")
"""Codes and names of what is told about the run itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding as a host prints it. Lines and columns are those of ``Location``; ``text`` is one line.

    ``severity`` is that of the finding, which may be another than its rule usually has; empty for errors of the run.
    """

    code: str
    name: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    severity: str = ""
    confidence: str = "certain"


@dataclass(frozen=True, slots=True)
class Question:
    """What a host was asked to check.

    ``paths`` are those that the user typed: they choose the programs, as on the command line. ``files`` are
    the files that the host will come to, in its order. ``at_hand`` is the file that it is at, if it has begun.
    ``opt_in`` are codes of opt-in rules that the host's user selected. ``reads_noqa`` tells that the host drops
    what noqa comments suppress by itself.
    """

    paths: tuple[str, ...]
    files: tuple[str, ...]
    root: str = ""
    config: str = ""
    opt_in: tuple[str, ...] = ()
    reads_noqa: bool = False
    jobs: int | None = None
    at_hand: str = ""
    overlay: Mapping[str, bytes] = field(default_factory=dict)

    def digest(self) -> str:
        """Return 32 hex digits over what is asked, where, and by which version."""
        overlay = sorted((path, hashlib.sha256(data).hexdigest()) for path, data in self.overlay.items())
        environment = sorted(item for item in os.environ.items() if item[0].startswith("GREENLINT_CONFIG"))
        asked = (self.paths, self.files, self.root, self.config, self.opt_in, self.reads_noqa)
        text = repr((__version__, os.getcwd(), asked, overlay, environment))
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told about each file, by real path."""

    by_file: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)

    def about(self, path: str) -> tuple[Told, ...]:
        """Return what is told about the file at `path`, however it is written."""
        return self.by_file.get(os.path.realpath(path), ())

    def encoded(self) -> str:
        """Return the answer as text, in ASCII."""
        rows = {path: [astuple(told) for told in all_told] for path, all_told in self.by_file.items()}
        return json.dumps(rows)

    @classmethod
    def decoded(cls, text: str) -> Answer:
        """Return the answer again. Raises ValueError, TypeError or AttributeError for a text that is none."""
        rows = json.loads(text)
        return cls({path: tuple(Told(*row) for row in all_told) for path, all_told in rows.items()})


def ask(question: Question, directory: str = "") -> Answer:
    """Analyse the programs that the question is about, each once; what goes wrong is part of the answer.

    Processes that share a `directory` (see `share`) ask once: the first analyses while the others wait.
    """
    if not directory:
        return _asked(question)
    path = os.path.join(directory, f"{question.digest()}.json")
    try:
        with _turn(directory):
            try:
                with open(path, encoding="ascii") as stream:
                    return Answer.decoded(stream.read())
            except (FileNotFoundError, ValueError, TypeError, AttributeError):
                answer = _asked(question)
            with open(path, "w", encoding="ascii") as stream:
                stream.write(answer.encoded())
            return answer
    except OSError:  # the directory is gone or full: each process for itself
        return _asked(question)


def share() -> str:
    """Make a directory that this process and its workers share, and return its path; "" if there is no room.

    Nobody else may look into it, and it is removed when this process ends.
    """
    import atexit
    import tempfile

    try:
        directory = tempfile.mkdtemp(prefix=f"greenlint-{os.getpid()}-")
    except OSError:
        return ""
    atexit.register(_remove, directory, os.getpid())
    return directory


def shared_by_parent(directory: str) -> bool:
    """Tell whether the parent of this worker process made the directory to share it."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    owner = os.path.basename(directory).split("-")[1:2]
    return parent is not None and owner == [str(parent.pid)] and os.path.isdir(directory)


def encoded(text: str) -> bytes:
    """Return the text of an unsaved file in the encoding that it declares."""
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode(errors="replace")).readline)
    except SyntaxError:
        encoding = "utf-8"
    return text.encode(encoding, "replace")


@contextmanager
def _turn(directory: str) -> Iterator[None]:
    """Wait until no other process has its turn in the directory; where locks are unknown, do not wait."""
    with open(os.path.join(directory, "lock"), "wb") as stream:
        try:
            import fcntl
        except ImportError:
            yield
        else:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _remove(directory: str, owner: int) -> None:
    import shutil

    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


def _asked(question: Question) -> Answer:
    """Answer the question in this process."""
    inside, outside = _by_root(question)
    told: dict[str, list[Told]] = {}
    troubles: list[Told] = []
    if outside:
        troubles.append(_told(*INTERNAL, f"outside the root {question.root}, not checked: {', '.join(outside)}"))
    try:
        for path, one in _of_report(_report(question, inside), question) if inside else ():
            if path:
                told.setdefault(path, []).append(one)
            else:
                troubles.append(one)
    except Exception as error:  # a host must not be stopped by its plugin
        troubles.append(_told(*INTERNAL, f"nothing was checked: {_described(error)}"))
    if troubles:
        told.setdefault(_place_of_trouble(question), []).extend(troubles)
    return Answer({path: tuple(dict.fromkeys(rows)) for path, rows in told.items()})


def _by_root(question: Question) -> tuple[list[str], list[str]]:
    """Divide the paths that exist (or are unsaved) into those below the root of the question and others."""
    paths = [path for path in question.paths if os.path.lexists(path) or os.path.abspath(path) in question.overlay]
    if not question.root:
        return paths, []
    root = os.path.join(os.path.abspath(question.root), "")
    inside = [path for path in paths if os.path.join(os.path.abspath(path), "").startswith(root)]
    return inside, [path for path in paths if path not in inside]


def _report(question: Question, paths: Iterable[str]) -> Report:
    import multiprocessing
    from pathlib import Path

    from greenlint import engine

    request = engine.Request(
        root=Path(question.root) if question.root else None,
        config=(question.config,) if question.config else (),
        overrides={"force-exclude": True, "extend-select": ",".join(question.opt_in) or None},
        environment=os.environ,
        jobs=1 if multiprocessing.current_process().daemon else question.jobs,
        overlay={Path(path): data for path, data in question.overlay.items()},
        checked=frozenset(path for file in question.files for path in (os.path.abspath(file), os.path.realpath(file))),
    )
    return engine.check([Path(os.path.abspath(path)) for path in paths], request)


def _of_report(report: Report, question: Question) -> Iterator[tuple[str, Told]]:
    """Yield what a report tells about each file (a real path); the empty path is the run."""
    left_to_host = ("noqa", "blanket noqa") if question.reads_noqa else ()
    for finding in report.findings:
        if finding.suppressed is None or finding.suppressed in left_to_host:
            yield os.path.realpath(os.path.join(report.root, finding.location.path)), _of_finding(finding)
    for notice in report.notices:
        code, name = INTERNAL if notice.code == INTERNAL[0] else UNREADABLE
        path = os.path.realpath(os.path.join(report.root, notice.path)) if notice.path else ""
        yield path, _told(code, name, notice.message, notice.line)


def _of_finding(finding: Finding) -> Told:
    place = finding.location
    return Told(
        finding.code,
        finding.name,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        _one_line(finding.message),
        finding.severity.value,
        finding.confidence.value,
    )


def _told(code: str, name: str, message: str, line: int = 1) -> Told:
    return Told(code, name, line, 1, line, 1, _one_line(message))


def _one_line(text: str) -> str:
    from greenlint.reporters._text import printable

    return printable(" ".join(text.split()))


def _described(error: Exception) -> str:
    """Tell an error: one that the user can act on speaks for itself, any other gets its type and place."""
    from greenlint.model import GreenlintError

    if isinstance(error, GreenlintError):
        return str(error)
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal error: {type(error).__name__}: {error} (at {os.path.basename(last.filename)}:{last.lineno})"


def _place_of_trouble(question: Question) -> str:
    """Return a file that the host comes to: the one at hand, or the first by name that it can parse.

    A first line that a noqa covers is of no use: what stands there would be dropped.
    """
    for file in (question.at_hand,) if question.at_hand else sorted(question.files):
        try:
            with open(file, "rb") as stream:
                data = question.overlay.get(os.path.abspath(file)) or stream.read()
            if question.at_hand or _can_tell(data):
                return os.path.realpath(file)
        except OSError:
            continue
    return ""


def _can_tell(data: bytes) -> bool:
    import ast

    from greenlint.source.suppressions import Suppressions

    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not Suppressions.of(data.decode("utf-8", "replace")).blanket_noqa(1)
