"""Findings for a linter that goes file by file: its programs are analysed once and told by file.

A *host* is such a linter (flake8, pylint). It asks one question for all the files that it checks and gets an
answer that is keyed by real path. Hosts start worker processes; an answer travels to them as plain values, so
that none of them analyses again. Nothing here raises: what goes wrong is told as GRN900 in the first file
that the host will come to.

Hosts load their plugins at every start, so this module imports the engine only when it is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

from greenlint import __version__

if TYPE_CHECKING:
    from greenlint.model import Finding, Report

INTERNAL = ("GRN900", "internal-error")
UNREADABLE = ("GRN901", "unreadable-source")
"""Codes and names of what is told about the run itself."""

Values = Mapping[str, Sequence[Sequence[object]]]
"""An answer as it travels between processes: the fields of what is told, by real path."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding as a host prints it. Lines and columns are those of ``Location``; ``text`` is one line.

    ``severity`` is set where it differs from that of the rule.
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
    the files that the host will come to, in its order; None if it does not say, and then every finding stands
    at home. ``opt_in`` are codes of opt-in rules that the host's user selected. ``reads_noqa`` tells that the
    host drops what noqa comments suppress by itself.
    """

    paths: tuple[str, ...]
    files: tuple[str, ...] | None
    root: str = ""
    config: str = ""
    opt_in: tuple[str, ...] = ()
    reads_noqa: bool = False
    jobs: int | None = None
    overlay: Mapping[str, bytes] = field(default_factory=dict)

    def digest(self) -> str:
        """Return 32 hex digits over the question, the place and the version, for processes to compare."""
        overlay = sorted((path, hashlib.sha256(data).hexdigest()) for path, data in self.overlay.items())
        environment = sorted(item for item in os.environ.items() if item[0].startswith("GREENLINT_CONFIG"))
        asked = (self.paths, self.files, self.root, self.config, self.opt_in, self.reads_noqa)
        text = repr((__version__, os.getcwd(), asked, overlay, environment))
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told about each file, by real path; ``trouble`` is for a host that did not say its files."""

    by_file: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)
    trouble: tuple[Told, ...] = ()

    def about(self, path: str) -> tuple[Told, ...]:
        """Return what is told about the file at `path`, however it is written."""
        return self.by_file.get(os.path.realpath(path), ())

    def values(self) -> Values:
        """Return plain values that `from_values` understands."""
        everything = {**self.by_file, "": self.trouble}
        return {path: [astuple(told) for told in all_told] for path, all_told in everything.items()}

    @classmethod
    def from_values(cls, values: Values) -> Answer:
        """Make the answer again. Raises TypeError or AttributeError for values that are none."""
        told = {path: tuple(Told(*row) for row in rows) for path, rows in values.items()}  # type: ignore[arg-type]
        return cls(told, told.pop("", ()))


def ask(question: Question) -> Answer:
    """Analyse the programs that the question is about, each once; what goes wrong is part of the answer."""
    inside, outside = _by_root(question)
    troubles = [_told(*INTERNAL, f"{', '.join(outside)}: outside the root {question.root}, not checked")]
    troubles = troubles if outside else []
    told: dict[str, list[Told]] = {}
    if inside:
        try:
            report = _report(question, inside)
            for path, one in _of_report(report, question):
                if path:
                    told.setdefault(path, []).append(one)
                else:
                    troubles.append(one)
        except Exception as error:  # a host must not be stopped by its plugin
            troubles.append(_told(*INTERNAL, f"nothing was checked: {_described(error)}"))
    if question.files is not None and troubles:
        told.setdefault(_first_place(question), []).extend(troubles)
        troubles = []
    return Answer({path: tuple(dict.fromkeys(rows)) for path, rows in told.items()}, tuple(troubles))


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

    files = question.files
    request = engine.Request(
        root=Path(question.root) if question.root else None,
        config=(question.config,) if question.config else (),
        overrides={"force-exclude": True, "extend-select": ",".join(question.opt_in) or None},
        environment=os.environ,
        jobs=1 if multiprocessing.current_process().daemon else question.jobs,
        overlay={Path(path): data for path, data in question.overlay.items()},
        checked=None if files is None else frozenset(os.path.abspath(file) for file in files),
    )
    return engine.check([Path(os.path.abspath(path)) for path in paths], request)


def _of_report(report: Report, question: Question) -> Iterator[tuple[str, Told]]:
    """Yield what a report tells about each file (a real path); the empty path is the run."""
    left_to_host = ("noqa", "blanket noqa") if question.reads_noqa else ()
    for finding in report.findings:
        if finding.suppressed is None or finding.suppressed in left_to_host:
            yield os.path.realpath(os.path.join(report.root, finding.location.path)), _of_finding(finding, report)
    for notice in report.notices:
        code, name = INTERNAL if notice.code == INTERNAL[0] else UNREADABLE
        path = os.path.realpath(os.path.join(report.root, notice.path)) if notice.path else ""
        yield path, _told(code, name, notice.message, notice.line)


def _of_finding(finding: Finding, report: Report) -> Told:
    place = finding.location
    usual = report.rules[finding.code].severity
    return Told(
        finding.code,
        finding.name,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        _one_line(finding.message),
        "" if finding.severity is usual else finding.severity.value,
        finding.confidence.value,
    )


def _told(code: str, name: str, message: str, line: int = 1) -> Told:
    return Told(code, name, line, 1, line, 1, _one_line(message))


def _one_line(text: str) -> str:
    from greenlint.reporters.concise import printable

    return printable(" ".join(text.split()))


def _described(error: Exception) -> str:
    """Tell an error: one that the user can act on speaks for itself, any other gets its type and place."""
    from greenlint.model import GreenlintError

    if isinstance(error, GreenlintError):
        return str(error)
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal error: {type(error).__name__}: {error} (at {os.path.basename(last.filename)}:{last.lineno})"


def _first_place(question: Question) -> str:
    """Return the first file that the host can parse and whose first line no noqa covers: it gets there."""
    import ast

    from greenlint.source.suppressions import Suppressions

    for file in question.files or ():
        try:
            with open(file, "rb") as stream:
                data = question.overlay.get(os.path.abspath(file)) or stream.read()
            ast.parse(data)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if not Suppressions.of(data.decode("utf-8", "replace")).blanket_noqa(1):
            return os.path.realpath(file)
    return ""


def save(answer: Answer, question: Question) -> str:
    """Write the answer to a new file for worker processes, and return its path; "" if that cannot be done.

    Only the user can read the file. The process that wrote it removes it when it ends.
    """
    import atexit
    import tempfile

    content = {"question": question.digest(), "owner": os.getpid(), "answer": answer.values()}
    try:
        number, path = tempfile.mkstemp(prefix="greenlint-", suffix=".json")
        with open(number, "w", encoding="ascii") as stream:
            json.dump(content, stream)
    except OSError:
        return ""
    atexit.register(_remove, path, os.getpid())
    return path


def load(path: str, question: Question) -> Answer | None:
    """Read what the parent of this worker process saved; None if there is no such answer to the question."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if not path or parent is None:
        return None
    try:
        with open(path, encoding="ascii") as stream:
            if os.fstat(stream.fileno()).st_uid != os.getuid():
                return None
            content = json.load(stream)
        if (content["question"], content["owner"]) == (question.digest(), parent.pid):
            return Answer.from_values(content["answer"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None


def _remove(path: str, owner: int) -> None:
    if os.getpid() == owner and os.path.exists(path):
        os.unlink(path)
