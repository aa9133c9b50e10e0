"""Which greenthread runs this function, and which entry point starts that greenthread?

Both are searched backwards: from a function to its callers, and from a greenthread's function to what starts it. A
coroutine ends the search: what calls it does not run it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from greenlint.project.blocking.switches import Switch, may_pass, switches
from greenlint.project.calls import Edge
from greenlint.project.patching.conditions import conditions_of
from greenlint.project.patching.timeline import Run
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types

_MOST = 400
_Aim = tuple[Scope, frozenset[Switch]]
"""A function, and the tests of its parameters around what is to be reached in it."""


class Way(NamedTuple):
    """How a greenthread comes to a function: the root, and the calls from its function on, outermost first."""

    root: Root
    calls: tuple[Site, ...]


class Reach:
    """Answers for one program, each given once."""

    def __init__(self, types: Types, roots: Roots) -> None:
        self._types = types
        self._roots = roots
        self._starts: dict[tuple[Root, str], bool] = {}

    def way(
        self,
        function: Scope,
        block: int,
        accepts: Callable[[Root], bool],
        leads_on: Callable[[Site], bool] = lambda _: True,
    ) -> Way | None:
        """Return the shortest way by which a greenthread of an accepted root comes to a block of a function.

        Calls that never run are no way, nor are those that give parameters values with which the block does not run,
        nor those that do not lead on.
        """
        start = (function, switches(function, block))
        seen = {start}
        work: deque[tuple[_Aim, tuple[Site, ...]]] = deque([(start, ())])
        while work and len(seen) < _MOST:
            (at, around), calls = work.popleft()
            if at.body.coroutine:
                continue
            for root, _ in self._roots.into(at):
                if accepts(root):
                    return Way(root, calls)
            for edge in self._types.callers.of(at):
                aim = self._before(edge, at, around)
                if aim is not None and aim not in seen and leads_on(edge.site):
                    seen.add(aim)
                    work.append((aim, (edge.site, *calls)))
        return None

    def _before(self, edge: Edge, called: Scope, around: frozenset[Switch]) -> _Aim | None:
        """Return the caller of a call that can come to the block asked for, and the switches around that call."""
        caller, block = edge.site.scope, edge.site.call.block
        if caller.kind not in ("function", "lambda") or not may_pass(self._types.callers, edge, called, around):
            return None
        if block and conditions_of(self._types, caller, block, is_main=False) is None:
            return None
        return caller, switches(caller, block)

    def is_started_by(self, run: Run, root: Root) -> bool:
        """Tell whether an entry point was found to come to the place that starts the greenthreads of a root."""
        key = (root, run.entry.name + run.entry.path)
        known = self._starts.get(key)
        if known is None:
            known = self._starts[key] = self._comes_to(run, root)
        return known

    def is_known(self, run: Run, root: Root) -> bool:
        """Tell whether an entry point was found to come to the definition of a function that a framework starts."""
        around = root.scope.parent
        return root.site is None and around is not None and self._comes_to(run, root, around)

    def _comes_to(self, run: Run, root: Root, start: Scope | None = None) -> bool:
        start = start or root.scope
        seen = {start}
        work = [start]
        while work and len(seen) < _MOST:
            at = work.pop()
            if at is run.entry.start or self._runs_at_import(run, at, root):
                return True
            above = [edge.site.scope for edge in self._types.callers.of(at) if self._is_run(run, edge.site)]
            above += [other.scope for other, _ in self._roots.into(at)]
            above += [at.parent] if at.kind == "class" and at.parent is not None else []
            for scope in above:
                if scope not in seen:
                    seen.add(scope)
                    work.append(scope)
        return False

    def _runs_at_import(self, run: Run, scope: Scope, root: Root) -> bool:
        """Whether a module body runs when the entry point imports it, as far as its tests let it."""
        if scope.kind != "module" or scope.module not in run.loads:
            return False
        return scope is not root.scope or root.site is None or self._is_run(run, root.site)

    def _is_run(self, run: Run, site: Site) -> bool:
        if site.scope.kind != "module":
            return site.scope.module in run.loads
        is_main = run.entry.as_main and site.scope.module is run.entry.module
        return conditions_of(self._types, site.scope, site.call.block, is_main) is not None
