"""Values that every layer speaks of: where, what, how sure, and the proof.

Lines and columns are 1-based; columns count Unicode code points and ``end_column`` is exclusive.
Paths are relative to the root of the analysed program, with forward slashes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class GreenlintError(Exception):
    """An error that the user can act on; its text says what to do."""

    @classmethod
    def unknown(cls, kind: str, word: str, known: Iterable[str], *, listed_by: str = "") -> GreenlintError:
        """Say that ``word`` is no known ``kind`` ("rule", "output format"): name the nearest one, or where all are."""
        import difflib  # only a run that fails pays for it

        names = list(known)
        nearest = difflib.get_close_matches(word, names, n=1)
        if nearest:
            hint = f"did you mean {nearest[0]!r}?"
        else:
            hint = f"`{listed_by}` lists them" if listed_by else f"known: {', '.join(sorted(names))}"
        return cls(f"unknown {kind} {word!r}; {hint}")


class Severity(enum.Enum):
    """How bad the consequence is."""

    ERROR = "error"
    WARNING = "warning"


class Confidence(enum.Enum):
    """How much of the proof rests on assumptions.

    CERTAIN: every edge of the witness is resolved.  LIKELY: an edge rests on an assumption, which the
    finding states.  POSSIBLE: more than one does; not shown by default.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """2 for certain, 1 for likely, 0 for possible."""
        return {"certain": 2, "likely": 1, "possible": 0}[self.value]


class Role(enum.Enum):
    """What a step of a witness does. Consumers must accept roles that they do not know."""

    CREATE = "create"
    STORE = "store"
    ENTRY = "entry"
    IMPORT = "import"
    PATCH = "patch"
    SPAWN = "spawn"
    CALL = "call"
    USE = "use"
    BLOCK = "block"
    GUARD = "guard"
    NATIVE = "native"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of source text."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of_line(cls, path: str, line: int) -> Location:
        """Return the beginning of a line, for what is known by its line alone."""
        return cls(path, line, 1, line, 1)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a witness: what happens at a location."""

    role: Role
    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A proven fault.

    ``title`` heads the full report ("one httplib2.Http is used by several greenthreads at once");
    ``message`` is the one line that concise output, flake8, pylint and JSON print.
    ``failure`` is what happens at run time, ``because`` the mechanism, ``help`` what to do instead.
    ``identity`` holds the line-free names the fingerprint is made of (rule, object, spawn, use).
    ``subject`` names what the fault is in (empty: the identity does) and ``ways`` each way in which greenthreads
    come to it; a baseline knows a finding by both.  ``observed``: the fault was seen at run time with objects of
    this kind, so that no declaration talks it away.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    location: Location
    title: str
    message: str
    witness: tuple[Step, ...] = ()
    assumptions: tuple[str, ...] = ()
    failure: str = ""
    because: str = ""
    help: str = ""
    identity: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    observed: bool = False
    fingerprint: str = ""
    suppressed: str | None = None

    def touches(self, path: str, line: int) -> bool:
        """Tell whether the finding, or a step of its proof, stands on a line."""
        places = (self.location, *(step.location for step in self.witness))
        return any(place.path == path and place.line <= line <= place.end_line for place in places)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is reported, or why it is not: the steps of the proof, and notes (a label and a text).

    ``code`` and ``severity`` are those of the finding, empty for what is not reported.
    """

    title: str
    message: str = ""
    code: str = ""
    severity: str = ""
    witness: tuple[Step, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> Explanation:
        """Explain a finding by what it tells of itself."""
        notes = (
            ("at run time", finding.failure),
            ("because", finding.because),
            *(("way", way) for way in finding.ways),
            *(("assumes", assumption) for assumption in finding.assumptions),
            ("suppressed by", finding.suppressed or ""),
            ("help", finding.help),
        )
        return cls(
            finding.title or finding.message,
            finding.message,
            finding.code,
            finding.severity.value,
            finding.witness or (Step(Role.CREATE, finding.location, finding.message),),
            tuple((label, text) for label, text in notes if text),
        )

    @property
    def headline(self) -> str:
        """What is explained, with the code of what is reported."""
        return f"{self.code} {self.title}" if self.code else self.title


INTERNAL_ERROR = "GRN900"
"""Code of the notice that a rule failed; a run with one exits with 2."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the run itself: GRN900 internal error, GRN901 unreadable source."""

    code: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule as reporters and options know it: code, name, default severity, summary, page (Markdown).

    ``opt_in`` rules run only when they are selected by name, code or prefix.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    page: str
    opt_in: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of one run.

    ``parsed``, ``cached`` (files whose facts, or whose part in the report, an earlier run left) and ``seconds``
    (wall time) tell how the run went; all else is the same for equal programs. ``unresolved_calls`` are those of the
    calls that the proof came by whose callee it could not name; the others of ``calls`` were not asked about.
    """

    files: int = 0
    parsed: int = 0
    cached: int = 0
    functions: int = 0
    calls: int = 0
    unresolved_calls: int = 0
    roots: int = 0
    searches_given_up: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run: sorted findings, notices, counts, and the rules that were asked.

    ``root`` is the absolute directory that all paths are relative to; ``hidden`` counts findings that
    blanket noqa comments hide, ``known`` those of the baseline that were left out; ``stale`` tells the entries of
    the baseline that nothing was found for; ``output_format`` is the one that the settings of the first program
    name; ``sources`` gives the text of files that differ from what is on disk (stdin, an unsaved buffer), by path,
    for source frames.
    """

    root: str
    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()
    statistics: Statistics = field(default_factory=Statistics)
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    hidden: int = 0
    known: int = 0
    stale: tuple[str, ...] = ()
    output_format: str = "full"
    sources: Mapping[str, str] = field(default_factory=dict)
