"""How a call that a greenthread makes is told: shared by the rules on missing and partial patches."""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.model import Location, Role, Step
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.chains import Teller
from greenlint.project.patching.needs import Need


def told_need(teller: Teller, need: Need, way: Way) -> Iterator[Step]:
    """Tell how a greenthread comes to a call that waits for the operating system."""
    root = way.root
    functions = ", ".join(entry.function.label for entry in root.entries[:2]) or need.name
    if root.site is not None:
        where = teller.at(root.site.scope, root.site.call.span)
        yield Step(Role.SPAWN, where, f"greenthreads that run {functions} start here")
    else:
        yield Step(Role.ENTRY, teller.header(root.entries[0].function), f"greenthreads run {functions} ({root.row.id})")
    inside = [*(call.scope for call in way.calls), need.scope]
    for call, callee in zip(way.calls, inside[1:], strict=True):
        message = f"{call.scope.label} calls {callee.label}"
        yield Step(Role.CALL, teller.at(call.scope, call.call.span), message)
    if need.site is not None and need.site == root.site:
        return
    message = f"{need.name} waits here, and every greenthread with it"
    if need.site is not None:
        yield Step(Role.BLOCK, teller.at(need.scope, need.site.call.span), message)
    else:
        path = need.scope.module.path
        yield Step(Role.BLOCK, Location(path, need.line, 1, need.line, 1), message)
