"""What keeps greenthreads apart: locks held around a call, and waits that end what was spawned.

A lock counts for what it is, not for being one: each has a *key* (the variable or attribute that holds it, or the
name it was asked for by), and two uses are guarded from each other when they hold a lock with the same key. A lock
made by the call itself guards nothing. Where the type of a lock is unknown its name decides, in favour of silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from greenlint.project.program import Klass, Scope, Site
from greenlint.project.terms import BoundMethod, ClassType, FunctionType, Instance, Member, Opaque, Type
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

Lock = tuple[str, ...]
_LOCK_NAME = re.compile(r"lock|mutex|semaphore|(^|_)sem(a)?$|synchroni[sz]e", re.IGNORECASE)
_DEEPEST = 3
_LONGEST = 4


class Taken(NamedTuple):
    """A lock, and the line of a scope on which it is taken."""

    lock: Lock
    scope: Scope
    line: int


class Guards:
    """Answers about locks for one program."""

    def __init__(self, types: Types, made_too_early: Callable[[Site], bool]) -> None:
        self._types = types
        self._made_too_early = made_too_early
        self._decorated: dict[Scope, frozenset[Lock]] = {}

    def held_at(self, scope: Scope, block: int, at: int) -> frozenset[Lock]:
        """Return the keys of the locks held in a block of a scope at a position in program order."""
        return frozenset(lock for _, locks in self._around(scope, block, at) for lock in locks)

    def taken_at(self, scope: Scope, block: int, at: int) -> Iterator[Taken]:
        """Yield where the locks are taken that are held in a block of a scope at a position."""
        for line, locks in self._around(scope, block, at):
            yield from (Taken(lock, scope, line) for lock in locks)

    def _around(self, scope: Scope, block: int, at: int) -> Iterator[tuple[int, Iterable[Lock]]]:
        """Yield lines and the locks that are taken there and held at the position."""
        yield scope.facts.span[0], self.of_function(scope)
        for _, around in scope.blocks_around(block):
            if around.kind == "with":
                yield around.line, self._entered(scope, around.value, 0)
            elif around.kind in ("if", "while"):
                yield around.line, self._acquired_in_test(scope, around.value)
        yield from self._between_acquire_and_release(scope, block, at)

    def _excludes(self, found: Opaque) -> bool:
        """Whether a library's object keeps other greenthreads out: a lock, made after the patch if it needs one."""
        library = self._types.library
        guard = library.guard(found.path)
        native = guard is not None and guard.patched and found.birth is not None and self._made_too_early(found.birth)
        return library.is_lock(found.path, found.birth) and not native

    def of_function(self, scope: Scope) -> frozenset[Lock]:
        """Return the locks that decorators hold for a function, or for the class it is a method of."""
        known = self._decorated.get(scope)
        if known is None:
            self._decorated[scope] = frozenset()
            known = self._decorated[scope] = frozenset(self._by_decorators(scope))
        return known

    def _by_decorators(self, scope: Scope) -> Iterator[Lock]:
        enclosing = scope.parent or scope
        for decorator in scope.body.decorators:
            yield from self._decorator(enclosing, decorator, scope)
        owner = scope.owner
        if owner is not None:
            for decorator in owner.facts.decorators:
                yield from self._decorator(owner.enclosing, decorator, scope)

    def _decorator(self, scope: Scope, decorator: Value | None, decorated: Scope) -> Iterator[Lock]:
        value, named = decorator, ""
        if isinstance(decorator, facts.Call):
            call = Site(scope.module.scopes[decorator.scope], decorator.index).call
            value, named = call.callee, _first_text(call)
        meant = self._types.of(scope, value)
        for t in meant:
            path = t.path if hasattr(t, "path") else ""
            if isinstance(t, Member):
                path = f"{t.owner.path}.{t.name}"
            if path and self._types.library.is_lock(path):
                yield ("named", named or path)
                return
            if isinstance(t, FunctionType | BoundMethod) and (locks := self._wrapped_in(t.scope)):
                yield from (self._of_decorated(lock, decorated, named or t.scope.qualname) for lock in sorted(locks))
                return
        name = facts.last_name(value)
        if _LOCK_NAME.search(name) and not any(isinstance(t, ClassType) for t in meant):
            yield ("named", named or name)

    def _wrapped_in(self, decorator: Scope, depth: int = 0) -> frozenset[Lock]:
        """The locks inside which a decorator of the program runs what it decorates."""
        for child in decorator.children:
            if child.kind == "function":
                for index, call in enumerate(child.body.calls):
                    if isinstance(call.callee, facts.Name) and not child.is_local(call.callee.id):
                        held = self.held_at(child, call.block, index)
                        if held and _is_parameter_around(child, call.callee.id):
                            return held
                if depth < _DEEPEST and (held := self._wrapped_in(child, depth + 1)):
                    return held
        return frozenset()

    def _of_decorated(self, lock: Lock, decorated: Scope, name: str) -> Lock:
        """What a lock of a decorator is for a function: the lock itself, its owner's, its own, or one with a name."""
        owner = decorated.owner
        if lock[0] == "text" and owner is not None:
            holder = self._types.hierarchy.holder(owner, lock[2])
            return ("field", holder.module.name, holder.qualname, lock[2])
        if lock[0] == "variable" and self._is_made_for_each(lock):
            return ("named", f"{decorated.module.name}.{decorated.qualname}")
        return lock if lock[0] in ("global", "field") else ("named", name)

    def _is_made_for_each(self, lock: Lock) -> bool:
        """Whether a variable of a decorator holds a lock that each run of the decorator makes."""
        scope = next(s for s in self._types.program.modules[lock[1]].scopes if s.qualname == lock[2])
        made = {Site(scope, b.value.index) for b in scope.locals.get(lock[3], ()) if isinstance(b.value, facts.Call)}
        held = [t for b in scope.locals.get(lock[3], ()) for t in self._types.of(scope, b.value)]
        return any(isinstance(t, Opaque) and t.birth in made for t in held)

    def _entered(self, scope: Scope, manager: Value | None, depth: int) -> Iterator[Lock]:
        for t in self._types.of(scope, manager):
            if isinstance(t, Opaque) and self._excludes(t):
                yield from self._key(scope, manager, t)
                return
            if isinstance(t, Opaque) and self._types.library.guard(t.path) is not None:
                return
            if isinstance(t, Instance) and depth < _DEEPEST:
                yield from self._held_by_enter(t, depth)
        if isinstance(manager, facts.Call) and depth < _DEEPEST:
            yield from self._held_by_generator(scope, manager, depth)
        if _LOCK_NAME.search(_text(scope, manager)):
            yield from self._key(scope, manager, None)

    def _held_by_generator(self, scope: Scope, manager: facts.Call, depth: int) -> Iterator[Lock]:
        """Locks that a ``@contextmanager`` of the program holds where it yields."""
        call = Site(scope.module.scopes[manager.scope], manager.index).call
        for callee in self._types.of(scope, call.callee):
            if isinstance(callee, FunctionType | BoundMethod) and callee.scope.body.yields:
                function = callee.scope
                result = function.body.yields[0]
                for _, around in function.blocks_around(result.block):
                    if around.kind == "with":
                        yield from self._entered(function, around.value, depth + 1)
                yield from self._acquires(function)

    def _held_by_enter(self, manager: Instance, depth: int) -> Iterator[Lock]:
        for method in self._types.hierarchy.find(manager.klass, "__enter__")[0]:
            yield from self._acquires(method)

    def _acquires(self, scope: Scope) -> Iterator[Lock]:
        for call in scope.body.calls:
            if isinstance(call.callee, facts.Attribute) and call.callee.name in ("acquire", "__enter__"):
                if self._is_lock_value(scope, call.callee.base):
                    yield from self._key(scope, call.callee.base, None)

    def _acquired_in_test(self, scope: Scope, test: Value | None) -> Iterator[Lock]:
        if isinstance(test, facts.Call):
            call = Site(scope.module.scopes[test.scope], test.index).call
            if isinstance(call.callee, facts.Attribute) and call.callee.name == "acquire":
                if self._is_lock_value(scope, call.callee.base):
                    yield from self._key(scope, call.callee.base, None)

    def _between_acquire_and_release(self, scope: Scope, block: int, at: int) -> Iterator[tuple[int, Iterable[Lock]]]:
        calls = scope.body.calls
        held: dict[Value, int] = {}
        for index, call in enumerate(calls[:at]):
            callee = call.callee
            if not isinstance(callee, facts.Attribute) or callee.base is None:
                continue
            if callee.name == "acquire" and self._is_lock_value(scope, callee.base):
                held[callee.base] = index
            elif callee.name == "release" and not _in_handler(scope, call.block):
                held.pop(callee.base, None)
        for value, index in held.items():
            if any(_releases(call, value) for call in calls[at:]):
                yield calls[index].span[0], self._key(scope, value, None)

    def _is_lock_value(self, scope: Scope, value: Value | None) -> bool:
        for t in self._types.of(scope, value):
            if isinstance(t, Opaque):
                return self._excludes(t)
        return bool(_LOCK_NAME.search(facts.last_name(value)))

    def _key(self, scope: Scope, value: Value | None, found: Opaque | None) -> Iterator[Lock]:
        """The key of a lock; nothing when the lock belongs to this call alone."""
        if isinstance(value, facts.Name):
            owner = self._types.binding_scope(scope, value.id)
            if owner is None:
                yield ("global", scope.module.name, value.id)
            elif owner is not scope or not _made_here(scope, value.id):
                yield ("variable", owner.module.name, owner.qualname, value.id)
        elif isinstance(value, facts.Attribute):
            yield self._attribute_key(scope, value)
        elif isinstance(value, facts.Call):
            call = Site(scope.module.scopes[value.scope], value.index).call
            if found is None or self._is_named_lock(found):
                yield ("named", _first_text(call) or facts.last_name(call.callee))
        elif isinstance(value, facts.Item):
            yield from self._key(scope, value.base, None)

    def _is_named_lock(self, found: Opaque) -> bool:
        """Whether a lock made on the spot is the one that others with its name get, as lockutils' are."""
        guard = self._types.library.guard(found.path)
        return guard is not None and guard.form == "context"

    def _attribute_key(self, scope: Scope, value: facts.Attribute) -> Lock:
        for base in self._types.of(scope, value.base):
            holder: Klass | None = None
            if isinstance(base, Instance | ClassType):
                holder = self._types.hierarchy.holder(base.klass, value.name)
            if holder is not None:
                return ("field", holder.module.name, holder.qualname, value.name)
        return ("text", facts.last_name(value.base), value.name)


