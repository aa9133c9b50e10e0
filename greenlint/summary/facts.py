"""Facts of one module: what its source says, in program order, with no knowledge of any library.

Terms
-----
value      a small immutable term for what an expression denotes (``Name``, ``Attribute``, ``Call`` ...); the same
           terms serve types, origins, guards and spawn targets.
scope      the module body (index 0), a class body, a function or a lambda. A module lists its scopes in the
           order of their first line; a value that names a call says in which scope the call stands, because
           defaults, decorators and bases are evaluated in the enclosing scope.
block      a stretch of a scope that runs under a condition, in a loop or in a ``with``. Blocks form a tree:
           block 0 is the whole scope.
at         a position in program order: the number of calls of the scope that come before.

Lines are 1-based, columns are UTF-8 byte offsets as ``ast`` gives them. All values can be encoded with
msgpack; bodies are kept encoded and are decoded when a question about the scope is asked.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec


class _Fact(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A fact: immutable and encoded as an array."""


class _Value(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A value: immutable and encoded as an array that begins with the name of its kind."""


class Name(_Value, frozen=True, gc=False, array_like=True, tag="n"):
    """A bare name."""

    id: str


class Attribute(_Value, frozen=True, gc=False, array_like=True, tag="a"):
    """``base.name``; an unknown base is None."""

    base: Value | None
    name: str


class Item(_Value, frozen=True, gc=False, array_like=True, tag="s"):
    """``base[key]``, or the element at a constant position of an unpacked value."""

    base: Value | None
    key: Value | None


class Call(_Value, frozen=True, gc=False, array_like=True, tag="c"):
    """The result of call number ``index`` of scope number ``scope``."""

    scope: int
    index: int


class Element(_Value, frozen=True, gc=False, array_like=True, tag="e"):
    """One element of what a loop or comprehension iterates over."""

    of: Value | None


class Entered(_Value, frozen=True, gc=False, array_like=True, tag="w"):
    """What ``with value as name`` binds."""

    manager: Value | None


class Constant(_Value, frozen=True, gc=False, array_like=True, tag="k"):
    """None, a truth value, a number or a short string."""

    value: bool | int | float | str | None


class Operation(_Value, frozen=True, gc=False, array_like=True, tag="o"):
    """``and``, ``or``, ``not``, ``if`` (test, body, otherwise) or a comparison, with its operands."""

    operator: str
    operands: tuple[Value | None, ...]


class Sequence(_Value, frozen=True, gc=False, array_like=True, tag="t"):
    """A tuple, list or set display, or a comprehension (``many``: one element an iteration)."""

    items: tuple[Value | None, ...]
    many: bool = False


class Mapping(_Value, frozen=True, gc=False, array_like=True, tag="d"):
    """A dictionary display or comprehension: keys (None when computed) and values."""

    keys: tuple[Value | None, ...]
    items: tuple[Value | None, ...]


class Function(_Value, frozen=True, gc=False, array_like=True, tag="f"):
    """A function or lambda of this module, by scope number."""

    scope: int


class Class(_Value, frozen=True, gc=False, array_like=True, tag="l"):
    """A class of this module, by number."""

    index: int


class Import(_Value, frozen=True, gc=False, array_like=True, tag="i"):
    """An imported module, or ``name`` from it; ``level`` counts the leading dots."""

    level: int
    module: str
    name: str


class Annotated(_Value, frozen=True, gc=False, array_like=True, tag="@"):
    """A variable with this annotation."""

    annotation: Value | None


class Starred(_Value, frozen=True, gc=False, array_like=True, tag="*"):
    """``*value`` in a call or display."""

    value: Value | None


Value = (
    Name
    | Attribute
    | Item
    | Call
    | Element
    | Entered
    | Constant
    | Operation
    | Sequence
    | Mapping
    | Function
    | Class
    | Import
    | Annotated
    | Starred
)

BlockKind = Literal["scope", "loop", "while", "comprehension", "with", "if", "else", "try", "except", "finally"]
LOOPS = frozenset(("loop", "while", "comprehension"))
ScopeKind = Literal["module", "class", "function", "lambda"]
Span = tuple[int, int, int, int]  # first line, first column, last line, last column


class Block(_Fact, frozen=True, gc=False, array_like=True):
    """A block: its parent, and the iterable, context manager or condition that governs it."""

    parent: int
    kind: BlockKind
    value: Value | None
    line: int


class Binding(_Fact, frozen=True, gc=False, array_like=True):
    """``name = value``; an unknown value still makes the name local."""

    name: str
    value: Value | None
    block: int
    at: int
    line: int


class Store(_Fact, frozen=True, gc=False, array_like=True):
    """``base.name = value``."""

    base: Value | None
    name: str
    value: Value | None
    block: int
    at: int
    span: Span


class ItemStore(_Fact, frozen=True, gc=False, array_like=True):
    """``base[key] = value``."""

    base: Value | None
    key: Value | None
    value: Value | None
    block: int
    at: int
    span: Span


class CallSite(_Fact, frozen=True, gc=False, array_like=True):
    """A call; ``keywords`` holds (name, value), with no name for ``**value``.

    ``discarded`` says that the call is a statement of its own, so that its result is lost.
    """

    callee: Value | None
    arguments: tuple[Value | None, ...]
    keywords: tuple[tuple[str | None, Value | None], ...]
    block: int
    span: Span
    discarded: bool = False


class Result(_Fact, frozen=True, gc=False, array_like=True):
    """A value that a scope returns or yields."""

    value: Value | None
    block: int
    line: int


class Exit(_Fact, frozen=True, gc=False, array_like=True):
    """A ``break``, ``return`` or ``raise``: what stands before it in the same block runs at most once a loop."""

    block: int
    at: int
    kind: Literal["break", "return", "raise"] = "return"


class Mention(_Fact, frozen=True, gc=False, array_like=True):
    """A statement that is nothing but a name, plain or dotted: what it names is neither called nor kept."""

    value: Value
    block: int
    at: int
    span: Span


class ImportSite(_Fact, frozen=True, gc=False, array_like=True):
    """An import statement; ``names`` is empty for ``import module``, and ("*",) for a star import."""

    level: int
    module: str
    names: tuple[str, ...]
    block: int
    at: int
    span: Span


class Parameter(_Fact, frozen=True, gc=False, array_like=True):
    """A parameter; default and annotation are values of the enclosing scope."""

    name: str
    kind: Literal["positional", "vararg", "keyword", "kwarg"]
    default: Value | None
    annotation: Value | None


class Body(_Fact, frozen=True, gc=False, array_like=True):
    """All that a scope does. ``coroutine``: calling it makes a coroutine (``async def``) and runs nothing yet."""

    parameters: tuple[Parameter, ...] = ()
    decorators: tuple[Value | None, ...] = ()
    returns_annotation: Value | None = None
    blocks: tuple[Block, ...] = ()
    bindings: tuple[Binding, ...] = ()
    stores: tuple[Store, ...] = ()
    item_stores: tuple[ItemStore, ...] = ()
    calls: tuple[CallSite, ...] = ()
    returns: tuple[Result, ...] = ()
    yields: tuple[Result, ...] = ()
    exits: tuple[Exit, ...] = ()
    imports: tuple[ImportSite, ...] = ()
    mentions: tuple[Mention, ...] = ()
    global_names: tuple[str, ...] = ()
    nonlocal_names: tuple[str, ...] = ()
    coroutine: bool = False


class ScopeFacts(_Fact, frozen=True, gc=False, array_like=True):
    """What is known of a scope without decoding its body: name, kind, place, enclosing scope, class of a method."""

    name: str
    qualname: str
    kind: ScopeKind
    parent: int
    owner: int
    span: Span
    body: bytes


Place = tuple[int, int]  # (scope, index of a call, store or binding in it)


class ClassFacts(_Fact, frozen=True, gc=False, array_like=True):
    """A class: bases, keywords and decorators are values of scope ``parent``; ``scope`` is its own body.

    ``methods`` maps a name to the scopes defined under it; ``attributes`` maps an attribute to the stores through
    the first parameter of the methods, nested functions included.
    """

    name: str
    qualname: str
    scope: int
    parent: int
    bases: tuple[Value | None, ...]
    keywords: tuple[tuple[str | None, Value | None], ...]
    decorators: tuple[Value | None, ...]
    methods: dict[str, tuple[int, ...]]
    attributes: dict[str, tuple[Place, ...]]
    span: Span


class ModuleFacts(_Fact, frozen=True, gc=False, array_like=True):
    """The summary of one module, with the indexes that let the linker ask before it decodes.

    calls           last name of the callee -> calls; ``name.`` (with a dot) -> calls of a method of an attribute
                    or variable ``name``
    aliases         last name of a value -> names it is bound to, stored under, or returned by
    decorated       last name of a decorator -> scopes
    subclassed      last name of a base -> classes
    stored          attribute -> stores through anything but the first parameter of a method; ``name.`` -> item stores
    global_writes   global name -> bindings in functions
    argument_names  last name of a value -> scopes that pass it as an argument
    made            last name of a callee -> variables and attributes that hold what it returned
    imported        (level, module, names) of all import statements
    mentioned       last name -> statements that are nothing but that name
    filled          last name of a container -> calls of its methods that put something in (``x.append(y)``)
    """

    scopes: tuple[ScopeFacts, ...]
    classes: tuple[ClassFacts, ...]
    calls: dict[str, tuple[Place, ...]]
    aliases: dict[str, tuple[str, ...]]
    decorated: dict[str, tuple[int, ...]]
    subclassed: dict[str, tuple[int, ...]]
    stored: dict[str, tuple[Place, ...]]
    global_writes: dict[str, tuple[Place, ...]]
    argument_names: dict[str, tuple[int, ...]]
    made: dict[str, tuple[str, ...]]
    imported: tuple[tuple[int, str, tuple[str, ...]], ...]
    mentioned: dict[str, tuple[Place, ...]]
    filled: dict[str, tuple[Place, ...]]
    functions: int
    call_count: int


_Decoded = TypeVar("_Decoded")
_ENCODER = msgspec.msgpack.Encoder()
_BODY_DECODER = msgspec.msgpack.Decoder(Body)
_MODULE_DECODER = msgspec.msgpack.Decoder(ModuleFacts)


def encode_body(body: tuple[object, ...]) -> bytes:
    """Return the body with these fields in msgpack; lists serve as tuples."""
    return _ENCODER.encode(body)


def decode_body(data: bytes) -> Body:
    """Return the body that ``encode_body`` wrote; raises msgspec.DecodeError for anything else."""
    body = _decoded(_BODY_DECODER, data)
    if any(block.parent >= index for index, block in enumerate(body.blocks)):
        raise msgspec.DecodeError("a block that is around itself")
    return body


def encode_module(module: ModuleFacts) -> bytes:
    """Return the facts of a module in msgpack."""
    return _ENCODER.encode(module)


def decode_module(data: bytes) -> ModuleFacts:
    """Return the facts that ``encode_module`` wrote; raises msgspec.DecodeError for anything else.

    Whatever the data, scopes form a tree; bodies are judged when they are decoded.
    """
    module = _decoded(_MODULE_DECODER, data)
    scopes, classes = module.scopes, module.classes
    if not scopes or any(scope.parent >= index for index, scope in enumerate(scopes)):
        raise msgspec.DecodeError("a scope that is in itself")
    if any(not -1 <= scope.owner < len(classes) for scope in scopes):
        raise msgspec.DecodeError("a method of no class")
    if any(not (0 <= owner.parent < owner.scope < len(scopes)) for owner in classes):
        raise msgspec.DecodeError("a class without a body")
    return module


def _decoded(decoder: msgspec.msgpack.Decoder[_Decoded], data: bytes) -> _Decoded:
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:  # msgspec lets the error of a text through
        raise msgspec.DecodeError(str(error)) from None


def last_name(value: Value | None) -> str:
    """Return the last component of a dotted value, or an empty string."""
    if isinstance(value, Attribute):
        return value.name
    if isinstance(value, Name):
        return value.id
    if isinstance(value, Import):
        return value.name or value.module.rpartition(".")[2]
    return ""
