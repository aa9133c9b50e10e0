"""Calls that stop every greenthread whatever is patched, and where a greenthread comes to them.

A call counts by its row where a way leads to it in a greenthread of a library that the row says blocks. Code that runs
beside the hub says nothing, and what the project hands to native threads somewhere is left to the question whether it
does so everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from greenlint.knowledge.schema import BlockingRow
from greenlint.model import Confidence
from greenlint.project.blocking.calls import Calls, Found
from greenlint.project.blocking.contexts import Contexts, Place
from greenlint.project.blocking.effects import Effect, effect_of
from greenlint.project.blocking.installed import Installed, installed
from greenlint.project.blocking.native import Handed
from greenlint.project.blocking.processes import Processes
from greenlint.project.blocking.reach import Way
from greenlint.project.patching.conditions import conditions_of
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Scope, Site
from greenlint.project.types import Types
from greenlint.source.dependencies import Dependencies
from greenlint.summary import facts

_ANYWAY = ("always", "hook", "hangs", "raises")
_BOUND_BEFORE = "name:from-import-before-patch"


@dataclass(frozen=True, slots=True, eq=False)
class Blocked:
    """A call, what it does under a library, and a way by which a greenthread of that library comes to it.

    ``again`` counts further calls of the row in the same function; ``runs`` are the entry points that were found to
    come to the start of the way; ``installed`` is what has to be installed.
    """

    call: Found
    row: BlockingRow
    library: str
    effect: Effect
    way: Way
    runs: tuple[Run, ...]
    installed: Installed
    again: int = 0

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the call blocks."""
        if self.row.confidence == "low":
            return Confidence.POSSIBLE
        return Confidence.LIKELY if self.assumptions else Confidence.CERTAIN

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is taken for granted."""
        return self.installed.assumptions

    @property
    def replacement(self) -> str:
        """What does the same and is green under the library; empty if nothing is."""
        return self.row.replacement(self.library)


class Blocking:
    """The blocking calls of one program."""

    def __init__(
        self,
        types: Types,
        contexts: Contexts,
        timeline: Timeline,
        dependencies: Dependencies,
        imported_elsewhere: Callable[[str], bool],
    ) -> None:
        self._types = types
        self._imported_elsewhere = imported_elsewhere
        self._dependencies = dependencies
        self._contexts = contexts
        self._timeline = timeline
        self._calls = Calls(types)
        self._processes = Processes(types, contexts)
        self._found: dict[str, list[tuple[Found, Effect]]] = {}

    def anyway(self) -> Iterator[Blocked]:
        """Yield the calls that block, hang or fail in a greenthread, whatever is patched, each under one library."""
        told: set[Site] = set()
        for library in self._contexts.libraries:
            handed = Handed(self._types, library)
            calls = [
                (call, effect)
                for call, effect in self._of(library)
                if effect.kind in _ANYWAY
                and _row(call).about == "wait"
                and self._processes.concern(_row(call), call.site, library)
                and not handed.covers(call.name)
                and not self._was_bound_before(call)
            ]
            for blocked in map(self._without_hook, self.reached(calls, library)):
                if (blocked.effect.kind != "hook" or blocked.runs) and blocked.call.site not in told:
                    told.add(blocked.call.site)
                    yield blocked

    def beside_native_ones(self) -> Iterator[tuple[Blocked, Site]]:
        """Yield the calls in greenthreads of what the project hands to native threads elsewhere, and where it does."""
        for library in self._contexts.libraries:
            handed = Handed(self._types, library)
            calls = [
                (call, effect)
                for call, effect in self._of(library)
                if effect.kind == "always"
                and _row(call).about == "wait"
                and handed.covers(call.name)
                and not handed.holds(call.site, waits=call.name in _row(call).names)
            ]
            for blocked in self.reached(calls, library):
                place = handed.place(blocked.call.name)
                if place is not None:
                    yield blocked, place

    def computing(self) -> Iterator[Blocked]:
        """Yield the calls in greenthreads that compute for long, those that are quick as a rule included."""
        rows = [row for row in self._types.library.knowledge.rows.blocking if row.about == "processor"]
        calls = self._calls.of(rows)
        for library in self._contexts.libraries:
            handed = Handed(self._types, library)
            effects = [(call, effect_of(call.row, library)) for call in calls if not handed.covers(call.name)]
            yield from self.reached(effects, library)

    def of_removed_names(self) -> Iterator[Blocked]:
        """Yield the calls in greenthreads of names that the patch of some group deletes."""
        for library in self._contexts.libraries:
            calls = [(call, effect) for call, effect in self._of(library) if effect.kind == "removed"]
            yield from self.reached(calls, library)

    def forking(self) -> Iterator[Blocked]:
        """Yield the calls in greenthreads that hang because they wait for a process which a greenthread forked."""
        for library in self._contexts.libraries:
            calls = [
                (call, effect)
                for call, effect in self._of(library)
                if _row(call).about == "fork"
                and effect.kind in _ANYWAY
                and self._processes.concern(_row(call), call.site, library)
            ]
            yield from self.reached(calls, library)

    def of_rows(self, effects: Mapping[BlockingRow, Effect], library: str) -> Iterator[Blocked]:
        """Yield the calls of some rows to which a greenthread of a library comes."""
        yield from self.reached([(call, effects[_row(call)]) for call in self._calls.of(effects)], library)

    def reached(self, calls: Sequence[tuple[Found, Effect]], library: str) -> Iterator[Blocked]:
        """Yield the calls to which a greenthread of a library comes, once for each row and function."""
        first: dict[tuple[Scope, str], Blocked] = {}
        for call, effect in calls:
            row, scope = _row(call), call.site.scope
            known = first.get((scope, row.id))
            if known is not None:
                first[scope, row.id] = replace(known, again=known.again + 1)
                continue
            if conditions_of(self._types, scope, call.site.call.block, is_main=False) is None:
                continue
            if not self._contexts.leads_on(call.site):
                continue
            way = self._contexts.way(scope, Place.GREEN, library, call.site.call.block)
            has = installed(row, self._dependencies)
            if way is not None and has is not None:
                runs = self._contexts.starts(way, library)
                first[scope, row.id] = Blocked(call, row, library, effect, way, runs, has)
        yield from first.values()

    def _of(self, library: str) -> list[tuple[Found, Effect]]:
        """Return the calls that patching alone does not make green."""
        if library not in self._found:
            effects = {
                row: effect_of(row, library)
                for row in self._types.library.knowledge.rows.blocking
                if row.severity != "off"
            }
            rows = [row for row, effect in effects.items() if effect.kind in (*_ANYWAY, "removed")]
            self._found[library] = [(call, effects[_row(call)]) for call in self._calls.of(rows)]
        return self._found[library]

    def _without_hook(self, blocked: Blocked) -> Blocked:
        """Leave out the entry points that can come by a call which makes it green.

        Who loads the module of such a call is not always known: it counts for all if no entry point does, and for
        servers, whose settings nothing imports, if it is connected with none.
        """
        hook = blocked.effect.hook
        if not hook:
            return blocked
        hooking = self._timeline.modules_calling([hook])
        if any(not self._timeline.running(module.body) for module in hooking):
            return replace(blocked, runs=())
        runs = [run for run in blocked.runs if run.loads.keys().isdisjoint(hooking)]
        if self._imported_elsewhere(hook) or self._imported_elsewhere(hook.rpartition(".")[0]):
            runs = [run for run in runs if not run.entry.is_served]
        return replace(blocked, runs=tuple(runs))

    def _was_bound_before(self, call: Found) -> bool:
        """Whether a row excludes names that were imported before the patch, and this one was, in some entry point."""
        callee, module = call.site.call.callee, call.site.scope.module
        if _BOUND_BEFORE not in _row(call).not_if or not isinstance(callee, facts.Name):
            return False
        for binding in module.body.locals.get(callee.id, ()):
            for run in self._timeline.running(module.body):
                if any(run.before(module.body, (binding.at, binding.line, 0), patch) for patch in run.patches):
                    return True
        return False


def _row(call: Found) -> BlockingRow:
    assert isinstance(call.row, BlockingRow)
    return call.row