def of_one_owner(lock: Lock, birth: Site) -> Lock:
    """Return the lock of an owner of which only the object made at a site is meant."""
    return (*lock, f"{birth.scope.module.path}:{birth.call.span}")


def is_common(lock: Lock) -> bool:
    """Tell whether a lock is one for all greenthreads that take it, and not that of one owner among several."""
    return len(lock) <= _LONGEST


def share_a_lock(some: Iterable[Lock], others: Iterable[Lock]) -> bool:
    """Tell whether one of some locks may be one of the others: not if they belong to owners made at two places."""
    return any(
        one == other or (one[:_LONGEST] == other[:_LONGEST] and (is_common(one) or is_common(other)))
        for one in some
        for other in others
    )


def lock_description(lock: Lock) -> str:
    """Return how a message names a lock."""
    if lock[0] == "field":
        return f"{lock[2]}.{lock[3]}"
    return lock[-1]


def _text(scope: Scope, value: Value | None) -> str:
    if isinstance(value, facts.Call):
        return facts.last_name(scope.module.scopes[value.scope].body.calls[value.index].callee)
    return facts.last_name(value)


def _first_text(call: facts.CallSite) -> str:
    first = call.arguments[0] if call.arguments else None
    return first.value if isinstance(first, facts.Constant) and isinstance(first.value, str) else ""


def _made_here(scope: Scope, name: str) -> bool:
    return any(isinstance(b.value, facts.Call) for b in scope.locals.get(name, ()))


def _in_handler(scope: Scope, block: int) -> bool:
    return any(around.kind == "except" for _, around in scope.blocks_around(block))


def _releases(call: facts.CallSite, value: Value) -> bool:
    callee = call.callee
    return isinstance(callee, facts.Attribute) and callee.name == "release" and callee.base == value


def _is_parameter_around(scope: Scope, name: str) -> bool:
    at: Scope | None = scope.parent
    while at is not None:
        if at.parameter(name) is not None:
            return True
        at = at.parent
    return False


def path_of(found: Type) -> str:
    """Return the dotted path of a library's thing, empty for the program's own."""
    if isinstance(found, Member):
        return f"{found.owner.path}.{found.name}"
    return getattr(found, "path", "")
