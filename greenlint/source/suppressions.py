"""Comments that silence findings or declare what the analysis cannot see.

``# noqa`` is read exactly as flake8 7.5 reads it (NOQA_INLINE_REGEXP and NOQA_FILE in defaults.py,
is_inline_ignored in violation.py, _noqa_line_mapping in processor.py).  Our own comments are real comments,
never strings: ``# greenlint: ignore[CODES] reason`` speaks of its line or, alone on a line, of the next line
of code; ``file-ignore[CODES] reason`` of the file; ``shared-safe`` of the object made there;
``runs-in=WHERE`` of the function defined there.

A *group* is what flake8 joins: the physical lines of one multi-line token or of backslash continuations.
Nothing is tokenised before the first question that needs it.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

RUNS_IN = ("greenthread", "native", "main")
"""What ``# greenlint: runs-in=`` accepts."""

NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
"""What flake8 takes for a noqa comment."""
_NOQA_FILE = re.compile(r"^\s*# flake8[:=]\s*noqa", re.IGNORECASE | re.MULTILINE)
_DIRECTIVE = re.compile(r"#\s*greenlint:\s*(?P<word>[\w-]*)(?:\[(?P<codes>[^\]]*)\]|=(?P<value>[\w-]*))?")
_LINE_ENDS = frozenset((tokenize.NL, tokenize.NEWLINE))


@dataclass(frozen=True, slots=True)
class Directive:
    """One ``# greenlint:`` comment and the lines of code that it speaks of."""

    word: str
    arguments: tuple[str, ...]
    line: int
    covers: tuple[int, ...]

    @property
    def is_well_formed(self) -> bool:
        """Whether the comment means something."""
        if self.word in {"ignore", "file-ignore"}:
            return bool(self.arguments)
        if self.word == "runs-in":
            return len(self.arguments) == 1 and self.arguments[0] in RUNS_IN
        return self.word == "shared-safe"

    def names(self, code: str, name: str) -> bool:
        """Tell whether an argument is the rule `name`, the `code` or a prefix of it."""
        return name in self.arguments or code.startswith(self.arguments)


