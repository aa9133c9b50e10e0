"""Calls that need groups to be patched: those of the standard library, and those of libraries that get there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from greenlint.knowledge.schema import BlockingRow, NeedRow
from greenlint.project.patching.mentions import written
from greenlint.project.patching.switching import may_switch
from greenlint.project.program import Module, Program, Scope, Site
from greenlint.project.roots import Root
from greenlint.project.terms import External, FunctionType, Member, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_ACQUIRE = ".acquire"
_DEEPEST = 3


class Need(NamedTuple):
    """A call, or a ``with``, that waits for the operating system unless groups are patched.

    It is fine if every group of ``all_of`` is patched and, if there are any, one of ``one_of``. ``reason`` tells what a
    library does there, empty for the standard library.
    """

    scope: Scope
    line: int
    site: Site | None
    name: str
    all_of: frozenset[str]
    one_of: frozenset[str]
    reason: str

    def missing(self, patched: frozenset[str]) -> frozenset[str]:
        """Return the groups that ought to be patched and are not."""
        missing = self.all_of - patched
        if self.one_of and not self.one_of & patched:
            missing |= self.one_of
        return missing


class Needs:
    """The calls of one program that need groups of one library."""

    def __init__(self, types: Types, library: str) -> None:
        self._types = types
        self._library = library
        knowledge = types.library.knowledge
        self._rows: dict[str, list[tuple[str, BlockingRow | NeedRow]]] = {}
        rows: tuple[BlockingRow | NeedRow, ...] = (*knowledge.rows.blocking, *knowledge.rows.need)
        for row in rows:
            if any(_groups(row, library)):
                for name in row.names:
                    canonical = knowledge.canonical(name)
                    self._rows.setdefault(canonical.rpartition(".")[2], []).append((canonical, row))

    def of(self, groups: frozenset[str]) -> Iterator[Need]:
        """Yield the calls of functions that need one of the groups, in source order."""
        found: list[Need] = []
        for last, rows in self._rows.items():
            concerned = [(name, row) for name, row in rows if frozenset.union(*_groups(row, self._library)) & groups]
            if concerned and last != "*":
                for site in self._types.program.calls_named(last):
                    found += self._called(site, concerned)
        found += self._held(groups)
        yield from sorted(found, key=lambda n: (n.scope.module.path, n.line, n.name))

    def of_member(self, member: Member, root: Root) -> Need | None:
        """Return what a method of a library's object needs that a greenthread runs directly."""
        site = root.site
        if site is None:
            return None
        owners = self._types.library.ancestors(member.owner.path)
        for name, row in (pair for rows in self._rows.values() for pair in rows):
            if name in owners or any(name == f"{owner}.{member.name}" for owner in owners):
                all_of, one_of = _groups(row, self._library)
                reason = row.reason if isinstance(row, NeedRow) else ""
                shown = f"{owners[0]}.{member.name}"
                return Need(site.scope, site.call.span[0], site, shown, all_of, one_of, reason)
        return None

    def _called(self, site: Site, rows: Sequence[tuple[str, BlockingRow | NeedRow]]) -> Iterator[Need]:
        scope = site.scope
        if scope.kind not in ("function", "lambda") or scope.module.role != "code":
            return
        paths = {path for t in self._types.of(scope, site.call.callee) for path in self._paths(t)}
        for name, row in rows:
            if name in paths and _applies(row, site.call) and not self._is_green(site):
                all_of, one_of = _groups(row, self._library)
                reason = row.reason if isinstance(row, NeedRow) else ""
                yield Need(scope, site.call.span[0], site, name, all_of, one_of, reason)
                return

    def _paths(self, found: object) -> Iterator[str]:
        """Yield the dotted names of what is called, a method under each class that may define it."""
        if isinstance(found, External):
            yield found.path
        elif isinstance(found, Member):
            for owner in self._types.library.ancestors(found.owner.path):
                yield f"{owner}.{found.name}"

    def _is_green(self, site: Site) -> bool:
        """Whether what is called comes from a green module, itself or the object whose method it is."""
        if self._is_spelled_green(site.scope, site.call.callee, 0):
            return True
        births = (t.owner.birth for t in self._types.of(site.scope, site.call.callee) if isinstance(t, Member))
        return any(b is not None and self._is_spelled_green(b.scope, b.call.callee, 0) for b in births)

    def _is_spelled_green(self, scope: Scope, value: Value | None, depth: int) -> bool:
        """Whether a value, as the imports spell it, is green; also a module that a function of the program returns."""
        if self._types.library.knowledge.is_green(written(scope, value)):
            return True
        while isinstance(value, facts.Attribute):
            value = value.base
        if depth > _DEEPEST:
            return False
        if isinstance(value, facts.Call):
            return self._is_call_green(Site(scope.module.scopes[value.scope], value.index), depth)
        if not isinstance(value, facts.Name):
            return False
        owner = self._types.binding_scope(scope, value.id) or scope.module.body
        bound = [b.value for b in owner.locals.get(value.id, ()) if isinstance(b.value, facts.Call)]
        return any(self._is_spelled_green(owner, made, depth + 1) for made in bound)

    def _is_call_green(self, site: Site, depth: int) -> bool:
        """Whether a call is one of a green module, or of a function of the program that returns one."""
        if self._is_spelled_green(site.scope, site.call.callee, depth + 1):
            return True
        meant = self._types.of(site.scope, site.call.callee)
        apis = (row for t in meant if isinstance(t, External) for row in self._types.library.patch_apis(t.path))
        if any(row.action == "import-green" for row in apis):
            return True
        made = (t.scope for t in meant if isinstance(t, FunctionType))
        return any(self._is_spelled_green(f, result.value, depth + 1) for f in made for result in f.body.returns)

    def _held(self, groups: frozenset[str]) -> Iterator[Need]:
        """``with lock`` waits as ``lock.acquire()`` does."""
        owners = {
            name.removesuffix(_ACQUIRE): (all_of, one_of)
            for rows in self._rows.values()
            for name, row in rows
            if name.endswith(_ACQUIRE)
            for all_of, one_of in (_groups(row, self._library),)
            if (all_of | one_of) & groups
        }
        for scope in self._scopes_with_locks(owners) if owners else ():
            for index, block in enumerate(scope.body.blocks):
                held = self._types.of(scope, block.value) if block.kind == "with" else ()
                for t in held:
                    if isinstance(t, Opaque) and t.path in owners and not self._made_green(t):
                        if may_switch(self._types, scope, index):
                            yield Need(scope, block.line, None, t.path, *owners[t.path], "")

    def _made_green(self, made: Opaque) -> bool:
        return made.birth is not None and self._is_green(made.birth)

    def _scopes_with_locks(self, owners: dict[str, tuple[frozenset[str], frozenset[str]]]) -> Iterator[Scope]:
        """Yield the functions of modules that make or import such a lock, and of modules that import these."""
        lasts = {owner.rpartition(".")[2] for owner in owners}
        for module in _using(self._types.program, lasts):
            yield from (scope for scope in module.scopes if scope.kind == "function")


