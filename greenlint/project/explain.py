"""Why is something reported at a line, or where did the proof stop?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from greenlint.knowledge.schema import ClientRow
from greenlint.model import Explanation, Finding
from greenlint.project.forks import is_in_forked_child
from greenlint.project.guards import lock_description
from greenlint.project.overlap import Reach
from greenlint.project.patching import Patched
from greenlint.project.program import Scope, Site
from greenlint.project.sharing import SharedObject, path_of
from greenlint.project.uses import Client, Uses
from greenlint.summary import facts

if TYPE_CHECKING:
    from greenlint.project import Component, Project

_MOST_WAYS = 5


def explanations(project: Project, path: str, line: int, found: Sequence[Finding]) -> Iterator[Explanation]:
    """Explain what is found at a line, and the clients that are made or used there."""
    left = list(found)
    for component in project.components:
        if any(module.path == path for module in component.program.modules.values()):
            shared_objects = component.shared
            touched = [reach for reach in component.sharing.reaches if _touches(reach, path, line)]
            for shared in shared_objects:
                if any(reach.use.client.birth in shared.births for reach in touched):
                    witness = project.witness.steps(shared)
                    finding = next((one for one in left if one.witness == witness), None)
                    left = [one for one in left if one is not finding]
                    yield _shared(project, component, shared, finding, touched)
            yield from _not_shared(project, component, touched)
            if not touched:
                yield from map(Explanation, dict.fromkeys(_unused(component, path, line)))
    yield from (Explanation.of(finding) for finding in left if finding.touches(path, line))


def _touches(reach: Reach, path: str, line: int) -> bool:
    use, birth = reach.use, reach.use.client.birth
    at_use = use.scope.module.path == path and use.span[0] <= line <= use.span[2]
    return at_use or (birth.scope.module.path == path and birth.call.span[0] == line)


def _shared(
    project: Project, component: Component, shared: SharedObject, finding: Finding | None, touched: Sequence[Reach]
) -> Explanation:
    """Explain a shared client by its finding, or by its proof if no rule that was asked reports it.

    Uses that were touched and are no part of the proof are told beside it.
    """
    if finding is not None:
        told = Explanation.of(finding)
    else:
        title = f"{shared.name} is shared by {shared.overlap.value}, but no rule that is selected reports it"
        notes = tuple(("assumes", assumption) for assumption in shared.assumptions)
        told = Explanation(title, witness=project.witness.steps(shared), notes=notes)
    proof = (shared.first, shared.second)
    chains = dict.fromkeys(_chain(component, reach) for reach in proof)
    reached = [("reached from", chain) for chain in chains if chain]
    others = [reach for reach in touched if reach.use not in (one.use for one in proof)]
    beside = dict.fromkeys((_use(reach), _beside(component, reach)) for reach in others)
    return replace(told, notes=(*reached, *told.notes, *beside))


def _not_shared(project: Project, component: Component, touched: Sequence[Reach]) -> Iterator[Explanation]:
    known = {birth for shared in component.shared for birth in shared.births}
    for client in {reach.use.client.birth: reach.use.client for reach in touched}.values():
        if client.birth not in known:
            reaches = [r for r in component.sharing.reaches if r.use.client.birth == client.birth]
            yield _stopped(project, component, client, list(dict.fromkeys(reaches)))


def _stopped(project: Project, component: Component, client: Client, reaches: Sequence[Reach]) -> Explanation:
    birth = client.birth
    title = f"{client.name} made at {birth.scope.module.path}:{birth.call.span[0]} is not reported"
    notes = []
    if client.row.severity == "off":
        notes.append(("because", f"it is safe to share: {client.row.reason}"))
    elif component.patched.state is Patched.NO and not any(map(component.sharing.can_wait, reaches)):
        notes.append(("because", "the program never patches, so its calls do not yield; they block instead"))
    for reach in reaches:
        chain = _chain(component, reach)
        notes.append((_use(reach), _reason(component, reach) + (f"; reached from {chain}" if chain else "")))
    witness = dict.fromkeys(step for reach in _longest(reaches) for step in project.witness.way(reach))
    return Explanation(title, witness=tuple(witness), notes=tuple(dict.fromkeys(notes)))


def _longest(reaches: Sequence[Reach]) -> list[Reach]:
    """Return one reach for each use, that which crosses most; those that greenthreads come to first."""
    by_use = {(r.use.scope, r.use.span): r for r in sorted(reaches, key=lambda r: len(r.state.crossed))}
    return sorted(by_use.values(), key=lambda r: not r.state.crossed)[:_MOST_WAYS]


def _use(reach: Reach) -> str:
    return f".{reach.use.method} at {reach.use.scope.module.path}:{reach.use.span[0]}"


def _reason(component: Component, reach: Reach) -> str:
    state = reach.state
    if state.locks:
        return "guarded by " + ", ".join(sorted(lock_description(lock) for lock in state.locks))
    if not state.crossed:
        return _not_reached(component, reach)
    if reach.origin.kind == "parameter":
        return "the object comes from outside the program, through a parameter"
    if state.contained and any(h.site and is_in_forked_child(h.scope, h.site.call.block) for h in state.hops):
        return "each process that is forked starts one greenthread that gets here"
    if state.contained:
        return "the starter waits for the greenthread before it goes on"
    if not state.many:
        return "one greenthread uses it; no other conflicting use was found"
    return "many greenthreads reach it, but the uses do not conflict (one reads, one writes, or a sized pool)"


def _not_reached(component: Component, reach: Reach) -> str:
    """Why no greenthread comes to a use with an object that others have, too."""
    if not component.sharing.is_started(reach.use.scope):
        return "no greenthread was found to get here (never spawned, or the callers are not resolved)"
    if reach.origin.kind == "born":
        return "each greenthread that gets here has made its own"
    return "greenthreads get here, but none was found to have this object in common with another"


def _beside(component: Component, reach: Reach) -> str:
    """Tell of a use of a shared object that is no part of its proof."""
    exposed = reach.state.many and not reach.state.common_locks and not reach.state.contained
    return "many greenthreads reach it as well" if exposed else _reason(component, reach)


def _chain(component: Component, reach: Reach) -> str:
    """Name the shortest chain of calls and starts from where the program begins to what starts the proof."""
    starts = [hop for hop in reach.state.hops if hop.root is not None]
    if starts and starts[-1].site is None:
        return ""  # a framework runs it
    ends = starts or reach.state.hops
    first = ends[-1].scope if ends else reach.use.scope
    before: dict[Scope, Scope | None] = {first: None}
    waiting = deque((first,))
    while waiting:
        scope = waiting.popleft()
        if scope.kind == "module":
            return " -> ".join(map(path_of, _back(scope, before)))
        callers = [edge.site.scope for edge in component.types.callers.of(scope)]
        callers += [root.scope for root, _ in component.roots.into(scope) if root.site is not None]
        for caller in callers:
            if caller not in before:
                before[caller] = scope
                waiting.append(caller)
    return ""


def _back(scope: Scope | None, before: dict[Scope, Scope | None]) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = before[scope]


def _unused(component: Component, path: str, line: int) -> Iterator[str]:
    """Tell of clients that are made on a line and lead to no proof, and of those used there that are safe to share."""
    finder = Uses(component.types, component.roots)
    for site in _calls_on(component, path, line):
        for row, name, birth in _clients(component, finder, site, facts.Call(site.scope.index, site.index)):
            if row.severity == "off":
                yield f"{name} is safe to share: {row.reason}"
            elif birth == site:
                yield f"{name} is made here; {_without_uses(component, finder, site)}"
        if isinstance(site.call.callee, facts.Attribute):
            for row, name, _ in _clients(component, finder, site, site.call.callee.base):
                if row.severity == "off":
                    yield f"{name} is safe to share: {row.reason}"


def _calls_on(component: Component, path: str, line: int) -> Iterator[Site]:
    for module in component.program.modules.values():
        for scope in module.scopes if module.path == path else ():
            yield from (Site(scope, index) for index, call in enumerate(scope.body.calls) if call.span[0] == line)


def _clients(
    component: Component, finder: Uses, site: Site, value: facts.Value | None
) -> Iterator[tuple[ClientRow, str, Site | None]]:
    for found in component.types.of(site.scope, value):
        yield from finder.clients_of(found)


def _without_uses(component: Component, finder: Uses, birth: Site) -> str:
    """Why the uses of a client lead to no proof."""
    used = [use for use in finder.all() if use.client.birth == birth]
    if not used:
        return "no use that could collide was found: nothing that greenlint can follow reads, writes or changes it"
    places = dict.fromkeys(f"{use.scope.module.path}:{use.span[0]}" for use in used)
    return f"what uses it ({', '.join(places)}) gets an object of its own each time, or one that is checked out"
