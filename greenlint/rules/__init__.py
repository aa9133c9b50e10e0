"""One file per rule, and the choice among them.

A rule is a concrete subclass of ``Rule`` in a module of this package; writing the file is all it takes.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from greenlint.model import GreenlintError
from greenlint.rules.base import Rule

__all__ = ["Rule", "all_rules", "require_known", "select"]

DEFAULT = 0
"""How precisely a rule is named by nobody: it runs unless it is opt-in."""
ALL = 1
NAMED = 1000


@cache
def all_rules() -> tuple[Rule, ...]:
    """Load every rule of the package, sorted by code."""
    found = {rule for module in pkgutil.iter_modules(__path__) for rule in _rules_in(module.name)}
    return tuple(sorted((rule() for rule in found), key=lambda rule: rule.code))


def _rules_in(module_name: str) -> Iterator[type[Rule]]:
    module = importlib.import_module(f"{__name__}.{module_name}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Rule) and not inspect.isabstract(value):
            yield value


def select(
    rules: Iterable[Rule],
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    extend_select: Sequence[str] = (),
) -> tuple[Rule, ...]:
    """Choose rules by code, prefix of a code, name or ``ALL``; with no ``select``, all that are not opt-in.

    Where both sides name a rule the more precise wins (name or code, then the longer prefix, then ``ALL``)
    and ``ignore`` wins a tie, as in flake8 and ruff. Raises GreenlintError for a word that names no rule.
    """
    rules = tuple(rules)
    for word in (*select, *ignore, *extend_select):
        require_known(word, rules)
    return tuple(rule for rule in rules if _is_chosen(rule, select, ignore, extend_select))


def require_known(word: str, rules: tuple[Rule, ...]) -> None:
    """Raise GreenlintError for a word that is no code, prefix of a code, or name of a rule, and not ``ALL``."""
    if word != "ALL" and not any(_precision(word, rule) for rule in rules):
        known = [*(rule.code for rule in rules), *(rule.name for rule in rules), "ALL"]
        raise GreenlintError.unknown("rule", word, known)


def _is_chosen(
    rule: Rule, select: Sequence[str], ignore: Sequence[str], extend_select: Sequence[str]
) -> bool:
    wanted = _best_precision((*select, *extend_select), rule)
    unwanted = _best_precision(ignore, rule)
    if wanted == DEFAULT:
        return not select and not rule.opt_in and unwanted == DEFAULT
    return wanted > unwanted


def _best_precision(words: Sequence[str], rule: Rule) -> int:
    return max((_precision(word, rule) for word in words), default=DEFAULT)


def _precision(word: str, rule: Rule) -> int:
    """Rate how precisely a word names a rule; DEFAULT if it does not."""
    if word in (rule.code, rule.name):
        return NAMED
    if word == "ALL":
        return ALL
    return ALL + len(word) if word and rule.code.startswith(word) else DEFAULT