def _using(program: Program, lasts: set[str]) -> Iterator[Module]:
    for module in program.modules.values():
        if module.role == "code" and lasts.intersection(module.facts.calls):
            yield module


def _groups(row: BlockingRow | NeedRow, library: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups of which all, and those of which one, must be patched."""
    if isinstance(row, NeedRow):
        return frozenset(row.groups), frozenset()
    effect = row.eventlet if library == "eventlet" else row.gevent
    kind, _, named = effect.partition(":")
    if row.severity != "error" or kind not in ("group", "either") or named == "any":
        return frozenset(), frozenset()
    if kind == "either":
        return frozenset(), frozenset(named.split("|"))
    return frozenset(named.split("+")), frozenset()


def _applies(row: BlockingRow | NeedRow, call: facts.CallSite) -> bool:
    """Whether a call meets the conditions of its row; one that the call does not tell is not met."""
    wanted = row.only_with if isinstance(row, NeedRow) else row.blocks_if
    unwanted = () if isinstance(row, NeedRow) else row.not_if
    return (not wanted or any(_meets(c, call) for c in wanted)) and not any(_meets(c, call) for c in unwanted)


def _meets(condition: str, call: facts.CallSite) -> bool:
    kind, _, rest = condition.partition(":")
    if kind == "kw":
        return any(name == rest.partition("=")[0] for name, _ in call.keywords)
    if kind.startswith("arg"):
        position = int(kind.removeprefix("arg"))
        value = call.arguments[position] if position < len(call.arguments) else None
        return facts.last_name(value) == rest.rpartition(".")[2]
    return False
