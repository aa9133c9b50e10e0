"""The suppression comments of a file as they are written, and whether each means what it seems to mean.

`suppressions` answers what holds at a line; this module is about the comments themselves. Comments that
neither name a rule of ours nor speak to greenlint are not our business.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from greenlint.model import Location
from greenlint.source.suppressions import Directive, Suppressions

_WORDS = ("ignore", "file-ignore", "shared-safe", "runs-in")
_NOQA_LIKE = re.compile(r"#\s*noqa\b(?P<rest>[^#]*)", re.IGNORECASE)
_DIRECTIVE_LIKE = re.compile(r"#\s*greenlint:[^#]*")
_OURS = re.compile(r"\bGRN\d*\b", re.IGNORECASE)
_PERHAPS_OURS = re.compile(
    rb"greenlint|\bGRN|#\s*noqa\b(?!(?::\s?[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?\s*(?:#|$))",
    re.IGNORECASE | re.MULTILINE,
)
"""All but a plain noqa, or one with the codes of others."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``words`` are the codes and names of ours in it, ``lines`` what it speaks of (None: the file).

    ``problem`` tells why it does not mean what it seems to; ``idle`` are those words that suppress nothing,
    which only the findings of a run can tell.
    """

    location: Location
    text: str
    words: tuple[str, ...]
    lines: frozenset[int] | None
    problem: str = ""
    idle: tuple[str, ...] = ()


def comments(path: str, suppressions: Suppressions, known: Collection[str]) -> Iterator[Comment]:
    """Yield the comments of a file that name rules or speak to greenlint; ``known`` are codes and names."""
    if not suppressions.text:
        return
    directives = {item.line: item for item in (*suppressions.directives, *suppressions.misspelt)}
    for token in _comment_tokens(suppressions.text):
        line, column = token.start
        if noqa := _NOQA_LIKE.search(token.string):
            if _mentions(noqa["rest"], known):
                yield _noqa(_location(path, line, column, noqa), noqa, suppressions, known)
        elif line in directives and (written := _DIRECTIVE_LIKE.search(token.string)):
            yield _directive(_location(path, line, column, written), written[0], directives[line], known)


def may_concern(data: bytes) -> bool:
    """Tell whether a file may hold a comment of which a rule has something to say."""
    return _PERHAPS_OURS.search(data) is not None


def names_rule(word: str, known: Collection[str]) -> bool:
    """Tell whether a word is the name of a rule, its code or a prefix of codes."""
    return word in known or any(one.startswith(word) for one in known if one.startswith("GRN"))


def _comment_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token
    except (tokenize.TokenError, SyntaxError):
        return


def _location(path: str, line: int, column: int, found: re.Match[str]) -> Location:
    width = len(found[0].rstrip())
    return Location(path, line, column + found.start() + 1, line, column + found.start() + width + 1)


def _mentions(rest: str, known: Collection[str]) -> bool:
    return _OURS.search(rest) is not None or any(re.search(rf"(?<![\w-]){name}(?![\w-])", rest) for name in known)


def _noqa(place: Location, found: re.Match[str], suppressions: Suppressions, known: Collection[str]) -> Comment:
    codes = suppressions.noqa_codes(place.line)
    ours = tuple(code for code in codes or () if code.startswith("GRN"))
    text = found[0].rstrip()
    covered = frozenset(suppressions.lines_with(place.line))
    return Comment(place, text, ours, covered, _problem_of_noqa(found["rest"], codes, ours, known))


def _problem_of_noqa(rest: str, codes: tuple[str, ...] | None, ours: tuple[str, ...], known: Collection[str]) -> str:
    if codes is None:
        return "does nothing: flake8 wants `# noqa: GRN101`, with one space after the #"
    if codes == ():
        return "hides every finding of every linter: flake8 reads codes only in the form `# noqa: GRN101`"
    if not ours:
        mention = _OURS.search(rest)
        said = mention[0] if mention else "a name"
        return f"does nothing for {said}: flake8 reads codes in upper case, separated by commas or spaces"
    return _unknown(ours, known)


def _directive(place: Location, text: str, directive: Directive, known: Collection[str]) -> Comment:
    covers = None if directive.word == "file-ignore" else frozenset(directive.covers)
    return Comment(place, text.rstrip(), _rules_of(directive), covers, _problem_of(directive, known))


def _rules_of(directive: Directive) -> tuple[str, ...]:
    if directive.word in ("ignore", "file-ignore"):
        return directive.arguments
    return ("GRN1",) if directive.word == "shared-safe" else ()


def _problem_of(directive: Directive, known: Collection[str]) -> str:
    if directive.word not in _WORDS:
        near = difflib.get_close_matches(directive.word, _WORDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f", only {', '.join(_WORDS)} are"
        return f"means nothing: {directive.word!r} is no word of greenlint{hint}"
    if not directive.is_well_formed:
        return f"means nothing: write `{'runs-in=greenthread' if directive.word == 'runs-in' else 'ignore[GRN101]'}`"
    return _unknown(_rules_of(directive), known)


def _unknown(words: tuple[str, ...], known: Collection[str]) -> str:
    for word in words:
        if not names_rule(word, known):
            near = [] if word.startswith("GRN") else difflib.get_close_matches(word, known, n=1)
            return f"{word} names no rule" + (f"; did you mean {near[0]!r}?" if near else "")
    return ""
