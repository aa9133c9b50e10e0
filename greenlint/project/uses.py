"""Which calls, loads and stores use a client, and how: read, write, exclusive, mutate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from greenlint.knowledge.schema import ClientRow
from greenlint.project.client_names import called_objects, making_names, returning
from greenlint.project.conditions import holds
from greenlint.project.program import Klass, Scope, Site
from greenlint.project.roots import Root, Roots
from greenlint.project.terms import BoundMethod, External, Instance, Opaque, Type
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Span, Value

MOST_CANDIDATES = 6000
DEEPEST_DELEGATE = 3
_ARMS = ("if", "else")


class Client(NamedTuple):
    """A client object as the program makes it: what knowledge says of it and where it is born."""

    row: ClientRow
    name: str
    birth: Site


class Use(NamedTuple):
    """A use of a client: where, of which value, how. ``root`` is set when a spawner calls the method itself.

    ``fresh``: the function has just made the object that it uses, whoever held another one before.
    """

    scope: Scope
    receiver: Value | None
    block: int
    at: int
    span: Span
    method: str
    direction: str
    client: Client
    root: Root | None
    site: Site | None
    fresh: bool = False

    @property
    def key(self) -> tuple[str, int, int]:
        """A value to sort by."""
        return (self.scope.module.path, self.span[0], self.span[1])


class Uses:
    """Finds the uses of all clients that a program makes."""

    def __init__(self, types: Types, roots: Roots) -> None:
        self._types = types
        self._roots = roots
        self._made: dict[Klass, list[Site | None]] = {}

    def all(self) -> list[Use]:
        """Return the uses in source order."""
        rows = self._rows_present()
        if not rows:
            return []
        found: dict[tuple[object, ...], Use] = {}
        for use in (*self._calls(rows), *self._stores(rows), *self._spawned()):
            found.setdefault((use.scope, use.span, use.method, use.client.birth), use)
        return sorted(found.values(), key=lambda use: (*use.key, use.client.birth.key))

    def clients_of(
        self, found: Type, birth_required: bool = True, used: Site | None = None
    ) -> Iterator[tuple[ClientRow, str, Site | None]]:
        """Yield the client rows of a type (for a call that uses it), the name to call it by, and its birth."""
        library = self._types.library
        if isinstance(found, Opaque) and (found.birth is not None or not birth_required):
            path = found.path.partition("()")[0]
            rows = library.clients(path)
            special = [row for row in rows if holds(self._types, row, found.birth, used)]
            general = [row for row in rows if row.when is None]
            if special or general:
                yield (special or general)[0], self._made_name(path, found.birth), found.birth
        elif isinstance(found, Instance):
            for base in self._types.hierarchy.external_bases(found.klass):
                row = next((row for row in library.clients(base) if row.when is None), None)
                if row is not None:
                    births = [found.birth] if found.birth is not None else self._births(found.klass)
                    for birth in births or ([] if birth_required else [None]):
                        yield row, found.klass.name, birth
                    return

    def _births(self, klass: Klass) -> list[Site | None]:
        """The calls that make objects of a class or of its subclasses."""
        known = self._made.get(klass)
        if known is None:
            family = [klass, *self._types.hierarchy.subclasses(klass)]
            names = self._types.program.aliases_of({k.name for k in family})
            found: dict[Site | None, None] = {}
            for name in sorted(names):
                for site in self._types.program.calls_named(name):
                    for t in self._types.of(site.scope, facts.Call(site.scope.index, site.index)):
                        if isinstance(t, Instance) and t.klass in family and t.birth == site:
                            found[site] = None
            known = self._made[klass] = list(found)
        return known

    def _made_name(self, path: str, birth: Site | None) -> str:
        """The name of what was made: that of the first object when a derived one shares its connection."""
        if birth is None:
            return path
        for t in self._types.of(birth.scope, facts.Call(birth.scope.index, birth.index)):
            if isinstance(t, Opaque) and t.birth == birth and self._types.library.clients(t.path.partition("()")[0]):
                return t.path.partition("()")[0]
        return path

    def _rows_present(self) -> list[ClientRow]:
        """The rows of clients that the program makes, by the names of constructors and factories, or is handed."""
        program = self._types.program
        knowledge = self._types.library.knowledge
        found: dict[str, ClientRow] = {}
        names = making_names(self._types) | called_objects(self._types)
        for name in sorted(names):
            for site in program.calls_named(name):
                found.update(self._made_at(site))
        methods = [(len(program.calls_named(name)), name, rows) for name, rows in returning(self._types).items()]
        for _, name, rows in sorted(methods):
            for site in program.calls_named(name) if name not in names else ():
                if rows <= found.keys():  # one call tells, and there may be thousands
                    break
                found.update(self._made_at(site))
        for given in self._types.callers.handed.values():
            found.update(pair for t in given for pair in self._reported(t))
        for klass in program.classes:
            for base in self._types.hierarchy.external_bases(klass):
                for row in knowledge.clients_by_constructor.get(base, ()):
                    if row.severity != "off":
                        found[row.id] = row
        return [found[key] for key in sorted(found)]

    def _made_at(self, site: Site) -> Iterator[tuple[str, ClientRow]]:
        """The rows of what a call makes."""
        for t in self._types.of(site.scope, facts.Call(site.scope.index, site.index)):
            yield from self._reported(t)

    def _reported(self, found: Type) -> Iterator[tuple[str, ClientRow]]:
        """The rows of a type that say of a fault, by id."""
        for row, _, _ in self.clients_of(found, birth_required=False):
            if row.severity != "off":
                yield row.id, row

    def _calls(self, rows: list[ClientRow]) -> Iterator[Use]:
        names: set[str] = set()
        for row in rows:
            names.update(_used_names(row))
        seen: set[Site] = set()
        for name in sorted(names):
            for site in self._types.program.calls_named(name)[:MOST_CANDIDATES]:
                if site not in seen:
                    seen.add(site)
                    yield from self._call(site)
        whole = [row for row in rows if row.default_use != "safe"]
        if whole:
            for name in sorted(self._receiver_names(whole)):
                for site in self._types.program.calls_named(name + ".")[:MOST_CANDIDATES]:
                    if site not in seen:
                        seen.add(site)
                        yield from self._call(site)

    def _receiver_names(self, rows: list[ClientRow]) -> frozenset[str]:
        """Names of variables and attributes that hold a client of these rows, whose every call counts."""
        names: set[str] = set()
        for last in sorted(making_names(self._types, rows)):
            for site in self._types.program.calls_named(last):
                call = facts.Call(site.scope.index, site.index)
                names.update(b.name for b in site.scope.body.bindings if _mentions(b.value, call))
                names.update(s.name for s in site.scope.body.stores if _mentions(s.value, call))
                names.update(facts.last_name(s.base) for s in site.scope.body.item_stores if _mentions(s.value, call))
        return self._types.program.aliases_of(names - {""})

    def _call(self, site: Site) -> Iterator[Use]:
        call = site.call
        callee = call.callee
        if not isinstance(callee, facts.Attribute):
            return
        yield from self._use(site.scope, callee.base, callee.name, call, site)
        inner = callee.base
        while isinstance(inner, facts.Attribute):
            yield from self._use(site.scope, inner.base, inner.name, call, site, attribute=True)
            inner = inner.base

    def _use(
        self,
        scope: Scope,
        receiver: Value | None,
        method: str,
        call: facts.CallSite,
        site: Site,
        attribute: bool = False,
    ) -> Iterator[Use]:
        if self._is_native_branch(scope, call.block):
            return
        fresh = _is_renewed(scope, receiver, site) or self._is_renewed_by_call(scope, receiver, site)
        for on, t in self._receivers(scope, receiver, method):
            for row, name, birth in self.clients_of(t, used=site):
                direction = _attribute_direction(row, method) if attribute else _direction(row, method)
                if direction and birth is not None and not self._is_made_by(birth, site):
                    client = Client(row, name, birth)
                    yield Use(
                        scope, on, call.block, site.index, call.span, method, direction, client, None, site, fresh
                    )

    def _receivers(
        self, scope: Scope, receiver: Value | None, method: str, depth: int = 0
    ) -> Iterator[tuple[Value | None, Type]]:
        """Yield what a method is called on: what a value is, or the attribute that its ``__getattr__`` hands out."""
        for t in self._types.of(scope, receiver):
            if not isinstance(t, Instance):
                yield receiver, t
            elif not self._types.hierarchy.find(t.klass, method)[0]:
                yield receiver, t
                for name in self._types.attributes.delegates(t.klass) if depth < DEEPEST_DELEGATE else ():
                    yield from self._receivers(scope, facts.Attribute(receiver, name), method, depth + 1)

    def _is_native_branch(self, scope: Scope, block: int) -> bool:
        """Whether code runs only where the standard library is not green: ``socket.socket is gevent.socket.socket``."""
        for _, around in scope.blocks_around(block):
            test = around.value
            if around.kind in _ARMS and isinstance(test, facts.Operation) and test.operator in ("is", "is not"):
                meant = [self._types.of(scope, operand) for operand in test.operands]
                same = bool(meant[0]) and isinstance(meant[0][0], External) and meant[0] == meant[1]
                if same and (around.kind == "if") == (test.operator == "is not"):
                    return True
        return False

    def _is_renewed_by_call(self, scope: Scope, receiver: Value | None, site: Site) -> bool:
        """Whether the function has just called a method of its own that puts a new object there."""
        if not isinstance(receiver, facts.Attribute) or not isinstance(receiver.base, facts.Name):
            return False
        around = [index for index, _ in scope.blocks_around(site.call.block)]
        for call in scope.body.calls[: site.index]:
            callee = call.callee
            if isinstance(callee, facts.Attribute) and callee.base == receiver.base and call.block in around:
                for t in self._types.of(scope, callee):
                    if isinstance(t, BoundMethod) and _always_stores(t.scope, receiver.name):
                        return True
        return False

    @staticmethod
    def _is_made_by(birth: Site, site: Site) -> bool:
        return birth == site

    def _stores(self, rows: list[ClientRow]) -> Iterator[Use]:
        """Attributes of a client that are set: ``session.auth = ...``, ``session.headers[...] = ...``."""
        program = self._types.program
        for name in sorted({name for row in rows for name in row.uses.mutate}):
            for scope, index in program.stored_from_outside(name):
                store = scope.body.stores[index]
                yield from self._mutation(scope, store.base, name, store.block, store.at, store.span)
            for scope, index in program.stored_from_outside(name + "."):
                item = scope.body.item_stores[index]
                if isinstance(item.base, facts.Attribute):
                    yield from self._mutation(scope, item.base.base, name, item.block, item.at, item.span)

    def _mutation(
        self, scope: Scope, receiver: Value | None, name: str, block: int, at: int, span: Span
    ) -> Iterator[Use]:
        for t in self._types.of(scope, receiver):
            for row, client_name, birth in self.clients_of(t):
                if birth is not None and row.uses.kind_of(name) == "mutate":
                    client = Client(row, client_name, birth)
                    yield Use(scope, receiver, block, at, span, name, "mutate", client, None, None)

    def _spawned(self) -> Iterator[Use]:
        """A method of the client is itself what greenthreads run: ``pool.map(session.get, urls)``."""
        for root in self._roots.all:
            for member in root.direct:
                callee = root.callee
                if root.site is None or not isinstance(callee, facts.Attribute):
                    continue
                for row, name, birth in self.clients_of(member.owner):
                    direction = _direction(row, member.name)
                    if direction and birth is not None:
                        call = root.site.call
                        client = Client(row, name, birth)
                        yield Use(
                            root.scope, callee.base, call.block, root.site.index, call.span,
                            member.name, direction, client, root, root.site,
                        )  # fmt: skip


def is_datagram(client: Client) -> bool:
    """Tell whether a socket was made for datagrams, which are sent and received whole."""
    return any(facts.last_name(value) == "SOCK_DGRAM" for value in client.birth.call.arguments) or any(
        facts.last_name(value) == "SOCK_DGRAM" for _, value in client.birth.call.keywords
    )


def _used_names(row: ClientRow) -> Iterator[str]:
    uses = row.uses
    for name in (*uses.read, *uses.write, *uses.exclusive, *uses.mutate, *uses.derive):
        yield name
        yield name + "."
    if row.direction == "state":
        yield from uses.safe


def _direction(row: ClientRow, method: str) -> str:
    """How a method uses the client; empty when it does not matter."""
    direction = row.use_of(method)
    if direction == "safe":
        return "use" if row.direction == "state" and method in row.uses.safe else ""
    if direction == "derive":
        return ""
    if method.startswith("__") and method not in (*row.uses.exclusive, *row.uses.read, *row.uses.write):
        return ""
    return direction


def _attribute_direction(row: ClientRow, name: str) -> str:
    """How calling a method of an attribute uses the client (``process.stdout.read()``, ``proxy.system.list()``)."""
    return row.uses.kind_of(name) or (
        "exclusive" if row.default_use == "exclusive" and not row.attribute_streams else ""
    )


def _is_renewed(scope: Scope, receiver: Value | None, site: Site) -> bool:
    """Whether the same function has just put a new object into the attribute that is used."""
    if not isinstance(receiver, facts.Attribute):
        return False
    around = [index for index, _ in scope.blocks_around(site.call.block)]
    return any(
        store.name == receiver.name
        and store.base == receiver.base
        and store.at <= site.index
        and isinstance(store.value, facts.Call)
        and (store.block in around or _is_made_in_every_arm(scope, store, around))
        for store in scope.body.stores
    )


def _is_made_in_every_arm(scope: Scope, store: facts.Store, around: list[int]) -> bool:
    """Whether both arms of a condition before the use put a new object into the attribute."""
    blocks = scope.body.blocks
    arm = blocks[store.block]
    if arm.kind != "if" or arm.parent not in around:
        return False
    return any(
        other.name == store.name
        and other.base == store.base
        and isinstance(other.value, facts.Call)
        and blocks[other.block].kind == "else"
        and (blocks[other.block].parent, blocks[other.block].line) == (arm.parent, arm.line)
        for other in scope.body.stores
    )


def _always_stores(method: Scope, name: str) -> bool:
    """Whether every call of a method puts a new object into an attribute of its own."""
    parameters = method.body.parameters
    own = facts.Name(parameters[0].name) if parameters else None
    for store in method.body.stores:
        if store.name == name and store.base == own and isinstance(store.value, facts.Call):
            if all(block.kind in ("scope", "try", "with") for _, block in method.blocks_around(store.block)):
                return True
    return False


def _mentions(value: Value | None, call: facts.Call) -> bool:
    if value == call:
        return True
    if isinstance(value, facts.Operation):
        return any(_mentions(operand, call) for operand in value.operands)
    return False
