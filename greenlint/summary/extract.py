"""The one walk over a module's tree: statements, scopes and classes, in program order.

Table-dispatched recursion over statements and expressions (half the cost of ``ast.NodeVisitor``); every node is
visited once and the tree can be dropped when the walk returns.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from greenlint.summary import facts
from greenlint.summary.builders import ClassBuilder, Indexes, ScopeBuilder, calls_of_values, frozen_places, span_of
from greenlint.summary.expressions import EXPRESSIONS, ExpressionWalk
from greenlint.summary.facts import Value


def summarise(tree: ast.Module) -> facts.ModuleFacts:
    """Return the facts of a module. Raises RecursionError for code that is nested too deeply."""
    return _Walk().run(tree)


class _Walk(ExpressionWalk):
    """The state of one walk: finished scopes and classes, and where it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.indexes = Indexes()
        self.scopes: list[ScopeBuilder] = []
        self.classes: list[ClassBuilder] = []

    def run(self, tree: ast.Module) -> facts.ModuleFacts:
        self.scope = self._open("<module>", "<module>", "module", -1, (1, 0, 1, 0))
        self._body(tree.body)
        indexes = self.indexes
        indexes.calls["()"] = list(calls_of_values(indexes, self.scopes, self.classes))
        return facts.ModuleFacts(
            tuple([scope.freeze() for scope in self.scopes]),
            tuple([owner.freeze() for owner in self.classes]),
            frozen_places(indexes.calls),
            {name: tuple(sorted(names)) for name, names in indexes.aliases.items()},
            {name: tuple(scopes) for name, scopes in indexes.decorated.items()},
            {name: tuple(classes) for name, classes in indexes.subclassed.items()},
            frozen_places(indexes.stored),
            frozen_places(indexes.global_writes),
            {name: tuple(scopes) for name, scopes in indexes.argument_names.items()},
            {name: tuple(sorted(names)) for name, names in indexes.made.items()},
            tuple(indexes.imported),
            frozen_places(indexes.mentioned),
            frozen_places(indexes.filled),
            sum(scope.kind in ("function", "lambda") for scope in self.scopes),
            sum(len(scope.calls) for scope in self.scopes),
        )

    def self_store(self, owner: int, name: str, place: facts.Place) -> None:
        self.classes[owner].attributes.setdefault(name, []).append(place)

    def function(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> facts.Function:
        """Walk a function: decorators, defaults and annotations in the enclosing scope, the body in its own."""
        outer = self.scope
        is_lambda = type(node) is ast.Lambda
        name = "<lambda>" if is_lambda else node.name  # type: ignore[union-attr]
        decorators = () if is_lambda else self.values(node.decorator_list)  # type: ignore[union-attr]
        returns = None if is_lambda else self.value(node.returns)  # type: ignore[union-attr]
        parameters = self._parameters(node.args)
        owner = self._class_of_body(outer)
        kind: facts.ScopeKind = "lambda" if is_lambda else "function"
        scope = self._open(name, self._qualname(outer, name), kind, outer.index, span_of(node), owner)
        scope.parameters, scope.decorators, scope.returns_annotation = parameters, decorators, returns
        scope.coroutine = type(node) is ast.AsyncFunctionDef
        self._set_self(scope, outer, owner)
        for parameter in parameters:
            if parameter.default is not None:
                self.indexes.alias(parameter.default, parameter.name)
        self._index_decorators(decorators, outer, scope.index)
        self.scope = scope
        if is_lambda:
            scope.returns.append(facts.Result(self.value(node.body), 0, node.lineno))  # type: ignore[arg-type]
        else:
            self._body(node.body)  # type: ignore[arg-type]
        self.scope = outer
        return facts.Function(scope.index)

    def _open(
        self, name: str, qualname: str, kind: facts.ScopeKind, parent: int, span: facts.Span, owner: int = -1
    ) -> ScopeBuilder:
        scope = ScopeBuilder(len(self.scopes), name, qualname, kind, parent, owner, span)
        self.scopes.append(scope)
        return scope

    def _body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            _STATEMENTS[type(statement)](self, statement)

    def _block(self, kind: facts.BlockKind, value: Value | None, statements: list[ast.stmt], line: int) -> None:
        before = self.enter(kind, value, line)
        self._body(statements)
        self.scope.block = before

    @staticmethod
    def _qualname(outer: ScopeBuilder, name: str) -> str:
        return name if outer.kind == "module" else f"{outer.qualname}.{name}"

    def _class_of_body(self, outer: ScopeBuilder) -> int:
        return outer.self_class if outer.kind == "class" else -1

    @staticmethod
    def _set_self(scope: ScopeBuilder, outer: ScopeBuilder, owner: int) -> None:
        """Tell which name stands for the instance in a method or in a function nested in one."""
        names = [parameter.name for parameter in scope.parameters if parameter.kind == "positional"]
        if owner >= 0:
            if names and "staticmethod" not in map(facts.last_name, scope.decorators):
                scope.self_name, scope.self_class = names[0], owner
        elif outer.kind in ("function", "lambda") and outer.self_name not in names:
            scope.self_name, scope.self_class = outer.self_name, outer.self_class

    def _index_decorators(self, decorators: tuple[Value | None, ...], outer: ScopeBuilder, target: int) -> None:
        for decorator in decorators:
            value = decorator
            if isinstance(value, facts.Call):
                value = outer.calls[value.index].callee
            self.indexes.decorated.setdefault(facts.last_name(value), []).append(target)

    def _parameters(self, arguments: ast.arguments) -> tuple[facts.Parameter, ...]:
        positional = [*arguments.posonlyargs, *arguments.args] if arguments.posonlyargs else arguments.args
        first = len(positional) - len(arguments.defaults)
        found = [self._parameter(p, "positional", None) for p in positional[:first]]
        for node, default in zip(positional[first:], arguments.defaults, strict=True):
            found.append(self._parameter(node, "positional", default))
        if arguments.vararg:
            found.append(self._parameter(arguments.vararg, "vararg", None))
        for node, optional in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found.append(self._parameter(node, "keyword", optional))
        if arguments.kwarg:
            found.append(self._parameter(arguments.kwarg, "kwarg", None))
        return tuple(found)

    def _parameter(self, node: ast.arg, kind: Any, default: ast.expr | None) -> facts.Parameter:
        annotation = self.value(node.annotation) if node.annotation is not None else None
        return facts.Parameter(node.arg, kind, None if default is None else self.value(default), annotation)

    def _expression(self, node: ast.Expr) -> None:
        expression = self.statement_value = node.value
        value = EXPRESSIONS[type(expression)](self, expression)
        if type(value) is facts.Attribute or type(value) is facts.Name:
            self._mention(value, node)

    def _mention(self, value: facts.Attribute | facts.Name, node: ast.Expr) -> None:
        scope = self.scope
        place = (scope.index, len(scope.mentions))
        scope.mentions.append(facts.Mention(value, scope.block, len(scope.calls), span_of(node)))
        self.indexes.mentioned.setdefault(facts.last_name(value), []).append(place)

    def _assign(self, node: ast.Assign) -> None:
        value = EXPRESSIONS[type(node.value)](self, node.value)
        for target in node.targets:
            if type(target) is ast.Name:
                self.bind_name(target.id, value, target.lineno)
            else:
                self.bind(target, value)

    def _annotated_assign(self, node: ast.AnnAssign) -> None:
        value = self.value(node.value)
        annotation = self.value(node.annotation)
        if value is None and annotation is not None:
            self.bind(node.target, facts.Annotated(annotation))
        elif annotation is not None and type(value) in (facts.Constant, facts.Sequence, facts.Mapping):
            self.bind(node.target, facts.Operation("or", (value, facts.Annotated(annotation))))
        else:
            self.bind(node.target, value)

    def _augmented_assign(self, node: ast.AugAssign) -> None:
        self.bind(node.target, self.value(node.value))

    def _return(self, node: ast.Return) -> None:
        scope = self.scope
        if node.value is not None:
            value = self.value(node.value)
            scope.returns.append(facts.Result(value, scope.block, node.lineno))
            if value is not None and not self._is_made_here(value):
                self.indexes.alias(value, scope.name)
        scope.exits.append(facts.Exit(scope.block, len(scope.calls), "return"))

    def _is_made_here(self, value: facts.Value) -> bool:
        """Whether a value is a parameter, or a variable that holds nothing but results of calls and constants."""
        if type(value) is not facts.Name:
            return False
        bound = [type(binding.value) for binding in self.scope.bindings if binding.name == value.id]
        if not bound:
            return any(parameter.name == value.id for parameter in self.scope.parameters)
        return all(kind is facts.Call or kind is facts.Constant for kind in bound)

    def _break(self, node: ast.Break) -> None:
        self.scope.exits.append(facts.Exit(self.scope.block, len(self.scope.calls), "break"))

    def _raise(self, node: ast.Raise) -> None:
        self.value(node.exc)
        self.value(node.cause)
        self.scope.exits.append(facts.Exit(self.scope.block, len(self.scope.calls), "raise"))

    def _if(self, node: ast.If) -> None:
        test = self.value(node.test)
        self._block("if", test, node.body, node.lineno)
        if node.orelse:
            self._block("else", test, node.orelse, node.lineno)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        iterable = self.value(node.iter)
        before = self.enter("loop", iterable, node.lineno)
        self.bind(node.target, facts.Element(iterable))
        self._body(node.body)
        self.scope.block = before
        self._body(node.orelse)

    def _while(self, node: ast.While) -> None:
        before = self.enter("while", None, node.lineno)
        test = self.value(node.test)
        blocks = self.scope.blocks
        blocks[self.scope.block] = facts.Block(before, "while", test, node.lineno)
        self._body(node.body)
        self.scope.block = before
        self._body(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        before = self.scope.block
        for item in node.items:
            manager = self.value(item.context_expr)
            self.enter("with", manager, item.context_expr.lineno)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, facts.Entered(manager))
        self._body(node.body)
        self.scope.block = before

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self._block("try", None, node.body, node.lineno)
        for handler in node.handlers:
            kind = self.value(handler.type)
            before = self.enter("except", kind, handler.lineno)
            if handler.name:
                self.bind_name(handler.name, None, handler.lineno)
            self._body(handler.body)
            self.scope.block = before
        self._body(node.orelse)
        if node.finalbody:
            self._block("finally", None, node.finalbody, node.finalbody[0].lineno)

    def _function_definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        value = self.function(node)
        scope = self.scope
        if scope.kind == "class":
            self.classes[scope.self_class].methods.setdefault(node.name, []).append(value.scope)
        self.bind_name(node.name, value, node.lineno)

    def _class_definition(self, node: ast.ClassDef) -> None:
        outer = self.scope
        owner = ClassBuilder(len(self.classes), node.name, self._qualname(outer, node.name), outer.index, span_of(node))
        self.classes.append(owner)
        owner.decorators = self.values(node.decorator_list)
        owner.bases = self.values(node.bases)
        owner.keywords = self.keywords(node.keywords)
        for base in owner.bases:
            value = base
            if isinstance(value, facts.Call):
                value = outer.calls[value.index].callee
            self.indexes.subclassed.setdefault(facts.last_name(value), []).append(owner.index)
            self.indexes.alias(base, node.name)
        scope = self._open(node.name, owner.qualname, "class", outer.index, owner.span)
        scope.self_class, owner.scope = owner.index, scope.index
        self.scope = scope
        self._body(node.body)
        self.scope = outer
        self.bind_name(node.name, facts.Class(owner.index), node.lineno)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._note_import(0, alias.name, (), node)
            if alias.asname:
                self.bind_name(alias.asname, facts.Import(0, alias.name, ""), node.lineno)
            else:
                top = alias.name.partition(".")[0]
                self.bind_name(top, facts.Import(0, top, ""), node.lineno)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self._note_import(node.level, module, tuple([alias.name for alias in node.names]), node)
        for alias in node.names:
            if alias.name != "*":
                value = facts.Import(node.level, module, alias.name)
                self.bind_name(alias.asname or alias.name, value, node.lineno)

    def _note_import(self, level: int, module: str, names: tuple[str, ...], node: ast.Import | ast.ImportFrom) -> None:
        scope = self.scope
        scope.imports.append(facts.ImportSite(level, module, names, scope.block, len(scope.calls), span_of(node)))
        self.indexes.imported.append((level, module, names))

    def _global(self, node: ast.Global) -> None:
        self.scope.global_names.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.nonlocal_names.update(node.names)

    def _assert(self, node: ast.Assert) -> None:
        self.value(node.test)
        self.value(node.msg)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute | ast.Subscript):
                self.bind(target, facts.Constant(None))

    def _match(self, node: ast.Match) -> None:
        subject = self.value(node.subject)
        for case in node.cases:
            before = self.enter("if", subject, node.lineno)
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.bind_name(name, None, node.lineno)
            self.value(case.guard)
            self._body(case.body)
            self.scope.block = before


