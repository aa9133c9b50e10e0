"""How a call that a greenthread makes is told: shared by the rules on patching and on blocking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from greenlint.model import Location, Role, Step
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.chains import Teller, names_of
from greenlint.project.patching.needs import Need
from greenlint.project.patching.timeline import Run
from greenlint.project.program import Scope

if TYPE_CHECKING:
    from greenlint.project import Component


def told_need(teller: Teller, need: Need, way: Way) -> Iterator[Step]:
    """Tell how a greenthread comes to a call that waits for the operating system."""
    yield from told_way(teller, way, need.scope, need.name)
    if need.site is not None and need.site == way.root.site:
        return
    message = f"{need.name} waits here, and every greenthread with it"
    if need.site is not None:
        yield Step(Role.BLOCK, teller.at(need.scope, need.site.call.span), message)
    else:
        path = need.scope.module.path
        yield Step(Role.BLOCK, Location.of_line(path, need.line), message)


def told_way(teller: Teller, way: Way, scope: Scope, name: str, runs: str = "greenthreads that run") -> Iterator[Step]:
    """Tell how something that is started comes to a scope in which ``name`` is called."""
    root = way.root
    functions = ", ".join(entry.function.label for entry in root.entries[:2]) or name
    if root.site is not None:
        where = teller.at(root.site.scope, root.site.call.span)
        yield Step(Role.SPAWN, where, f"{runs} {functions} start here")
    else:
        yield Step(Role.ENTRY, teller.header(root.entries[0].function), f"greenthreads run {functions} ({root.row.id})")
    inside = [*(call.scope for call in way.calls), scope]
    for call, callee in zip(way.calls, inside[1:], strict=True):
        yield Step(Role.CALL, teller.at(call.scope, call.call.span), f"{call.scope.label} calls {callee.label}")


def more_in(scope: Scope, again: int) -> str:
    """Count the further calls of the same kind in a scope."""
    return f" ({again} more in {scope.label})" if again else ""


def in_entry_points(component: Component, runs: Sequence[Run]) -> str:
    """Name the entry points in which something happens, where the program has several."""
    return f"; in {names_of(list(runs))}" if runs and len(component.timeline.runs) > 1 else ""
