"""Who patches what, when, in each entry point: the questions of the rules.

Three values for each entry point and group. *Patched*: however open tests come out, some patch covers the group.
*Unpatched*: nothing that the entry point can load patches it. *Unknown*: everything between, such as a patch under a
condition, or in a function that nobody was seen to call.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from greenlint.options import EntryPoint as DeclaredEntry
from greenlint.project.entry_points import EntryPoint, entry_points
from greenlint.project.patching.calls import PatchCalls
from greenlint.project.patching.conditions import surely
from greenlint.project.patching.execution import Execution, Frame, ImportEvent, PatchEvent, Position
from greenlint.project.patching.groups import all_groups
from greenlint.project.patching.imports import Imports
from greenlint.project.patching.state import HUBS, Patched
from greenlint.project.program import Module, Scope, Site
from greenlint.project.terms import External, Member, Type
from greenlint.project.types import Types
from greenlint.source.launchers import Launcher

_LOADERS = ("paste.deploy",)
"""Libraries that load what a distribution declares as a factory."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one entry point does: its patches in order, the imports of libraries, and the scopes that ran.

    ``loads`` are the modules that it can load; ``elsewhere`` says that these hold patches which the run did not
    come by; ``never`` are calls that stand behind a test that fails.
    """

    entry: EntryPoint
    patches: tuple[PatchEvent, ...]
    imports: tuple[ImportEvent, ...]
    entered: dict[Scope, tuple[int, Frame]]
    loads: dict[Module, None]
    elsewhere: bool
    never: frozenset[Site] = frozenset()

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries that patch, in the order of HUBS."""
        return tuple(name for name in HUBS if any(p.selection.library == name for p in self.patches))

    def first(self, groups: frozenset[str], library: str = "") -> PatchEvent | None:
        """Return the first patch that covers one of the groups, surely or not."""
        for patch in self.patches:
            covered = patch.selection.groups | patch.selection.possible
            if covered & groups and library in ("", patch.selection.library):
                return patch
        return None

    def covered(self, group: str, library: str = "") -> Patched:
        """Tell whether a group is patched once the program has started."""
        if self.entry.declared is not None:
            said = self.entry.declared
            return Patched.YES if said is True or (said and group in said) else Patched.NO
        ways = [p for p in self.patches if library in ("", p.selection.library)]
        if surely(p.conditions for p in ways if group in p.selection.groups):
            return Patched.YES
        possible = any(group in p.selection.groups | p.selection.possible for p in ways)
        return Patched.UNKNOWN if possible or self.elsewhere or self.entry.open else Patched.NO

    def before(self, scope: Scope, position: Position, patch: PatchEvent) -> bool:
        """Tell whether what stands in a scope had happened when a patch was made."""
        standing = patch.standing.get(scope)
        if standing is not None:
            return position < standing
        entered = self.entered.get(scope)
        return entered is not None and entered[0] < patch.clock


