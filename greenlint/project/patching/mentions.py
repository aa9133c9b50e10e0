"""Is what a module binds when it is imported used later, when its functions run?"""

from __future__ import annotations

from collections.abc import Iterator

from greenlint.project.program import Module, Program, Scope
from greenlint.summary import facts
from greenlint.summary.facts import Value

_RUNNING = ("function", "lambda")


def is_called(program: Program, name: str) -> bool:
    """Tell whether something of that name is called anywhere, handed to somebody, or is a base class."""
    if program.calls_named(name):
        return True
    facts_of = (module.facts for module in program.modules.values())
    return any(name in f.argument_names or name in f.subclassed for f in facts_of)


def is_used(program: Program, scope: Scope, name: str) -> bool:
    """Tell whether a function uses what a module or class body binds to a name."""
    return next(uses(program, scope, name), None) is not None


def uses(program: Program, scope: Scope, name: str) -> Iterator[tuple[Scope, int]]:
    """Yield the functions, and the line in each, that use what a module or class body binds to a name."""
    module = scope.module
    for function in module.scopes:
        if function.kind in _RUNNING and not _shadows(function, name):
            yield from _in(function, name, scope.kind == "class")
    if scope.kind == "class":
        return
    for other in program.modules.values():
        if other is not module and _mentions(other, module, name):
            for function in other.scopes:
                if function.kind in _RUNNING:
                    yield from _in(function, name, True)


def attribute_uses(constructor: Scope, name: str) -> Iterator[tuple[Scope, int]]:
    """Yield the functions of a module, but for the constructor, that use an attribute that the constructor sets."""
    for function in constructor.module.scopes:
        if function.kind in _RUNNING and function is not constructor:
            yield from _in(function, name, True)


def written(scope: Scope, value: Value | None) -> str:
    """Return the dotted name of a value as the imports of the module spell it."""
    if isinstance(value, facts.Import):
        return f"{value.module}.{value.name}" if value.name else value.module
    if isinstance(value, facts.Attribute):
        return f"{written(scope, value.base)}.{value.name}"
    if isinstance(value, facts.Name):
        at: Scope | None = scope
        while at is not None:
            for binding in at.locals.get(value.id, ()) if at.kind != "class" or at is scope else ():
                if isinstance(binding.value, facts.Import):
                    return written(scope, binding.value)
            at = at.parent
    return ""


def _shadows(function: Scope, name: str) -> bool:
    scope: Scope | None = function
    while scope is not None and scope.kind != "module":
        if scope.kind != "class" and scope.is_local(name):
            return True
        scope = scope.parent
    return False


def _mentions(other: Module, module: Module, name: str) -> bool:
    """Whether a module imports the name, or the module that holds it, and uses an attribute of that name."""
    for level, imported, names in other.facts.imported:
        base = other.absolute(level, imported)
        if base == module.name and name in names:
            return True
        direct = base == module.name and not names
        last = module.name.rpartition(".")[2]
        if direct or (last in names and f"{base}.{last}" == module.name):
            return name in other.facts.calls or name + "." in other.facts.calls or _holds(other, f"{base}.{name}")
    return False


def _holds(other: Module, path: str) -> bool:
    """Whether a function of a module has a ``with`` block around a name of another module."""
    blocks = ((scope, block) for scope in other.scopes for block in scope.body.blocks)
    return any(block.kind == "with" and written(scope, block.value) == path for scope, block in blocks)


def blocks_that_hold(function: Scope, name: str, attributes: bool) -> Iterator[int]:
    """Yield the ``with`` blocks of a function that hold what the name, or an attribute of that name, stands for."""
    for index, block in enumerate(function.body.blocks):
        if block.kind == "with" and names(block.value, name, attributes):
            yield index


def _in(function: Scope, name: str, attributes: bool) -> Iterator[tuple[Scope, int]]:
    """Yield the places of a function that speak of the name, or of an attribute of that name."""
    body = function.body
    for call in body.calls:
        values = (call.callee, *call.arguments, *(value for _, value in call.keywords))
        if any(names(value, name, attributes) for value in values):
            yield function, call.span[0]
    for index in blocks_that_hold(function, name, attributes):
        yield function, body.blocks[index].line
    for line, value in (*((b.line, b.value) for b in body.bindings), *((s.span[0], s.value) for s in body.stores)):
        if names(value, name, attributes):
            yield function, line


def names(value: Value | None, name: str, attributes: bool) -> bool:
    """Tell whether a value speaks of a name, or of an attribute of that name."""
    if isinstance(value, facts.Name):
        return value.id == name
    if isinstance(value, facts.Attribute):
        return (attributes and value.name == name) or names(value.base, name, attributes)
    if isinstance(value, facts.Item):
        return names(value.base, name, attributes)
    if isinstance(value, facts.Operation):
        return any(names(operand, name, attributes) for operand in value.operands)
    return False
