"""Expressions of the one walk: a table from node type to the method that turns the node into a value.

This is the hot path of a cold run: methods are short, look up nothing twice, and give up generality for speed.
Each expression is visited exactly once, in evaluation order, whether its value is of use or not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from greenlint.summary import facts
from greenlint.summary.builders import Indexes, ScopeBuilder, span_of
from greenlint.summary.facts import Attribute, Binding, Call, CallSite, Constant, Item, Name, Value
from greenlint.summary.texts import LONGEST_STRING, begins_address, dotted, is_text

LONGEST_DISPLAY = 64
LONGEST_LIST_OF_NAMES = 8
CONTAINER_WRITES = frozenset(
    ("append", "appendleft", "add", "insert", "put", "put_nowait", "setdefault", "update", "extend")
)

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_NONE = Constant(None)
_CONSTANT = frozenset((Constant,))
_ALIASING = frozenset((Name, Attribute, facts.Import, facts.Operation, facts.Mapping, facts.Sequence))


class ExpressionWalk:
    """Turns expressions into values and notes calls and bindings in the current scope."""

    scope: ScopeBuilder
    indexes: Indexes

    def __init__(self) -> None:
        self.statement_value: ast.expr | None = None

    def value(self, node: ast.expr | None) -> Value | None:
        """Return the value of an expression, None when nothing useful is known."""
        return EXPRESSIONS[type(node)](self, node)

    def function(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> facts.Function:
        """Walk a function or lambda as a scope of its own."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value | None) -> None:
        """Bind an assignment target to a value."""
        kind = type(target)
        scope = self.scope
        if kind is ast.Name:
            self.bind_name(target.id, value, target.lineno)  # type: ignore[attr-defined]
        elif kind is ast.Attribute:
            self._bind_attribute(target, value)  # type: ignore[arg-type]
        elif kind is ast.Subscript:
            base = self.value(target.value)  # type: ignore[attr-defined]
            key = self.value(target.slice)  # type: ignore[attr-defined]
            place = (scope.index, len(scope.item_stores))
            scope.item_stores.append(facts.ItemStore(base, key, value, scope.block, len(scope.calls), span_of(target)))
            holder = facts.last_name(base)
            self.indexes.stored.setdefault(holder + ".", []).append(place)
            if holder and type(value) in _ALIASING:
                self.indexes.alias(value, holder)
        elif kind is ast.Tuple or kind is ast.List:
            self._bind_each(target.elts, value)  # type: ignore[attr-defined]
        elif kind is ast.Starred:
            self.bind(target.value, value)  # type: ignore[attr-defined]

    def bind_name(self, name: str, value: Value | None, line: int) -> None:
        """Bind a name of the scope, or of the module when it is declared global."""
        scope = self.scope
        if scope.global_names and name in scope.global_names:
            self.indexes.global_writes.setdefault(name, []).append((scope.index, len(scope.bindings)))
        scope.bindings.append(Binding(name, value, scope.block, len(scope.calls), line))
        if type(value) is Call:
            self._note_made(value, name)
        elif type(value) in _ALIASING:
            self.indexes.alias(value, name)

    def _note_made(self, made: Call, name: str) -> None:
        """Note that a name holds the result of a call."""
        calls = self.scope.calls
        if made.scope == self.scope.index and made.index < len(calls):
            self.indexes.made.setdefault(facts.last_name(calls[made.index].callee), set()).add(name)

    def enter(self, kind: facts.BlockKind, value: Value | None, line: int) -> int:
        """Open a block and return the one to go back to."""
        scope = self.scope
        before = scope.block
        scope.blocks.append(facts.Block(before, kind, value, line))
        scope.block = len(scope.blocks) - 1
        return before

    def _bind_each(self, targets: list[ast.expr], value: Value | None) -> None:
        parts = value.items if isinstance(value, facts.Sequence) and not value.many else ()
        same = len(parts) == len(targets)
        for position, target in enumerate(targets):
            if same:
                self.bind(target, parts[position])
            else:
                self.bind(target, Item(value, Constant(position)) if value is not None else None)

    def _bind_attribute(self, target: ast.Attribute, value: Value | None) -> None:
        scope = self.scope
        base = self.value(target.value)
        place = (scope.index, len(scope.stores))
        scope.stores.append(facts.Store(base, target.attr, value, scope.block, len(scope.calls), span_of(target)))
        if type(base) is Name and base.id == scope.self_name:
            self.self_store(scope.self_class, target.attr, place)
        else:
            self.indexes.stored.setdefault(target.attr, []).append(place)
        if type(value) is Call:
            self._note_made(value, target.attr)
        elif type(value) in _ALIASING:
            self.indexes.alias(value, target.attr)

    def self_store(self, owner: int, name: str, place: facts.Place) -> None:
        """Note a store through the first parameter of a method."""
        raise NotImplementedError

    def values(self, nodes: Sequence[ast.expr | None]) -> tuple[Value | None, ...]:
        """Return the values of expressions, in their order (by a loop: a comprehension is one more call in 3.11)."""
        if not nodes:
            return ()
        found = []
        for node in nodes:
            found.append(EXPRESSIONS[type(node)](self, node))
        return tuple(found)

    def keywords(self, nodes: Sequence[ast.keyword]) -> tuple[tuple[str | None, Value | None], ...]:
        """Return the names and values of keywords."""
        if not nodes:
            return ()
        found = []
        for node in nodes:
            value = node.value
            found.append((node.arg, EXPRESSIONS[type(value)](self, value)))
        return tuple(found)

    def _name(self, node: ast.Name) -> Value:
        return Name(node.id)

    def _attribute(self, node: ast.Attribute) -> Value:
        base = node.value
        if type(base) is ast.Name:
            return Attribute(Name(base.id), node.attr)
        return Attribute(EXPRESSIONS[type(base)](self, base), node.attr)

    def _constant(self, node: ast.Constant) -> Value | None:
        value = node.value
        kind = type(value)
        if kind is str:
            return Constant(value) if len(value) <= LONGEST_STRING and (value.isascii() or is_text(value)) else None  # type: ignore[arg-type, union-attr]  # a str
        if value is None:
            return _NONE
        if kind is int:
            return Constant(value) if -(2**31) < value < 2**31 else None  # type: ignore[operator, arg-type]  # an int
        return Constant(value) if kind is bool or kind is float else None  # type: ignore[arg-type]  # one of these

    def _call(self, node: ast.Call) -> Value:
        function = node.func
        callee = EXPRESSIONS[type(function)](self, function)
        arguments, keywords = self.values(node.args), self.keywords(node.keywords)
        scope = self.scope
        index, calls = scope.index, scope.calls
        number = len(calls)
        calls.append(CallSite(callee, arguments, keywords, scope.block, span_of(node), node is self.statement_value))
        self._index_call(callee, arguments, keywords, (index, number))
        return Call(index, number)

    def _index_call(
        self,
        callee: Value | None,
        arguments: tuple[Value | None, ...],
        keywords: tuple[tuple[str | None, Value | None], ...],
        place: facts.Place,
    ) -> None:
        calls = self.indexes.calls
        kind = type(callee)
        if kind is Attribute:
            name: str = callee.name  # type: ignore[union-attr]
            base = callee.base  # type: ignore[union-attr]
            if name in CONTAINER_WRITES:
                base = self._container(base)
                container = facts.last_name(base)
                if container and container != self.scope.self_name:
                    self.indexes.filled.setdefault(container, []).append(place)
            while type(base) is Attribute:
                calls[base.name + "."].append(place)
                base = base.base
            if type(base) is Name:
                if base.id != self.scope.self_name:
                    calls[base.id + "."].append(place)
                elif base is callee.base:  # type: ignore[union-attr]
                    self.indexes.called.append((place, name))
        elif kind is Name:
            name = callee.id  # type: ignore[union-attr]
            self.indexes.called.append((place, name))
        else:
            name = facts.last_name(callee.base) if kind is Item else ""  # type: ignore[union-attr]
        calls[name].append(place)
        names = self.indexes.argument_names
        index = place[0]
        for argument in arguments:
            kind = type(argument)
            if kind is Attribute:
                names[argument.name][index] = None  # type: ignore[union-attr]
            elif kind is Name:
                names[argument.id][index] = None  # type: ignore[union-attr]
        for _, argument in keywords:
            kind = type(argument)
            if kind is Attribute:
                names[argument.name][index] = None  # type: ignore[union-attr]
            elif kind is Name:
                names[argument.id][index] = None  # type: ignore[union-attr]

    def _container(self, value: Value | None) -> Value | None:
        """See through ``x[key].append(y)`` and ``x.setdefault(key, []).append(y)`` to the container named."""
        while True:
            if type(value) is Item:
                value = value.base
            elif type(value) is Call and value.scope == self.scope.index:
                callee = self.scope.calls[value.index].callee
                if type(callee) is not Attribute or callee.name not in ("setdefault", "get"):
                    return value
                value = callee.base
            else:
                return value

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        return Item(base, self.value(node.slice))

    def _bool_operation(self, node: ast.BoolOp) -> Value:
        operator = "or" if type(node.op) is ast.Or else "and"
        return facts.Operation(operator, self.values(node.values))

    def _conditional(self, node: ast.IfExp) -> Value:
        return facts.Operation("if", (self.value(node.test), self.value(node.body), self.value(node.orelse)))

    def _comparison(self, node: ast.Compare) -> Value:
        operands = (self.value(node.left), *self.values(node.comparators))
        operator = _OPERATORS[node.ops[0].__class__] if len(node.ops) == 1 else "chain"
        return facts.Operation(operator, operands)

    def _unary(self, node: ast.UnaryOp) -> Value | None:
        operand = self.value(node.operand)
        if type(node.op) is ast.Not:
            return facts.Operation("not", (operand,))
        if type(node.op) is ast.USub and isinstance(operand, Constant):
            return Constant(-operand.value) if isinstance(operand.value, int | float) else None
        return None

    def _arithmetic(self, node: ast.BinOp) -> Value | None:
        left, right = self.value(node.left), self.value(node.right)
        if type(left) is Constant and begins_address(left.value):
            return facts.Operation("+", (left,))
        both = type(left) is facts.Sequence and type(right) is facts.Sequence
        if both or type(node.op) is ast.BitOr:
            return facts.Operation("or", (left, right))
        return None

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set) -> Value | None:
        items = self.values(node.elts)
        return facts.Sequence(items) if len(items) <= LONGEST_DISPLAY else None

    def _mapping(self, node: ast.Dict) -> Value | None:
        keys = self.values(node.keys)
        items = self.values(node.values)
        if len(items) > LONGEST_DISPLAY:
            return None
        if items and _CONSTANT.issuperset(map(type, items)) and not self._may_be_names(items):
            return None
        return facts.Mapping(keys, items)

    def _may_be_names(self, items: tuple[Value | None, ...]) -> bool:
        """Whether a dictionary of the module or of a class says by what names something is imported or loaded.

        All of it are names, or one is of something in a module, as among the settings of a database.
        """
        if self.scope.kind == "function" or len(items) > LONGEST_LIST_OF_NAMES:
            return False
        names = [dotted(item) for item in items]
        return all(names) or any("." in name for name in names)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        before = self.scope.block
        for generator in node.generators:
            iterable = self.value(generator.iter)
            self.enter("comprehension", iterable, node.lineno)
            self.bind(generator.target, facts.Element(iterable))
            for condition in generator.ifs:
                self.value(condition)
        if isinstance(node, ast.DictComp):
            self.value(node.key)
            result: Value = facts.Mapping((None,), (self.value(node.value),))
        else:
            result = facts.Sequence((self.value(node.elt),), True)
        self.scope.block = before
        return result

    def _lambda(self, node: ast.Lambda) -> Value:
        return self.function(node)

    def _awaited(self, node: ast.Await) -> Value | None:
        return self.value(node.value)

    def _starred(self, node: ast.Starred) -> Value:
        return facts.Starred(self.value(node.value))

    def _named(self, node: ast.NamedExpr) -> Value | None:
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def _yield(self, node: ast.Yield) -> None:
        value = self.value(node.value)
        self.scope.yields.append(facts.Result(value, self.scope.block, node.lineno))

    def _yield_from(self, node: ast.YieldFrom) -> None:
        value = self.value(node.value)
        self.scope.yields.append(facts.Result(facts.Element(value), self.scope.block, node.lineno))

    def _joined(self, node: ast.JoinedStr) -> Value | None:
        for part in node.values:
            if type(part) is ast.FormattedValue:
                self.value(part)
        first = node.values[0] if node.values else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and begins_address(first.value):
            return facts.Operation("+", (Constant(first.value),))
        return None

    def _formatted(self, node: ast.FormattedValue) -> None:
        self.value(node.value)
        if node.format_spec is not None:
            self.value(node.format_spec)

    def _slice(self, node: ast.Slice) -> None:
        self.value(node.lower)
        self.value(node.upper)
        self.value(node.step)


