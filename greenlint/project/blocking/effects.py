"""What a row says of a call under one library, and whether the row concerns the call as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from greenlint.knowledge.schema import BlockingRow, NeedRow
from greenlint.project.program import Scope, Site
from greenlint.project.terms import External, Member, Opaque
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

AnyRow = BlockingRow | NeedRow
_DEEPEST = 3
_ASKING = ("select", "poll")
_PUTTING = ("setdefault", "putenv")
_UNTOLD = ("start_method", "context", "name")
"""Conditions that no call tells: those who report weigh them."""


class Effect(NamedTuple):
    """What a call does under a library, by the words of ``vocabulary.Blocks``.

    ``kind`` is "patchable" for a call that is green if every group of ``all_of`` is patched and, if there are any, one
    of ``one_of``; ``hook`` is the function that makes it green.
    """

    kind: str
    all_of: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    hook: str = ""

    @property
    def groups(self) -> frozenset[str]:
        """All groups that the effect speaks of."""
        return self.all_of | self.one_of

    def missing(self, patched: frozenset[str]) -> frozenset[str]:
        """Return the groups that ought to be patched and are not."""
        missing = self.all_of - patched
        if self.one_of and not self.one_of & patched:
            missing |= self.one_of
        return missing


def effect_of(row: AnyRow, library: str) -> Effect:
    """Return what a call of a row does under "eventlet" or "gevent"."""
    if isinstance(row, NeedRow):
        return Effect("patchable", frozenset(row.groups))
    kind, _, named = (row.eventlet if library == "eventlet" else row.gevent).partition(":")
    if kind == "either":
        return Effect("patchable", one_of=frozenset(named.split("|")))
    if kind == "group":
        return Effect("patchable", frozenset(named.split("+"))) if named != "any" else Effect("any")
    return Effect(kind, hook=named)


def _told(conditions: tuple[str, ...]) -> list[str]:
    return [condition for condition in conditions if condition.partition(":")[0] not in _UNTOLD]


class Conditions:
    """Weighs the conditions of rows against calls of one program."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def concern(self, row: AnyRow, site: Site) -> bool:
        """Tell whether a row concerns a call: it surely meets what the row asks for, and nothing that it excludes.

        Flags that the source does not tell may be those that are excluded; other arguments are taken to be none.
        """
        if isinstance(row, NeedRow):
            return not row.only_with or any(self.meets(c, site) is True for c in row.only_with)
        if not all(self.meets(c, site) is True for c in _told(row.blocks_if)):
            return False
        excluded = {condition: self.meets(condition, site) for condition in _told(row.not_if)}
        return not any(met or (met is None and c.startswith("flag")) for c, met in excluded.items())

    def meets(self, condition: str, site: Site) -> bool | None:
        """Tell whether a call meets a condition; None if the source does not tell."""
        kind, _, rest = condition.partition(":")
        call = site.call
        if kind == "kw":
            name, _, value = rest.partition("=")
            found = [given for key, given in call.keywords if key == name]
            if not found:
                return None if any(key is None for key, _ in call.keywords) else False
            return self._is(site.scope, found[0], value) if value else True
        if kind == "env":
            return self._is_in_environment(*rest.split("="))
        if kind == "state":
            return self._was_polled(site) if rest == "polled" else self._was_made_so(site, rest)
        position = int(kind[-1])
        if kind.startswith("absent"):
            return len(call.arguments) <= position and not any(key in (rest, None) for key, _ in call.keywords)
        if any(isinstance(value, facts.Starred) for value in call.arguments[: position + 1]):
            return None
        if position >= len(call.arguments):
            return False
        given = call.arguments[position]
        if kind.startswith("flag"):
            return self._mentions(site.scope, given, rest.rpartition(".")[2], 0)
        if kind.startswith("from"):
            return self._is_from(site.scope, given, frozenset(rest.split("|")))
        return self._is(site.scope, given, rest)

    def _is(self, scope: Scope, value: Value | None, wanted: str) -> bool | None:
        """Whether a value is a literal or a name such as ``os.P_WAIT``."""
        for each in self._values(scope, value, 0):
            if isinstance(each, facts.Constant):
                return str(each.value) == wanted
            if facts.last_name(each) == wanted.rpartition(".")[2]:
                return True
            known = {t.path for t in self._types.of(scope, each) if isinstance(t, External)}
            return False if known else None
        return None

    def _mentions(self, scope: Scope, value: Value | None, name: str, depth: int) -> bool | None:
        """Whether flags hold one of that name."""
        if isinstance(value, facts.Operation):
            parts = [self._mentions(scope, operand, name, depth) for operand in value.operands]
            return True if True in parts else None if None in parts else False
        if facts.last_name(value) == name:
            return True
        if isinstance(value, facts.Name) and depth < _DEEPEST:
            owner = self._types.binding_scope(scope, value.id)
            if owner is not None and owner.parameter(value.id) is None:
                bound = [self._mentions(owner, b.value, name, depth + 1) for b in owner.locals.get(value.id, ())]
                return True if True in bound else None if None in bound or not bound else False
            return None
        return False if isinstance(value, facts.Constant | facts.Attribute) else None

    def _is_from(self, scope: Scope, value: Value | None, makers: frozenset[str]) -> bool | None:
        """Whether a value was made by a call of one of the names."""
        found = {t.path for t in self._types.of(scope, value) if isinstance(t, Opaque)}
        return True if found & makers else None

    def _values(self, scope: Scope, value: Value | None, depth: int) -> Iterator[Value]:
        """Yield the value, or what its name is bound to."""
        if isinstance(value, facts.Name) and depth < _DEEPEST:
            owner = self._types.home_of(scope, value.id)
            bound = [b.value for b in owner.locals.get(value.id, ())]
            changed = owner.kind == "module" and value.id in owner.module.facts.global_writes
            if len(bound) == 1 and not changed and not isinstance(bound[0], facts.Import):
                yield from self._values(owner, bound[0], depth + 1)
                return
        if value is not None:
            yield value

    def _is_in_environment(self, name: str, value: str) -> bool:
        """Whether the program puts a value into its environment: ``os.environ[name] = value``, ``setdefault``."""
        wanted = (facts.Constant(name), facts.Constant(value))
        program = self._types.program
        stores = (scope.body.item_stores[index] for scope, index in program.stored_from_outside("environ."))
        if any((store.key, store.value) == wanted for store in stores):
            return True
        calls = (site.call for word in _PUTTING for site in program.calls_named(word))
        return any(call.arguments[:2] == wanted for call in calls)

    def _was_polled(self, site: Site) -> bool:
        """Whether the function asks before the call what is ready."""
        for call in site.scope.body.calls[: site.index]:
            found = self._types.of(site.scope, call.callee) if facts.last_name(call.callee) in _ASKING else ()
            if any(isinstance(t, External | Member) for t in found):
                return True
        return False

    def _was_made_so(self, site: Site, wanted: str) -> bool:
        """Whether the module calls ``setblocking(False)`` or the like on what goes by the name of the receiver."""
        method, _, argument = wanted.rstrip(")").partition("(")
        callee = site.call.callee
        receiver = facts.last_name(callee.base) if isinstance(callee, facts.Attribute) else ""
        for other in self._types.program.calls_named(method):
            made = other.call.callee
            if other.scope.module is site.scope.module and isinstance(made, facts.Attribute):
                given = other.call.arguments[0] if other.call.arguments else None
                if facts.last_name(made.base) == receiver and isinstance(given, facts.Constant):
                    if bool(given.value) is (argument not in ("False", "0")):
                        return True
        return False
