"""Calls of names that the patch deletes from the standard library."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.project.blocking.blocked import Blocked, Blocking
from greenlint.project.patching.state import Patched
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Site
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_CAUGHT = frozenset(("AttributeError", "Exception", "BaseException"))


def removed_names(blocking: Blocking, types: Types, timeline: Timeline) -> Iterator[tuple[Blocked, list[Run]]]:
    """Yield the calls of greenthreads that name what the patch of an entry point surely deletes, with those runs."""
    for blocked in blocking.of_removed_names():
        runs = blocked.runs or timeline.running(blocked.call.site.scope)
        group, library = blocked.row.removed_by, blocked.library
        gone = [run for run in runs if group is not None and run.covered(group, library) is Patched.YES]
        if gone and isinstance(blocked.call.site.call.callee, facts.Attribute) and not is_asked_for(blocked.call.site):
            yield blocked, gone


def is_asked_for(site: Site) -> bool:
    """Tell whether a test asks for the name before the call, or the exception is caught."""
    scope, wanted = site.scope, facts.last_name(site.call.callee)
    around = dict(scope.blocks_around(site.call.block))
    for index, block in around.items():
        if block.kind in ("if", "else") and _asks(site, block.value, wanted):
            return True
        if block.kind == "try" and any(
            other.kind == "except" and other.parent == block.parent and number > index and _catches(other.value)
            for number, other in enumerate(scope.body.blocks)
        ):
            return True
    return False


def _catches(kind: Value | None) -> bool:
    if isinstance(kind, facts.Sequence):
        return any(_catches(item) for item in kind.items)
    return kind is None or facts.last_name(kind) in _CAUGHT


def _asks(site: Site, test: Value | None, wanted: str) -> bool:
    """Whether a test is ``hasattr(module, name)`` or contains it."""
    if isinstance(test, facts.Operation):
        return any(_asks(site, operand, wanted) for operand in test.operands)
    if not isinstance(test, facts.Call):
        return False
    call = site.scope.module.scopes[test.scope].body.calls[test.index]
    return facts.last_name(call.callee) in ("hasattr", "getattr") and facts.Constant(wanted) in call.arguments
