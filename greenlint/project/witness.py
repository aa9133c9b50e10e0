"""The proof as steps a person can follow: creation, store, start of the greenthreads, calls, the colliding use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from greenlint.model import Location, Role, Step
from greenlint.project.guards import Taken, lock_description
from greenlint.project.origins import LOOPED, Hop, Slot
from greenlint.project.overlap import Overlap, Reach
from greenlint.project.program import Module, Scope, Site
from greenlint.project.roots import Root
from greenlint.project.sharing import SharedObject
from greenlint.project.uses import Use
from greenlint.source.reading import code_point_column
from greenlint.summary import facts
from greenlint.summary.facts import Span

Lines = Callable[[str], Sequence[bytes]]


class Locator:
    """Turns spans of facts (UTF-8 offsets) into locations (code points)."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def at(self, module: Module, span: Span) -> Location:
        """Return the location of a span of a module."""
        lines = self._lines(module.path)
        first, start, last, end = span
        return Location(module.path, first, _column(lines, first, start), last, _column(lines, last, end))

    def line(self, module: Module, number: int) -> Location:
        """Return the location of what stands on a line of a module."""
        lines = self._lines(module.path)
        text = lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(lines) else ""
        start = len(text) - len(text.lstrip())
        return Location(module.path, number, start + 1, number, max(len(text.rstrip()), start + 1) + 1)

    def header(self, scope: Scope) -> Location:
        """Return the location of the name line of a function or class."""
        first, start, _, _ = scope.facts.span
        name = len(scope.name.encode()) + (4 if scope.kind == "function" else 6 if scope.kind == "class" else 0)
        return self.at(scope.module, (first, start, first, start + max(name, 1)))


class Witness:
    """Tells the proof of a shared object; ``taken`` answers where the locks of a reach are taken."""

    def __init__(self, locator: Locator, taken: Callable[[Reach], Sequence[Taken]]) -> None:
        self._locator = locator
        self._taken = taken

    def steps(self, shared: SharedObject) -> tuple[Step, ...]:
        """Return the steps, creation first."""
        steps = [*self._created(shared)]
        steps += self._thread(shared.first, shared.overlap)
        if shared.second is not shared.first:
            steps += _beside(steps, [*self._thread(shared.second, shared.overlap)])
        if shared.mutation is not None and shared.mutation not in (shared.first.use, shared.second.use):
            use = shared.mutation
            message = f"a greenthread changes the shared object here: {change_of(use)}"
            steps.append(Step(Role.USE, self._locator.at(use.scope.module, use.span), message))
        return tuple(dict.fromkeys(steps))

    def way(self, reach: Reach) -> tuple[Step, ...]:
        """Return the steps to one use of a client, whether or not it collides with others."""
        birth = reach.use.client.birth
        made = Step(Role.CREATE, self._locator.at(birth.scope.module, birth.call.span), _made(birth))
        return tuple(dict.fromkeys((made, *self._thread(reach, None))))

    def creation(self, shared: SharedObject) -> Location:
        """Return where the finding stands: the first call that makes what fills the slot."""
        birth = shared.births[0]
        return self._locator.at(birth.scope.module, birth.call.span)

    def _created(self, shared: SharedObject) -> Iterator[Step]:
        for birth in shared.births:
            yield Step(Role.CREATE, self._locator.at(birth.scope.module, birth.call.span), _made(birth))
            yield from self._stored(birth, shared)

    def _stored(self, birth: Site, shared: SharedObject) -> Iterator[Step]:
        """The stores that put the object, or what a factory makes of it, into its slots."""
        innermost = shared.first.state.slot
        for slot in dict.fromkeys((shared.slot, innermost)):
            if slot is not None and slot[0] == "field":
                for scope, store in self._stores(shared, slot):
                    location = self._locator.at(scope.module, store.span)
                    if location.line != birth.call.span[0] or scope.module is not birth.scope.module:
                        yield Step(Role.STORE, location, f"kept as {slot[2]}.{slot[3]}")

    @staticmethod
    def _stores(shared: SharedObject, slot: Slot) -> Iterator[tuple[Scope, facts.Store]]:
        module = next((m for m in _modules(shared) if m.name == slot[1]), None)
        for klass in module.classes if module is not None else ():
            if klass.qualname == slot[2]:
                for scope_index, index in klass.facts.attributes.get(slot[3], ()):
                    scope = klass.module.scopes[scope_index]
                    store = scope.body.stores[index]
                    if store.value is not None and not isinstance(store.value, facts.Constant):
                        yield scope, store

    def _thread(self, reach: Reach, overlap: Overlap | None) -> Iterator[Step]:
        """The way of one greenthread, from the outermost spawn to the use; None if it overlaps with no other."""
        taken = self._taken(reach)
        hops = list(reach.state.hops)
        last = max((i for i, hop in enumerate(hops) if hop.root is not None), default=-1)
        kept = [hop for hop in hops[last + 1 :] if hop.keeper is not None][:1]
        for hop in reversed([*hops[: last + 1], *kept] if last >= 0 else hops[:6]):
            if hop.root is None:
                yield from self._guards(hop.scope, taken)
            yield self._hop(hop, reach)
        yield from self._guards(reach.use.scope, taken)
        yield self._use(reach, overlap)

    def _guards(self, scope: Scope, taken: Sequence[Taken]) -> Iterator[Step]:
        """The locks that are taken in a scope on the way to the use."""
        for one in reversed(taken):
            if one.scope is scope:
                location = self._locator.line(scope.module, one.line)
                yield Step(Role.GUARD, location, f"{lock_description(one.lock)} is taken here")

    def _hop(self, hop: Hop, reach: Reach) -> Step:
        if hop.root is None:
            assert hop.site is not None
            location = self._locator.at(hop.scope.module, hop.site.call.span)
            does = f"calls {hop.function.label}"
            if hop.keeper is not None:
                does = f"hands {hop.function.label} over to {hop.keeper.label}, which keeps it"
            return Step(Role.CALL, location, f"{hop.scope.label} {does}")
        if hop.site is None:
            message = f"the framework runs {hop.function.label} in greenthreads ({hop.root.row.id})"
            return Step(Role.ENTRY, self._locator.header(hop.function), message)
        location = self._locator.at(hop.scope.module, hop.site.call.span)
        return Step(Role.SPAWN, location, _started(hop, hop.root, reach))

    def _use(self, reach: Reach, overlap: Overlap | None) -> Step:
        use = reach.use
        location = self._locator.at(use.scope.module, use.span)
        held = _held(reach, overlap)
        if use.direction == "mutate":
            return Step(Role.USE, location, f"{change_of(use)} here, {held}")
        if overlap is Overlap.STARTER and not reach.state.crossed:
            return Step(Role.USE, location, "used here while the greenthread runs, " + held)
        return Step(Role.USE, location, f"used here, {held}")


