"""What a rule is: a fault with a name, a page that explains it, and a question put to the project.

A rule's page comes from the rule's own file, so that the text and the code that it describes change together.
The text of a class docstring is Markdown; its first paragraph says what is reported, the rest why it is bad.
"""

from __future__ import annotations

import hashlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from greenlint.model import Confidence, Finding, Location, RuleInfo, Severity, Step

if TYPE_CHECKING:
    from greenlint.project import Project
    from greenlint.source.comments import Comment


class Rule(ABC):
    """A fault that the project can be asked for.

    ``code`` and ``name`` identify it; ``severity`` is that of a finding that does not say otherwise. ``bad``
    and ``good`` are example programs, ``failure`` the run-time error verbatim, ``proof`` how the fault is
    shown, ``limits`` what the proof does not see. ``options`` names the configuration keys that change the
    verdict, ``references`` are lines of Markdown. An ``opt_in`` rule runs only when it is selected.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    bad: ClassVar[str]
    good: ClassVar[str]
    failure: ClassVar[str]
    proof: ClassVar[str]
    limits: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    references: ClassVar[tuple[str, ...]] = ()
    opt_in: ClassVar[bool] = False

    @abstractmethod
    def check(self, project: Project) -> Iterator[Finding]:
        """Yield the faults of this kind; what is asked of the project is all that may be used."""

    @classmethod
    def info(cls) -> RuleInfo:
        """Describe the rule to reporters and options, its page rendered."""
        summary, _ = _docstring(cls)
        return RuleInfo(cls.code, cls.name, cls.severity, summary, page(cls), cls.opt_in)

    def finding(
        self,
        location: Location,
        title: str,
        message: str,
        *,
        identity: tuple[str, ...],
        ordinal: int = 0,
        witness: tuple[Step, ...] = (),
        confidence: Confidence = Confidence.CERTAIN,
        assumptions: tuple[str, ...] = (),
        severity: Severity | None = None,
        failure: str | None = None,
        because: str = "",
        help: str = "",
        subject: tuple[str, ...] = (),
        ways: tuple[str, ...] = (),
        observed: bool = False,
    ) -> Finding:
        """Make a finding of this rule; see ``Finding`` for what its parts mean.

        ``identity`` holds the names that tell it from others (object, spawned callable, use) and that stay
        when lines move; ``ordinal`` tells findings of equal identity apart. ``severity`` and ``failure``
        default to those of the rule.
        """
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            confidence=confidence,
            location=location,
            title=title,
            message=message,
            witness=witness,
            assumptions=assumptions,
            failure=self.failure if failure is None else failure,
            because=because,
            help=help,
            identity=identity,
            subject=subject,
            ways=ways,
            observed=observed,
            fingerprint=fingerprint(self.code, identity, ordinal),
        )


class Review(Rule):
    """A rule about the comments of the program: it is asked when the other rules have answered."""

    def check(self, project: Project) -> Iterator[Finding]:
        """Yield nothing: what a review asks is not told by the project."""
        return iter(())

    @abstractmethod
    def review(self, comments: Iterable[Comment]) -> Iterator[Finding]:
        """Yield the comments that are at fault; ``idle`` tells which of their words suppress nothing."""


def fingerprint(code: str, identity: tuple[str, ...], ordinal: int = 0) -> str:
    """Digest what stays of a finding when lines move: BLAKE2b-128 of the rule, the names and the ordinal."""
    names = "\0".join((code, *identity, str(ordinal)))
    return hashlib.blake2b(names.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def page(rule: type[Rule]) -> str:
    """Render the Markdown page of a rule, under the same headings for every rule."""
    summary, explanation = _docstring(rule)
    default = "off unless selected" if rule.opt_in else "on by default"
    sections = (
        ("What it does", summary),
        ("Why it is bad", _why(explanation, rule.failure)),
        ("Example", _program(rule.bad)),
        ("Use instead", _program(rule.good)),
        ("How the proof works", inspect.cleandoc(rule.proof)),
        ("Known limits", inspect.cleandoc(rule.limits)),
        ("Options", _options(rule.options)),
        ("References", _list(rule.references)),
    )
    head = f"# {rule.code} {rule.name}\n\nSeverity: {rule.severity.value}, {default}.\n"
    return head + "".join(f"\n## {heading}\n\n{text}\n" for heading, text in sections)


def _docstring(rule: type[Rule]) -> tuple[str, str]:
    summary, _, explanation = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")
    return summary, explanation


def _why(explanation: str, failure: str) -> str:
    error = f"At run time:\n\n```text\n{inspect.cleandoc(failure)}\n```" if failure else ""
    return "\n\n".join(part for part in (explanation, error) if part)


def _program(text: str) -> str:
    return f"```python\n{inspect.cleandoc(text)}\n```"


def _options(keys: tuple[str, ...]) -> str:
    own = "\n".join(f"- `{key}`" for key in keys)
    return own or "None of its own; `greenlint config` lists those that hold for every rule."


def _list(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines) or "None."
