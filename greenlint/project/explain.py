"""Why is this client reported, or where did the proof stop?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.project.guards import lock_description
from greenlint.project.overlap import Reach
from greenlint.project.patching import Patched
from greenlint.project.sharing import SharedObject
from greenlint.project.uses import Client, Uses
from greenlint.summary import facts

if TYPE_CHECKING:
    from greenlint.project import Component, Project


def explanation(project: Project, path: str, line: int) -> str:
    """Return the proof for the clients made or used on a line, or what ended it."""
    lines: list[str] = []
    for component in project.components:
        if any(module.path == path for module in component.program.modules.values()):
            lines += _in_component(project, component, path, line)
    return "\n".join(lines) or f"{path}:{line}: no client that greenlint knows is made or used on this line"


def _in_component(project: Project, component: Component, path: str, line: int) -> Iterator[str]:
    shared = component.shared
    for found in shared:
        if _concerns(found, path, line):
            yield from _proof(project, found)
            return
    reaches = [r for r in component.sharing.reaches if _touches(r, path, line)]
    clients = {r.use.client.birth: r.use.client for r in reaches}
    for client in clients.values():
        mine = [r for r in component.sharing.reaches if r.use.client.birth == client.birth]
        yield from _stopped(component, client, mine)
    if not clients:
        yield from _unused(component, path, line)


def _concerns(shared: SharedObject, path: str, line: int) -> bool:
    births = any(b.scope.module.path == path and b.call.span[0] == line for b in shared.births)
    return births or any(_touches(reach, path, line) for reach in (shared.first, shared.second))


def _touches(reach: Reach, path: str, line: int) -> bool:
    use, birth = reach.use, reach.use.client.birth
    at_use = use.scope.module.path == path and use.span[0] <= line <= use.span[2]
    return at_use or (birth.scope.module.path == path and birth.call.span[0] == line)


def _proof(project: Project, shared: SharedObject) -> Iterator[str]:
    yield f"{shared.name} is shared: {shared.overlap.value}"
    for number, step in enumerate(project.witness.steps(shared), 1):
        yield f"  {number}. {step.location}: {step.message}"
    for assumption in shared.assumptions:
        yield f"  assumes: {assumption}"


def _stopped(component: Component, client: Client, reaches: list[Reach]) -> Iterator[str]:
    birth = client.birth
    yield f"{client.name} made at {birth.scope.module.path}:{birth.call.span[0]} is not reported:"
    if client.row.severity == "off":
        yield f"  it is safe to share: {client.row.reason}"
    elif component.patched.state is Patched.NO:
        yield "  the program never patches, so its calls do not yield; they block instead"
    for reach in dict.fromkeys(reaches):
        use = reach.use
        place = f"{use.scope.module.path}:{use.span[0]}"
        yield f"  .{use.method} at {place}: {_reason(reach)}"


def _reason(reach: Reach) -> str:
    state = reach.state
    if state.locks:
        return "guarded by " + ", ".join(sorted(lock_description(lock) for lock in state.locks))
    if not state.crossed:
        return "no greenthread was found to reach it with this object (never spawned, or the callers are not resolved)"
    if reach.origin.kind == "parameter":
        return "the object comes from outside the program, through a parameter"
    if state.contained:
        return "the starter waits for the greenthread before it goes on"
    if not state.many:
        return "one greenthread uses it; no other conflicting use was found"
    return "many greenthreads reach it, but the uses do not conflict (one reads, one writes, or a sized pool)"


def _unused(component: Component, path: str, line: int) -> Iterator[str]:
    finder = Uses(component.types, component.roots)
    for module in component.program.modules.values():
        if module.path != path:
            continue
        for scope in module.scopes:
            for index, call in enumerate(scope.body.calls):
                if call.span[0] == line:
                    for t in component.types.of(scope, facts.Call(scope.index, index)):
                        for row, name, _ in finder.clients_of(t):
                            if row.severity == "off":
                                yield f"{name} is safe to share: {row.reason}"
                            else:
                                yield (
                                    f"{name} is made here; no use of it was found that a greenthread reaches"
                                    " (fresh per greenthread, never used, or an unresolved call)"
                                )