def _held(reach: Reach, overlap: Overlap | None) -> str:
    locks = reach.state.locks
    if not locks:
        return "no lock held"
    if overlap is not None:
        return "the lock held here is not held at the other use"
    return f"{' and '.join(sorted(map(lock_description, locks)))} held"


def _started(hop: Hop, root: Root, reach: Reach) -> str:
    what = hop.function.label
    if root.serial == "call":
        return f"{what} runs in a greenthread that is waited for at once"
    if root.many:
        return f"greenthreads that run {what} start here, many at once"
    if reach.state.many and (root.loops or (root is reach.state.crossed[-1] and reach.state.why)):
        return f"greenthreads that run {what} start here: {reach.state.why or LOOPED}"
    return f"a greenthread that runs {what} starts here"


def _made(birth: Site) -> str:
    scope = birth.scope
    if scope.kind == "module":
        return f"made once, when {scope.module.name} is imported"
    if scope.kind == "class":
        return f"made once, when class {scope.qualname} is defined"
    return f"made in {scope.label}"


def _beside(told: Sequence[Step], way: Sequence[Step]) -> Iterator[Step]:
    """What a second way adds to what has been told; one that ends as the first says so at its last step."""
    new = [step for step in way if step not in told]
    yield from new[:-1]
    for step in new[-1:]:
        yield step if step is way[-1] else replace(step, message=f"{step.message}, and so on as before")


def _modules(shared: SharedObject) -> Iterator[Module]:
    for reach in (shared.first, shared.second):
        yield reach.use.scope.module
        for hop in reach.state.hops:
            yield hop.scope.module
    for birth in shared.births:
        yield birth.scope.module


def change_of(use: Use) -> str:
    """Return how messages name a change of a client: a method that changes it, or an attribute that is set."""
    return f"{use.method}() called" if use.site is not None else f"{use.method} changed"


def slot_name(slot: Slot) -> str:
    """Return how messages name a slot."""
    kind = slot[0]
    if kind == "field":
        return f"{slot[2]}.{slot[3]}"
    if kind in ("variable", "default"):
        return f"{slot[3]} of {slot[2]}"
    if kind == "cache":
        return f"the result of {slot[2]}()"
    return f"{slot[1]}.{slot[2]}" if kind == "global" else slot[-1]


def _column(lines: Sequence[bytes], line: int, offset: int) -> int:
    return code_point_column(lines[line - 1], offset) if 0 < line <= len(lines) else offset + 1
