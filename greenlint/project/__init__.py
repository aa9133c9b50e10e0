"""All modules linked: who runs what, which object, what guards it.

``Project`` is what rules ask; each of its questions is answered once for all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from greenlint.knowledge.knowledge import Knowledge
from greenlint.model import GreenlintError, Statistics
from greenlint.options import EntryPoint
from greenlint.project.blocking.across import Across, NativeUses
from greenlint.project.blocking.blocked import Blocking
from greenlint.project.blocking.configured import Configured, configured
from greenlint.project.blocking.contexts import Contexts
from greenlint.project.blocking.endless import Endless, EndlessLoops
from greenlint.project.blocking.region import Region
from greenlint.project.components import Imported, connected, imported_modules
from greenlint.project.entry_points import module_started
from greenlint.project.guards import Guards, Taken
from greenlint.project.handing import feed
from greenlint.project.implicit import Declared, Implicit, Launch
from greenlint.project.library import Library
from greenlint.project.overlap import Reach, taken
from greenlint.project.ownership import Ownership
from greenlint.project.patching import Patched, PatchState, Timeline, patch_state
from greenlint.project.program import Module, Program, Scope, Site
from greenlint.project.reuse import Reuse, Reused
from greenlint.project.roots import Roots
from greenlint.project.sharing import SharedObject, Sharing
from greenlint.project.spawning import Spawning
from greenlint.project.types import Types
from greenlint.project.witness import Lines, Locator, Witness
from greenlint.source.dependencies import Dependencies
from greenlint.source.launchers import Launcher

MOST_ROUNDS = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run knows besides the sources: hub, launchers, declared roots and the declared patch state.

    ``plugins`` maps entry-point groups to what they name; ``dependencies`` are the versions that the program needs;
    ``placed`` says where functions are declared to run (greenthread, native, main), by path and line of their def.
    """

    hub: str = "auto"
    launches: tuple[Launch, ...] = ()
    declared: tuple[Declared, ...] = ()
    patched: bool | None = None
    placed: Mapping[tuple[str, int], str] = field(default_factory=dict)
    launchers: tuple[Launcher, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    plugins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dependencies: Dependencies = field(default_factory=dict)


class Component:
    """One group of modules that imports connect, with everything that is known of it."""

    def __init__(
        self,
        modules: Sequence[Module],
        library: Library,
        setting: Setting,
        imported_elsewhere: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._imported_elsewhere = imported_elsewhere
        self.program = Program(modules)
        self.types = Types(self.program, library, setting.plugins)
        self._setting = setting

    @cached_property
    def timeline(self) -> Timeline:
        """Who patches what, when, in each entry point. It is worked out before the roots are."""
        return Timeline(self.types, self._setting.launchers, self._setting.entry_points).worked_out()

    @cached_property
    def patched(self) -> PatchState:
        """Whether the program is patched."""
        launched = {launch.library for launch in self._setting.launches if launch.library and self._serves(launch)}
        return patch_state(self.types, self.timeline, self._setting.hub, sorted(launched), self._setting.patched)

    def _serves(self, launch: Launch) -> bool:
        """Whether a launcher starts a module of this component; one without a target may start any."""
        target = launch.target
        return not target or target.endswith(".py") or module_started(self.program, launch.kind, target) is not None

    @cached_property
    def _linked(self) -> tuple[Spawning, Roots]:
        """The roots. What spawners pass gives parameters types, and these may show further spawners: repeat."""
        launches = [launch for launch in self._setting.launches if self._serves(launch)]
        in_greenthreads = [Declared(f"{s.module.name}.{s.qualname}", True) for s in self._placed("greenthread")]
        declared = (*self._setting.declared, *in_greenthreads)
        implicit = Implicit(self.types, self.patched, self._runs_native, self._is_run, launches, declared)
        spawning = Spawning(self.types, self.patched, implicit)
        roots = spawning.roots()
        for _ in range(MOST_ROUNDS):
            if not feed(self.types, roots):
                break
            spawning = Spawning(self.types, self.patched, implicit)
            roots = spawning.roots()
        self.types.memo.settle()
        return spawning, Roots(roots.all, frozenset(self._placed("native", "main")))

    def _runs_native(self, scope: Scope) -> bool:
        """Whether every entry point that can run a scope leaves threads unpatched."""
        runs = self.timeline.running(scope)
        return bool(runs) and all(self.timeline.state(run, "thread") is Patched.NO for run in runs)

    def _is_run(self, scope: Scope) -> bool:
        """Whether an entry point loads a scope, as far as the program shows those that patch."""
        return bool(self.timeline.running(scope)) or not self.timeline.patches

    def _runs_unpatched(self, scope: Scope) -> bool:
        """Whether every entry point that can run a scope leaves sockets unpatched."""
        runs = self.timeline.running(scope)
        return bool(runs) and all(self.timeline.state(run, "socket") is Patched.NO for run in runs)

    def _made_too_early(self, site: Site) -> bool:
        """Whether an object of ``threading`` is made before the patch in some entry point, or where none comes."""
        if self.timeline.made_before_patch(site):
            return True
        runs = [run for run in self.timeline.running(site.scope) if run.patches]
        return bool(runs) and all(self.timeline.state(run, "thread") is Patched.NO for run in runs)

    def _placed(self, *places: str) -> Iterator[Scope]:
        """The functions that a comment declares to run in one of the places."""
        for scope in self.program.scopes if self._setting.placed else ():
            where = self._setting.placed.get((scope.module.path, scope.facts.span[0]))
            if scope.kind == "function" and where in places:
                yield scope

    @property
    def roots(self) -> Roots:
        """Who starts greenthreads."""
        return self._linked[1]

    @cached_property
    def contexts(self) -> Contexts:
        """Where code runs: in greenthreads, native threads, the hub."""
        return Contexts(self.types, self.roots, self.timeline, self.patched)

    @cached_property
    def guards(self) -> Guards:
        """What keeps greenthreads apart."""
        return Guards(self.types, self._made_too_early)

    @cached_property
    def blocking(self) -> Blocking:
        """The calls that block."""
        return Blocking(
            self.types, self.contexts, self.timeline, self._setting.dependencies, self._imported_elsewhere
        )

    @cached_property
    def sharing(self) -> Sharing:
        """The verdicts on shared clients."""
        spawning, roots = self._linked
        ownership = Ownership(self.types, self._made_too_early)
        return Sharing(self.types, roots, self.guards, ownership, spawning, self.patched, self._runs_unpatched)

    @cached_property
    def shared(self) -> tuple[SharedObject, ...]:
        """The clients that greenthreads share."""
        return tuple(self.sharing.shared_objects())

    @cached_property
    def endless(self) -> tuple[Endless, ...]:
        """The loops of greenthreads that let nobody else run."""
        return tuple(EndlessLoops(self.types, self.contexts).all())

    @cached_property
    def region(self) -> Region:
        """What native threads run."""
        return Region(self.types, self.roots, self._runs_native)

    @cached_property
    def used_across(self) -> tuple[Across, ...]:
        """The green and patched things that native threads use."""
        return tuple(NativeUses(self.types, self.region, self.timeline, self.patched).all())

    @cached_property
    def reused(self) -> tuple[Reused, ...]:
        """The clients that are used again after a Timeout."""
        return tuple(Reuse(self.types, self.roots, self.sharing).all())


@dataclass(eq=False)
class Project:
    """The linked program: its components and the questions of the rules."""

    modules: Sequence[Module]
    knowledge: Knowledge
    setting: Setting
    lines: Lines
    _components: list[Component] = field(init=False)

    def __post_init__(self) -> None:
        library = Library(self.knowledge)
        linked = [module for module in self.modules if module.role != "test"] or list(self.modules)
        groups = connected(linked, self.setting.launchers)
        imported = Imported(groups)
        self._components = [
            Component(group, library, self.setting, partial(imported.elsewhere, place))
            for place, group in enumerate(groups)
        ]
        self.locator = Locator(self.lines)
        self.witness = Witness(self.locator, self._taken)

    @property
    def components(self) -> Sequence[Component]:
        """The components, in the order of their first module's path."""
        return self._components

    def shared_objects(self) -> Iterator[SharedObject]:
        """Yield the clients that two greenthreads use at once with no guard."""
        for component in self._components:
            yield from component.shared

    def configured(self) -> Iterator[Configured]:
        """Yield the drivers that settings choose and that block greenthreads."""
        return configured(self._components, self.knowledge, self.setting.dependencies)

    def _taken(self, reach: Reach) -> tuple[Taken, ...]:
        """Where the locks are taken that count for a reach."""
        within = reach.use.scope.module
        guards = next(one.guards for one in self._components if one.program.modules.get(within.name) is within)
        return taken(reach, guards)

    def loaded_by(self, entry_point: str) -> frozenset[str]:
        """Return the paths of the modules that ``module`` or ``module:function`` imports, directly or not.

        Raises GreenlintError if the program has no such module.
        """
        name = entry_point.partition(":")[0]
        for component in self._components:
            start = component.program.module_for(name)
            if start is not None:
                return frozenset(module.path for module in _closure(component.program, start))
        modules = [module.name for module in self.modules]
        raise GreenlintError.unknown("entry point", name, modules, listed_by="greenlint entry-points")

    def count(self) -> Statistics:
        """Return the counts of the link."""
        return Statistics(
            files=len(self.modules),
            functions=sum(module.facts.functions for module in self.modules),
            calls=sum(module.facts.call_count for module in self.modules),
            unresolved_calls=sum(component.types.callers.unresolved for component in self._components),
            roots=sum(len(component.roots.all) for component in self._components),
            searches_given_up=sum(component.sharing.given_up for component in self._components),
        )


def _closure(program: Program, start: Module) -> dict[Module, None]:
    found, work = {start: None}, [start]
    while work:
        for module in imported_modules(program, work.pop()):
            if module not in found:
                found[module] = None
                work.append(module)
    return found