def _unknown(_walk: ExpressionWalk, _node: object) -> None:
    """Nothing is known of the value, and nothing is inside."""


EXPRESSIONS: Mapping[type, Callable[[Any, Any], Value | None]] = {
    **dict.fromkeys((*ast.expr.__subclasses__(), type(None)), _unknown),
    ast.Name: ExpressionWalk._name,
    ast.Attribute: ExpressionWalk._attribute,
    ast.Call: ExpressionWalk._call,
    ast.Constant: ExpressionWalk._constant,
    ast.Subscript: ExpressionWalk._subscript,
    ast.BoolOp: ExpressionWalk._bool_operation,
    ast.IfExp: ExpressionWalk._conditional,
    ast.Tuple: ExpressionWalk._sequence,
    ast.List: ExpressionWalk._sequence,
    ast.Set: ExpressionWalk._sequence,
    ast.Dict: ExpressionWalk._mapping,
    ast.Lambda: ExpressionWalk._lambda,
    ast.ListComp: ExpressionWalk._comprehension,
    ast.SetComp: ExpressionWalk._comprehension,
    ast.GeneratorExp: ExpressionWalk._comprehension,
    ast.DictComp: ExpressionWalk._comprehension,
    ast.Await: ExpressionWalk._awaited,
    ast.Starred: ExpressionWalk._starred,
    ast.NamedExpr: ExpressionWalk._named,
    ast.Yield: ExpressionWalk._yield,
    ast.YieldFrom: ExpressionWalk._yield_from,
    ast.BinOp: ExpressionWalk._arithmetic,
    ast.Compare: ExpressionWalk._comparison,
    ast.UnaryOp: ExpressionWalk._unary,
    ast.JoinedStr: ExpressionWalk._joined,
    ast.FormattedValue: ExpressionWalk._formatted,
    ast.Slice: ExpressionWalk._slice,
}
"""The way to walk each type of expression (plain functions: bound methods would make each walk a cycle)."""
