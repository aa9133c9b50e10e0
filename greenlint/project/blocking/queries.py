"""Tests that ask whether the program is patched: ``if is_monkey_patched("thread"): ...``."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.project.program import Site
from greenlint.project.terms import External
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value


def is_for_unpatched(types: Types, site: Site) -> bool:
    """Tell whether a call is made only where such a test says no: around the call, or before what ends it above."""
    outcomes = ((_outcome_if_patched(types, site, test), wanted) for test, wanted in _tests(site))
    return any(outcome is not None and outcome is not wanted for outcome, wanted in outcomes)


def _tests(site: Site) -> Iterator[tuple[Value | None, bool]]:
    """Yield the tests on the way to a call, and how they must come out for it to be made."""
    scope, call = site.scope, site.call
    around = dict(scope.blocks_around(call.block))
    for block in around.values():
        if block.kind in ("if", "else"):
            yield block.value, block.kind == "if"
    for end in scope.body.exits:
        left = scope.body.blocks[end.block]
        if left.kind == "if" and end.block not in around and left.parent in around and left.line < call.span[0]:
            yield left.value, False


def _outcome_if_patched(types: Types, site: Site, test: Value | None) -> bool | None:
    """Return how a test comes out in a patched program; None if it asks something else."""
    if isinstance(test, facts.Operation) and test.operator == "not":
        outcome = _outcome_if_patched(types, site, test.operands[0])
        return None if outcome is None else not outcome
    if not isinstance(test, facts.Call):
        return None
    home = site.scope.module.scopes[test.scope]
    meant = types.of(home, home.body.calls[test.index].callee)
    rows = (row for t in meant if isinstance(t, External) for row in types.library.patch_apis(t.path))
    return True if any(row.action == "query" for row in rows) else None
