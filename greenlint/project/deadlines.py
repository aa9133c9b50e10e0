"""Stretches of a program that a Timeout of eventlet or gevent may cut short, whatever they are waiting for.

Such a Timeout is raised in the greenthread that set it, out of the middle of whatever call is waiting there.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from greenlint.knowledge.name_rows import DeadlineRow
from greenlint.project.program import Scope, Site
from greenlint.project.terms import External, Instance, Opaque, Type, unwrap_partial
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_EXCEPTION = 1
_NONE = facts.Constant(None)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A Timeout while it runs: ``site`` sets it; it covers a ``with`` block, or the calls from ``first`` to ``last``.

    ``silent``: its block ends without an exception. ``own``: it raises an exception of the program's choice.
    """

    site: Site
    block: int = -1
    first: int = 0
    last: int = 0
    silent: bool = False
    own: bool = False

    @property
    def scope(self) -> Scope:
        """The scope that sets it."""
        return self.site.scope

    def covers(self, block: int, at: int) -> bool:
        """Tell whether it runs at a call of its scope."""
        if self.block >= 0:
            return any(index == self.block for index, _ in self.scope.blocks_around(block))
        return self.first < at < self.last

    @property
    def within(self) -> int:
        """The block in which it stands."""
        return self.scope.body.blocks[self.block].parent if self.block >= 0 else self.site.call.block

    @property
    def ends(self) -> int:
        """The index of the first call that it does not cover any more."""
        calls = enumerate(self.scope.body.calls)
        return max((i for i, call in calls if self.covers(call.block, i)), default=self.site.index) + 1

    def is_caught_by(self, handler: facts.Block) -> bool:
        """Tell whether an ``except`` catches it: not one for ``Exception``, of which a Timeout is none."""
        kinds = handler.value.items if isinstance(handler.value, facts.Sequence) else (handler.value,)
        return self.own or not all(_is_ordinary(kind) for kind in kinds)


class Deadlines:
    """The deadlines of one program."""

    def __init__(self, types: Types) -> None:
        self._types = types
        knowledge = types.library.knowledge
        self._rows = {knowledge.canonical(name): row for row in knowledge.rows.deadline for name in row.names}

    @cached_property
    def by_scope(self) -> dict[Scope, list[Deadline]]:
        """Those that a scope sets around calls of its own."""
        found: dict[Scope, list[Deadline]] = {}
        for site, row in self._calls:
            if row.callable_position < 0:
                found.setdefault(site.scope, []).extend(_set_by(site, row))
        return found

    @cached_property
    def by_function(self) -> dict[Scope, list[Deadline]]:
        """Those under which a call runs a function that it is handed: ``with_timeout(5, function)``."""
        found: dict[Scope, list[Deadline]] = {}
        for site, row in self._calls:
            if 0 <= row.callable_position < len(site.call.arguments):
                silent = any(name == row.value_keyword for name, _ in site.call.keywords)
                deadline = Deadline(site, first=site.index - 1, last=site.index + 1, silent=silent)
                for t in self._types.of(site.scope, site.call.arguments[row.callable_position]):
                    for function, _ in self._types.callers.targets(unwrap_partial(t)):
                        found.setdefault(function, []).append(deadline)
        return found

    @cached_property
    def _calls(self) -> tuple[tuple[Site, DeadlineRow], ...]:
        """The calls that set one, with their rows, less those that set none: ``Timeout(None)``."""
        program = self._types.program
        names = {path.rpartition(".")[2] for path in self._rows if self._types.may_name(path)}
        sites = (site for name in sorted(program.aliases_of(names)) for site in program.calls_named(name))
        found = ((site, self._row(site)) for site in sites if site.call.arguments[:1] != (_NONE,))
        return tuple((site, row) for site, row in found if row is not None)

    def _row(self, site: Site) -> DeadlineRow | None:
        made = self._types.of(site.scope, facts.Call(site.scope.index, site.index))
        for t in (*self._types.callees(site), *made):
            for path in self._paths(t):
                if path in self._rows:
                    return self._rows[path]
        return None

    def _paths(self, found: Type) -> Iterator[str]:
        if isinstance(found, External | Opaque):
            yield found.path
        elif isinstance(found, Instance):
            yield from self._types.hierarchy.external_bases(found.klass)


def _set_by(site: Site, row: DeadlineRow) -> Iterator[Deadline]:
    """Yield how long the Timeout that a call makes runs: in a ``with``, or from its start to its end."""
    body, call = site.scope.body, facts.Call(site.scope.index, site.index)
    names = {binding.name for binding in body.bindings if binding.value == call}
    raised = dict(site.call.keywords).get(row.exception_keyword) or next(iter(site.call.arguments[_EXCEPTION:]), None)
    silent = raised == facts.Constant(False)
    own = raised is not None and not silent and raised != _NONE
    for index, block in enumerate(body.blocks):
        named = isinstance(block.value, facts.Name) and block.value.id in names
        if block.kind == "with" and (block.value == call or named):
            yield Deadline(site, block=index, silent=silent, own=own)
            return
    ends = _calls_of(site, names, row.ends)
    starts = _calls_of(site, names, row.starts) if row.starts else [site.index]
    if starts and ends:
        yield Deadline(site, first=starts[0], last=ends[-1], own=own)


def _calls_of(site: Site, names: set[str], methods: tuple[str, ...]) -> list[int]:
    return [
        index
        for index, call in enumerate(site.scope.body.calls)
        if isinstance(call.callee, facts.Attribute)
        and call.callee.name in methods
        and isinstance(call.callee.base, facts.Name)
        and call.callee.base.id in names
    ]


def _is_ordinary(kind: Value | None) -> bool:
    known = getattr(builtins, kind.id, None) if isinstance(kind, facts.Name) else None
    return isinstance(known, type) and issubclass(known, Exception)