class Timeline:
    """The runs of all entry points of one program."""

    def __init__(
        self, types: Types, launchers: Sequence[Launcher] = (), declared: Sequence[DeclaredEntry] = ()
    ) -> None:
        self._types = types
        self._launchers = launchers
        self._declared = declared
        self.imports = Imports(types.program, types.library)

    @property
    def modules(self) -> Iterable[Module]:
        """The modules of the program."""
        return self._types.program.modules.values()

    @cached_property
    def calls(self) -> PatchCalls:
        """The calls that patch."""
        return PatchCalls(self._types, self.imports)

    @cached_property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """The ways into the program."""
        return entry_points(self._types, self._launchers, self._declared)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs of the entry points; and, where no entry point comes by it, of importing a module that patches."""
        found = [self._run(entry) for entry in self.entry_points]
        reached = {patch.site for run in found for patch in run.patches} | {s for run in found for s in run.never}
        for module in self._patching_at_import(reached):
            entry = EntryPoint(f"import {module.name}", "import", module, module.path, 1, open=True)
            found.append(self._run(entry))
        return tuple(found)

    @property
    def patches(self) -> bool:
        """Whether anything patches: a call, the import of a library that does, or a launcher."""
        return any(run.patches for run in self.runs)

    def worked_out(self) -> Timeline:
        """Return the timeline with its runs worked out: what the roots add to types makes no difference then."""
        _ = self.runs
        return self

    def run_as_script(self, module: Module) -> Run:
        """Return the run of a module that nothing shows to be a program."""
        return self._run(EntryPoint(module.path, "script", module, module.path, 1, as_main=True))

    def running(self, scope: Scope) -> tuple[Run, ...]:
        """Return the runs in which the code of a scope can run: those that can load its module."""
        return tuple(run for run in self.runs if scope.module in run.loads)

    def state(self, run: Run, group: str) -> Patched:
        """Tell whether a group is patched in an entry point once it has started."""
        return run.covered(group)

    def made_before_patch(self, site: Site, group: str = "thread") -> tuple[Run, ...]:
        """Return the runs in which a call at import time was made, and the group was patched only later."""
        from greenlint.project.patching.execution import call_position

        found = []
        for run in self.running(site.scope):
            patch = run.first(frozenset((group,)))
            if patch is not None and run.before(site.scope, call_position(site.index), patch):
                found.append(run)
        return tuple(found)

    def modules_calling(self, names: Sequence[str]) -> tuple[Module, ...]:
        """Return the modules that call one of the functions, methods or classes of libraries."""
        return tuple(dict.fromkeys(site.scope.module for site in self.calls_of(names)))

    def calls_of(self, names: Sequence[str]) -> Iterator[Site]:
        """Yield the calls of some functions, methods and classes of libraries."""
        wanted = {self._types.library.canonical(name) for name in names}
        for last in sorted({name.rpartition(".")[2] for name in wanted}):
            for site in self._types.program.calls_named(last):
                if any(_path(t) in wanted for t in self._types.callees(site)):
                    yield site

    @cached_property
    def _patching(self) -> frozenset[Module]:
        """The modules that patch when they are imported, or hold a function that does."""
        holding = {scope.module for scope in self.calls.sites} | {site.scope.module for site in self.calls.suspects}
        return frozenset((*holding, *self.calls.patching_at_import()))

    @cached_property
    def _patchy(self) -> frozenset[Module]:
        """The modules whose import can come by a patch."""
        return self.imports.importers({*self._patching, *(scope.module for scope in self.calls.edges)})

    def _run(self, entry: EntryPoint) -> Run:
        starts = [entry.module, *self.imports.with_packages(entry.module.name)]
        loads = self._loaded([*starts, entry.config] if entry.config else starts)
        execution = Execution(self._types, self.calls, self.imports, self._patchy)
        holding = [module for module in loads if module in self._patching]
        if holding or entry.before is not None:
            execution.run(entry)
        reached = {patch.site for patch in execution.patches} | execution.never
        elsewhere = any(self._holds_more(module, reached, loads) for module in holding)
        return Run(
            entry,
            tuple(execution.patches),
            tuple(execution.imports),
            execution.entered,
            loads,
            elsewhere,
            frozenset(execution.never),
        )

    def _loaded(self, starts: Sequence[Module]) -> dict[Module, None]:
        """Return what can be loaded: all that is imported, the declared factories and the modules of a last name.

        Both are loaded by calls that do not name them.
        """
        found = self.imports.closure(starts)
        for callers, loaded in self._loaded_by_name:
            if any(module in found for module in callers):
                found = self.imports.closure([*found, *loaded])
        if self._factories and self.imports.any_imports(found, _LOADERS):
            found = self.imports.closure([*found, *self._factories])
        return found

    @cached_property
    def _loaded_by_name(self) -> tuple[tuple[Sequence[Module], Sequence[Module]], ...]:
        """Who calls what loads all modules of one last name, and these modules."""
        rows = [row for row in self._types.library.knowledge.rows.effect if row.loads]
        code = [module for module in self.modules if module.role == "code"]
        return tuple(
            (self.modules_calling(row.names), [m for m in code if m.name.rpartition(".")[2] == row.loads])
            for row in rows
        )

    @cached_property
    def _factories(self) -> tuple[Module, ...]:
        """The modules that the project declares as factories of applications and filters."""
        targets = {item.target.partition(":")[0] for item in self._launchers if item.kind.startswith("paste.")}
        found = (self._types.program.module_for(target) for target in sorted(targets))
        return tuple(module for module in found if module is not None)

    def _holds_more(self, module: Module, reached: set[Site | None], loads: Container[Module]) -> bool:
        """Whether a module holds a patch call that a run did not come by, and might.

        It cannot if all calls of the function that patches are known, and none is in a module that it loads.
        """
        for scope in module.scopes:
            if any(Site(scope, index) not in reached for index in self.calls.sites.get(scope, ())):
                callers = self.calls.callers(scope)
                if not callers or any(caller.module in loads for caller in callers):
                    return True
        return any(site.scope.module is module for site in self.calls.suspects)

    def _patching_at_import(self, reached: set[Site | None]) -> Iterator[Module]:
        """Yield the modules whose own import patches, by a call that no entry point comes by.

        A plugin is imported by a program that has started.
        """
        found: dict[Module, None] = {}
        for site, _ in self.calls.all():
            if site in reached:
                continue
            for scope in self._up_to_modules(site.scope):
                if scope.module not in self._types.plugins.modules:
                    found[scope.module] = None
        yield from sorted(found, key=lambda module: module.path)

    def _up_to_modules(self, scope: Scope) -> Iterator[Scope]:
        """Yield the module bodies from which calls lead to a scope at import time."""
        if scope.kind in ("module", "class"):
            yield scope
            return
        for caller, calls in self.calls.edges.items():
            if caller.kind in ("module", "class") and any(scope in called for called in calls.values()):
                yield caller

    def everything(self, library: str) -> frozenset[str]:
        """Return the groups that a library patches without being asked."""
        return all_groups(self._types.library.knowledge, library)


def _path(found: Type) -> str:
    """Return the dotted name of a function of a library, or of a method of its objects."""
    if isinstance(found, Member):
        return f"{found.owner.path}.{found.name}"
    return found.path if isinstance(found, External) else ""
