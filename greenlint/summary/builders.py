"""The mutable side of a summary: scopes and indexes that grow during the walk and are frozen at its end."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from greenlint.summary import facts
from greenlint.summary.facts import Place, Span, Value

_FUNCTIONS = ("function", "lambda")
_DEFINITIONS = (facts.Function, facts.Class, facts.Import)

span_of: Callable[[ast.stmt | ast.expr], Span] = attrgetter("lineno", "col_offset", "end_lineno", "end_col_offset")
"""Return where a node stands."""


class ScopeBuilder:
    """A scope while it is walked; ``block`` is the block in which the walk stands."""

    __slots__ = (
        "bindings",
        "block",
        "blocks",
        "calls",
        "coroutine",
        "decorators",
        "exits",
        "global_names",
        "imports",
        "index",
        "item_stores",
        "kind",
        "mentions",
        "name",
        "nonlocal_names",
        "owner",
        "parameters",
        "parent",
        "qualname",
        "returns",
        "returns_annotation",
        "self_class",
        "self_name",
        "span",
        "stores",
        "yields",
    )

    def __init__(
        self, index: int, name: str, qualname: str, kind: facts.ScopeKind, parent: int, owner: int, span: Span
    ) -> None:
        self.index = index
        self.name = name
        self.qualname = qualname
        self.kind: facts.ScopeKind = kind
        self.parent = parent
        self.owner = owner
        self.span = span
        self.self_name = ""
        self.self_class = -1
        self.block = 0
        self.blocks: list[facts.Block] = [facts.Block(-1, "scope", None, span[0])]
        self.bindings: list[facts.Binding] = []
        self.stores: list[facts.Store] = []
        self.item_stores: list[facts.ItemStore] = []
        self.calls: list[facts.CallSite] = []
        self.returns: list[facts.Result] = []
        self.yields: list[facts.Result] = []
        self.exits: list[facts.Exit] = []
        self.imports: list[facts.ImportSite] = []
        self.mentions: list[facts.Mention] = []
        self.parameters: tuple[facts.Parameter, ...] = ()
        self.decorators: tuple[Value | None, ...] = ()
        self.returns_annotation: Value | None = None
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.coroutine = False

    def freeze(self) -> facts.ScopeFacts:
        """Return the scope with its body encoded."""
        body = (
            self.parameters,
            self.decorators,
            self.returns_annotation,
            self.blocks,
            self.bindings,
            self.stores,
            self.item_stores,
            self.calls,
            self.returns,
            self.yields,
            self.exits,
            self.imports,
            self.mentions,
            sorted(self.global_names),
            sorted(self.nonlocal_names),
            self.coroutine,
        )
        return facts.ScopeFacts(
            self.name, self.qualname, self.kind, self.parent, self.owner, self.span, facts.encode_body(body)
        )


class ClassBuilder:
    """A class while its body is walked."""

    __slots__ = (
        "attributes",
        "bases",
        "decorators",
        "index",
        "keywords",
        "methods",
        "name",
        "parent",
        "qualname",
        "scope",
        "span",
    )

    def __init__(self, index: int, name: str, qualname: str, parent: int, span: Span) -> None:
        self.index = index
        self.name = name
        self.qualname = qualname
        self.parent = parent
        self.span = span
        self.scope = -1
        self.bases: tuple[Value | None, ...] = ()
        self.keywords: tuple[tuple[str | None, Value | None], ...] = ()
        self.decorators: tuple[Value | None, ...] = ()
        self.methods: dict[str, list[int]] = {}
        self.attributes: dict[str, list[Place]] = {}

    def freeze(self) -> facts.ClassFacts:
        """Return the class as a fact."""
        return facts.ClassFacts(
            self.name,
            self.qualname,
            self.scope,
            self.parent,
            self.bases,
            self.keywords,
            self.decorators,
            {name: tuple(scopes) for name, scopes in self.methods.items()},
            {name: tuple(places) for name, places in self.attributes.items()},
            self.span,
        )


class Indexes:
    """The indexes of a module; see ModuleFacts for their meaning."""

    __slots__ = (
        "aliases",
        "argument_names",
        "called",
        "calls",
        "decorated",
        "filled",
        "global_writes",
        "imported",
        "made",
        "mentioned",
        "stored",
        "subclassed",
    )

    def __init__(self) -> None:
        self.calls: dict[str, list[Place]] = defaultdict(list)
        self.called: list[tuple[Place, str]] = []
        self.aliases: dict[str, set[str]] = {}
        self.decorated: dict[str, list[int]] = {}
        self.subclassed: dict[str, list[int]] = {}
        self.stored: dict[str, list[Place]] = {}
        self.global_writes: dict[str, list[Place]] = {}
        self.argument_names: dict[str, dict[int, None]] = defaultdict(dict)
        self.made: dict[str, set[str]] = {}
        self.imported: list[tuple[int, str, tuple[str, ...]]] = []
        self.mentioned: dict[str, list[Place]] = {}
        self.filled: dict[str, list[Place]] = {}

    def alias(self, value: Value | None, name: str) -> None:
        """Note that ``name`` stands for what ``value`` names, also as one of several."""
        kind = type(value)
        if kind is facts.Attribute or kind is facts.Name or kind is facts.Import:
            last = facts.last_name(value)
            if last != name:
                self.aliases.setdefault(last, set()).add(name)
        elif kind is facts.Operation or kind is facts.Mapping or kind is facts.Sequence:
            for item in value.operands if isinstance(value, facts.Operation) else value.items:  # type: ignore[union-attr]
                item_kind = type(item)
                if item_kind is facts.Attribute or item_kind is facts.Name:
                    self.alias(item, name)


def calls_of_values(
    indexes: Indexes, scopes: Sequence[ScopeBuilder], classes: Sequence[ClassBuilder]
) -> Iterator[Place]:
    """Yield the calls of what a variable holds, or an attribute that its class stores: no function of that name."""
    held: dict[int, set[str]] = {}
    for place, name in indexes.called:
        at = place[0]
        if type(scopes[at].calls[place[1]].callee) is facts.Attribute:
            owner = classes[scopes[at].self_class]
            if name in owner.attributes and name not in owner.methods:
                yield place
            continue
        while at >= 0 and scopes[at].kind in _FUNCTIONS:
            if at not in held:
                held[at] = _held_names(scopes[at])
            if name in held[at]:
                yield place
                break
            at = scopes[at].parent


def _held_names(scope: ScopeBuilder) -> set[str]:
    """The parameters of a function, and its variables that are not bound to a definition or an import."""
    names = {binding.name for binding in scope.bindings if type(binding.value) not in _DEFINITIONS}
    names.update([parameter.name for parameter in scope.parameters])
    return names


def callee_name(value: Value | None) -> str:
    """Return the last name of what a decorator or base names, seen through a call such as ``@task(bind=True)``."""
    return facts.last_name(value)


def frozen_places(index: dict[str, list[Place]]) -> dict[str, tuple[Place, ...]]:
    """Return the index with tuples for lists."""
    return {name: tuple(places) for name, places in index.items()}