def _nothing(_walk: _Walk, _statement: ast.stmt) -> None:
    """The statement says nothing."""


_STATEMENTS: Mapping[type, Callable[[_Walk, Any], object]] = {
    **dict.fromkeys(ast.stmt.__subclasses__(), _nothing),
    ast.Expr: _Walk._expression,
    ast.Assign: _Walk._assign,
    ast.AnnAssign: _Walk._annotated_assign,
    ast.AugAssign: _Walk._augmented_assign,
    ast.Return: _Walk._return,
    ast.If: _Walk._if,
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.While: _Walk._while,
    ast.With: _Walk._with,
    ast.AsyncWith: _Walk._with,
    ast.Try: _Walk._try,
    ast.TryStar: _Walk._try,
    ast.FunctionDef: _Walk._function_definition,
    ast.AsyncFunctionDef: _Walk._function_definition,
    ast.ClassDef: _Walk._class_definition,
    ast.Import: _Walk._import,
    ast.ImportFrom: _Walk._import_from,
    ast.Global: _Walk._global,
    ast.Nonlocal: _Walk._nonlocal,
    ast.Raise: _Walk._raise,
    ast.Assert: _Walk._assert,
    ast.Delete: _Walk._delete,
    ast.Match: _Walk._match,
    ast.Break: _Walk._break,
}
