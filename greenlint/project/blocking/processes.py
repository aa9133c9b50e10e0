"""How a process was started that somebody waits for: a forked child of a greenthread is a copy of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from greenlint.knowledge.schema import BlockingRow
from greenlint.project.blocking.contexts import Contexts, Place
from greenlint.project.program import Site
from greenlint.project.terms import Member, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts

_PROCESSES = ("Process", "Pool", "ProcessPoolExecutor")
_CONTEXT = "mp_context"
_DEFAULT = "fork"
_BY_METHOD = "start_method:"
_IF_IN_ONE = "context:greenthread"


class Processes:
    """Answers for one program."""

    def __init__(self, types: Types, contexts: Contexts) -> None:
        self._types = types
        self._contexts = contexts

    def concern(self, row: BlockingRow, call: Site, library: str) -> bool:
        """Tell whether a call waits for a process that was started in a way which the row speaks of, if it does."""
        wanted = {c.removeprefix(_BY_METHOD) for c in row.blocks_if if c.startswith(_BY_METHOD)}
        births = self._births(call)
        starts = births or _made_beside(call)
        if wanted and self._method(call, starts) not in wanted:
            return False
        if _IF_IN_ONE not in row.blocks_if:
            return True
        return bool(starts) and all(self._contexts.way(made.scope, Place.GREEN, library) for made in births)

    def _method(self, call: Site, starts: list[Site]) -> str:
        """Return the way that a context or the program chooses; a fork unless a choice is seen, empty if unclear."""
        named = [[*self._named(site)] for site in (call, *starts)]
        chosen = {name for names in named for name in names} or set(self._named_for_all)
        is_partly = not named[0] and any(named[1:]) and not all(named[1:])
        if is_partly or len(chosen) > 1:
            return ""
        return chosen.pop() if chosen else _DEFAULT

    @cached_property
    def _named_for_all(self) -> list[str]:
        """The ways that the program chooses for all processes."""
        return [_text(value) for s in self._types.program.calls_named("set_start_method") for value in s.call.arguments]

    def _named(self, site: Site) -> Iterator[str]:
        """Yield the way that the context names of which a call is one, or which it is given."""
        given = [value for name, value in site.call.keywords if name == _CONTEXT]
        held = [t for value in given for t in self._types.of(site.scope, value) if isinstance(t, Opaque)]
        held += [t.owner for t in self._types.callees(site) if isinstance(t, Member)]
        for made in held:
            if made.birth is not None and facts.last_name(made.birth.call.callee) == "get_context":
                yield from map(_text, made.birth.call.arguments[:1])

    def _births(self, call: Site) -> list[Site]:
        meant = self._types.callees(call)
        return [t.owner.birth for t in meant if isinstance(t, Member) and t.owner.birth is not None]


def _text(value: facts.Value | None) -> str:
    return value.value if isinstance(value, facts.Constant) and isinstance(value.value, str) else ""


def _made_beside(call: Site) -> list[Site]:
    """Return the calls in the same function that make processes, pools and executors."""
    calls = call.scope.body.calls
    return [Site(call.scope, i) for i, made in enumerate(calls) if facts.last_name(made.callee) in _PROCESSES]
