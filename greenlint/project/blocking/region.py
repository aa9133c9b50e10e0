"""What runs in native threads: the functions that are handed to them, and all that these are seen to call.

tpool and gevent's threadpool run in threads of their own whatever is patched; threads of the standard library do where
no entry point patches them, and where a program asks for the original module.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from greenlint.knowledge.schema import SpawnRow
from greenlint.project.blocking.contexts import Place, place_elsewhere
from greenlint.project.blocking.reach import Way
from greenlint.project.handing import argument_of
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Entry, Root, Roots
from greenlint.project.terms import External, Member, Opaque, Type, unwrap_partial
from greenlint.project.types import Types
from greenlint.summary import facts

_MOST = 600
_MOST_TARGETS = 3
_CALLED = ("class", "function")


class Region:
    """The native regions of one program."""

    def __init__(self, types: Types, roots: Roots, runs_native: Callable[[Scope], bool]) -> None:
        self._types = types
        self._roots = roots
        self._runs_native = runs_native
        self._originals: set[Root] = set()

    @cached_property
    def ways(self) -> Mapping[Scope, Way]:
        """The functions that native threads come to, each with the shortest way there."""
        found: dict[Scope, Way] = {}
        work: deque[tuple[Scope, Way]] = deque()
        for root in (*self._of_pools, *self._of_threads(), *self._of_thread_classes()):
            work += [(entry.function, Way(root, ())) for entry in root.entries]
        while work and len(found) < _MOST:
            function, way = work.popleft()
            if function not in found and not function.body.coroutine:
                found[function] = way
                for site, callee in self._called(function):
                    work.append((callee, Way(way.root, (*way.calls, site))))
        return found

    def is_unpatched(self, root: Root) -> bool:
        """Tell whether a start makes a native thread just because threads are not patched."""
        return root.row.runs_in == "green-if-patched" and root not in self._originals

    def may_be_original(self, birth: Site) -> bool:
        """Tell whether what a call makes may come from a module that a library gave out unpatched."""
        meant = self._types.callees(birth)
        return any(isinstance(t, Member) and self._original_module(t.owner) for t in meant)

    @property
    def _of_pools(self) -> list[Root]:
        return [root for root in self._roots.all if place_elsewhere(root) is Place.NATIVE]

    def _called(self, function: Scope) -> Iterator[tuple[Site, Scope]]:
        """Yield the calls of a function with what they run, less those that can mean many things."""
        for index, call in enumerate(function.body.calls):
            targets = {
                target: None
                for callee in self._types.of(function, call.callee)
                for target, _ in self._types.callers.targets(callee)
            }
            if len(targets) <= _MOST_TARGETS:
                yield from ((Site(function, index), target) for target in targets)

    def _of_threads(self) -> Iterator[Root]:
        """Yield the starts of threads of the standard library that stay native."""
        rows = [r for r in self._types.library.knowledge.rows.spawn if r.runs_in == "green-if-patched"]
        rows = [row for row in rows if row.target == "argument" and row.kind in _CALLED]
        wanted = {name: row for row in rows for name in row.names}
        for last in sorted({name.rpartition(".")[2] for name in wanted} | self._names_of_originals()):
            for site in self._types.program.calls_named(last):
                for t in self._types.callees(site):
                    yield from self._started(site, t, wanted)

    def _names_of_originals(self) -> frozenset[str]:
        """Return the names that hold what a library gave out unpatched."""
        rows = [row for row in self._types.library.knowledge.rows.patch_api if row.action == "escape"]
        program, asked = self._types.program, sorted({n.rpartition(".")[2] for row in rows for n in row.names})
        return program.aliases_of(name for last in asked for name in program.holders_of(last))

    def _of_thread_classes(self) -> Iterator[Root]:
        """Yield the classes of the program whose objects are threads of the standard library that stay native."""
        for klass in self._types.program.classes:
            for base in self._types.hierarchy.external_bases(klass):
                for row in self._types.library.hook_rows(base):
                    hooks = [m for name in row.hook_methods for m in klass.methods(name)]
                    if hooks and row.runs_in == "green-if-patched" and self._runs_native(klass.scope):
                        entries = [Entry(method, "born", klass, None) for method in hooks]
                        yield Root(row=row, scope=klass.scope, site=None, callee=None, entries=entries)

    def _started(self, site: Site, callee: Type, wanted: Mapping[str, SpawnRow]) -> Iterator[Root]:
        """Yield the start that a call is, if what it calls is native where it stands, or everywhere."""
        if isinstance(callee, External) and callee.path in wanted and self._runs_native(site.scope):
            yield from self._root(site, wanted[callee.path])
        else:
            path = self._original(callee)
            row = wanted.get(path)
            if row is not None and (row.kind == "function" or isinstance(callee, Member)):
                for root in self._root(site, row):
                    self._originals.add(root)
                    yield root

    def _original(self, callee: Type) -> str:
        """Return the name of what a library gave out unpatched: of a module, or of what was asked for itself.

        A class that was asked for itself works with the functions of its module, which stay patched.
        """
        if isinstance(callee, Member):
            return f"{self._original_module(callee.owner)}.{callee.name}"
        return ".".join(self._given_out(callee)) if isinstance(callee, Opaque) else ""

    def _original_module(self, found: Opaque) -> str:
        """Return the module that a library gave out unpatched (``original("threading")``), empty for anything else."""
        names = self._given_out(found)
        return names[0] if len(names) == 1 else ""

    def _given_out(self, found: Opaque) -> tuple[str, ...]:
        """Return the names that a library was asked for by what gives out things unpatched."""
        escapes = any(row.action == "escape" for row in self._types.library.patch_apis(found.path))
        given = found.birth.call.arguments if escapes and found.birth is not None else ()
        return tuple(v.value for v in given if isinstance(v, facts.Constant) and isinstance(v.value, str))

    def _root(self, site: Site, row: SpawnRow) -> Iterator[Root]:
        value = argument_of(site.call, row.callable_position, row.callable_keyword)
        entries = [
            Entry(function, "value", None, t)
            for t in self._types.of(site.scope, value)
            for function, _ in self._types.callers.targets(unwrap_partial(t))
        ]
        if entries:
            yield Root(row=row, scope=site.scope, site=site, callee=value, block=site.call.block, entries=entries)
