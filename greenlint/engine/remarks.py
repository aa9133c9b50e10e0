"""What the rules about comments are asked: each comment to greenlint, and whether it does anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from greenlint.model import Finding
from greenlint.rules import Rule, all_rules
from greenlint.rules.base import Review
from greenlint.silence import Silence
from greenlint.source.comments import Comment, comments

Step = tuple[int, str]
"""A line, and the code of a finding that has a step there."""


def written(
    silence: Silence, rules: Sequence[Rule], found: Sequence[Finding], paths: Iterable[str]
) -> tuple[Comment, ...]:
    """Return the comments in the files at ``paths``, for the reviews among the rules; none without reviews.

    A word of a comment is idle if every rule that it names was asked, and none found anything that has a
    step in the lines that the comment speaks of.
    """
    if not any(isinstance(rule, Review) for rule in rules):
        return ()
    known = [word for rule in all_rules() for word in (rule.code, rule.name)]
    asked = {rule.code for rule in rules if not isinstance(rule, Review)}
    steps = _steps(found)
    return tuple(
        replace(comment, idle=_idle(comment, asked, steps.get(path, ())))
        for path in sorted(paths)
        for comment in comments(path, silence.comments_in(path), known)
    )


def _steps(found: Iterable[Finding]) -> dict[str, set[Step]]:
    steps: dict[str, set[Step]] = {}
    for finding in found:
        for place in (finding.location, *(step.location for step in finding.witness)):
            steps.setdefault(place.path, set()).add((place.line, finding.code))
    return steps


def _idle(comment: Comment, asked: AbstractSet[str], steps: Iterable[Step]) -> tuple[str, ...]:
    at_work = {code for line, code in steps if comment.lines is None or line in comment.lines}
    return tuple(word for word in comment.words if _is_idle(word, asked, at_work))


def _is_idle(word: str, asked: AbstractSet[str], at_work: Iterable[str]) -> bool:
    named = {rule.code for rule in all_rules() if rule.code.startswith(word) or rule.name == word}
    return bool(named) and named <= asked and named.isdisjoint(at_work)