@dataclass(frozen=True)
class Suppressions:
    """The suppressions of one file; ``text`` is empty when the file holds no such comment."""

    text: str

    @classmethod
    def of(cls, source_text: str) -> Suppressions:
        """Read the comments of a decoded source; without a marker in it this costs one search."""
        lowered = source_text.lower()
        if "noqa" not in lowered and "greenlint:" not in lowered:
            return cls("")
        return cls(io.StringIO(source_text.removeprefix("\ufeff"), newline=None).read())

    def reason_for(self, line: int, code: str, name: str) -> str | None:
        """Say what silences the finding `code` (rule `name`) at `line`, or None.

        A blanket noqa is no reason: `blanket_noqa` tells of it.
        """
        for directive in self.directives:
            if directive.word == "file-ignore" and directive.names(code, name):
                return "greenlint: file-ignore"
            if directive.word == "ignore" and line in directive.covers and directive.names(code, name):
                return "greenlint: ignore"
        codes = self._noqa.get(line)
        return "noqa" if codes and code.startswith(codes) else None

    def blanket_noqa(self, line: int) -> bool:
        """Tell whether flake8 would drop every finding at `line`, whatever its code."""
        return self._noqa.get(line) == () or _NOQA_FILE.search(self.text) is not None

    def shared_safe(self, line: int) -> bool:
        """Tell whether an object made at `line` is declared safe to share."""
        return any(item.word == "shared-safe" and line in item.covers for item in self.directives)

    def runs_in(self, line: int) -> str | None:
        """Return where the function whose ``def`` is at `line` is declared to run, one of `RUNS_IN`."""
        return self.places.get(line)

    @cached_property
    def places(self) -> Mapping[int, str]:
        """Where functions are declared to run, by each line that the comment speaks of."""
        return {
            line: d.arguments[0]
            for d in reversed(self.directives)
            if d.word == "runs-in"
            for line in d.covers
        }

    def noqa_codes(self, line: int) -> tuple[str, ...] | None:
        """Return the codes of the noqa that holds at `line`, () for a blanket one, None without one."""
        return self._noqa.get(line)

    def lines_with(self, line: int) -> range:
        """Return the physical lines that flake8 joins with `line`."""
        groups, _ = self._groups
        found = ((group.first, group.last) for group in groups if group.first <= line <= group.last)
        first, last = next(found, (line, line))
        return range(first, last + 1)

    def last_line_with(self, line: int) -> int:
        """Return the last of the physical lines that flake8 joins with `line`: where a comment can stand."""
        return self.lines_with(line)[-1]

    @cached_property
    def directives(self) -> tuple[Directive, ...]:
        """The ``# greenlint:`` comments that mean something, in order."""
        return tuple(item for item in self._written if item.is_well_formed)

    @cached_property
    def misspelt(self) -> tuple[Directive, ...]:
        """The ``# greenlint:`` comments that mean nothing, for a word to the user."""
        return tuple(item for item in self._written if not item.is_well_formed)

    @cached_property
    def _written(self) -> tuple[Directive, ...]:
        if "greenlint:" not in self.text:
            return ()
        groups, _ = self._groups
        return tuple(
            Directive(found["word"], _arguments(found), group.comment_line, _covered(groups, place))
            for place, group in enumerate(groups)
            if (found := _DIRECTIVE.search(group.comment)) is not None
        )

    @cached_property
    def _noqa(self) -> Mapping[int, tuple[str, ...]]:
        """The codes of each line that has a noqa; none for a blanket one."""
        if NOQA.search(self.text) is None:
            return {}
        lines = self.text.split("\n")
        matches = {number: NOQA.search(line) for number, line in enumerate(lines, start=1)}
        groups, is_complete = self._groups
        for group in groups if is_complete else ():
            if group.first != group.last:
                joined = NOQA.search("\n".join(lines[group.first - 1 : group.last]))
                matches.update(dict.fromkeys(range(group.first, group.last + 1), joined))
        return {
            number: tuple(filter(None, re.split(r"[,\s]", found["codes"] or "")))
            for number, found in matches.items()
            if found is not None
        }

    @cached_property
    def _groups(self) -> tuple[tuple[_Group, ...], bool]:
        """The groups in order, and whether the tokenizer came to the end of the file."""
        groups: list[_Group] = []
        try:
            for group in _grouped(tokenize.generate_tokens(io.StringIO(self.text).readline)):
                groups.append(group)  # noqa: PERF402 - keep those before an error
        except (tokenize.TokenError, SyntaxError):
            return tuple(groups), False
        return tuple(groups), True


@dataclass(frozen=True, slots=True)
class _Group:
    """Joined physical lines: the first token of code in them, and whether a statement ends there."""

    first: int
    last: int
    starts: str
    ends_statement: bool
    comment: str
    comment_line: int


def _grouped(tokens: Iterator[tokenize.TokenInfo]) -> Iterator[_Group]:
    pending: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type in {tokenize.ENDMARKER, tokenize.DEDENT}:
            continue
        pending.append(token)
        if token.type not in _LINE_ENDS:
            continue
        code = [t for t in pending if t.type not in {tokenize.COMMENT, tokenize.INDENT, *_LINE_ENDS}]
        comment = next((t for t in pending if t.type == tokenize.COMMENT), None)
        yield _Group(
            first=min(t.start[0] for t in pending),
            last=max(t.end[0] for t in pending),
            starts=code[0].string if code else "",
            ends_statement=token.type == tokenize.NEWLINE,
            comment=comment.string if comment else "",
            comment_line=comment.start[0] if comment else 0,
        )
        pending = []


def _covered(groups: Sequence[_Group], place: int) -> tuple[int, ...]:
    """Return the lines that a comment in the group at `place` speaks of."""
    covered = [groups[place]]
    follows = not groups[place].starts
    in_decorator = False
    for group in groups[place + 1 :] if follows else ():
        if group.starts and not in_decorator:
            covered.append(group)
            if group.starts != "@":
                break
            in_decorator = True
        in_decorator = in_decorator and not group.ends_statement
    return tuple(line for group in covered for line in range(group.first, group.last + 1))


def _arguments(found: re.Match[str]) -> tuple[str, ...]:
    if found["value"]:
        return (found["value"],)
    return tuple(filter(None, re.split(r"[,\s]+", found["codes"] or "")))
