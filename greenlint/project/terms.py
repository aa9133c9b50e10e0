"""What a value can be: the small abstract types that ``Types`` answers with.

A type says what a value is made of, not which object it is; the only identity it carries is the *birth*, the call
that makes an object of a library.
"""

from __future__ import annotations

import msgspec

from greenlint.project.program import Klass, Module, Scope, Site

DEEPEST = 2


class _Type(msgspec.Struct, frozen=True, gc=False):
    """An abstract type; hashable."""


class ModuleType(_Type, frozen=True, gc=False):
    """A module of the program."""

    module: Module


class PackageType(_Type, frozen=True, gc=False):
    """A namespace package of the program, known only by its dotted name."""

    dotted: str


class External(_Type, frozen=True, gc=False):
    """Something of a library, by canonical dotted path: a module, class or function."""

    path: str


class Opaque(_Type, frozen=True, gc=False):
    """An object that a library made: what ``path`` returns when it is called."""

    path: str
    birth: Site | None


class Member(_Type, frozen=True, gc=False):
    """Attribute ``name`` of a library's object."""

    owner: Opaque
    name: str


class ClassType(_Type, frozen=True, gc=False):
    """A class of the program."""

    klass: Klass


class Instance(_Type, frozen=True, gc=False):
    """An object of a class of the program. ``exact``: made by a call of that class; else it may be a subclass's.

    ``birth`` is kept only for classes that are clients by inheritance.
    """

    klass: Klass
    exact: bool
    birth: Site | None = None


class FunctionType(_Type, frozen=True, gc=False):
    """A plain function (or an unbound method) of the program."""

    scope: Scope


class BoundMethod(_Type, frozen=True, gc=False):
    """A method of the program with its receiver."""

    scope: Scope
    klass: Klass
    exact: bool = False


class PartialType(_Type, frozen=True, gc=False):
    """``functools.partial(target, ...)``: the call that made it holds the arguments."""

    target: Type
    site: Site


class SuperType(_Type, frozen=True, gc=False):
    """``super()`` in a method of a class, looking in the order of ``start``'s methods."""

    klass: Klass
    start: Klass


class ElementType(_Type, frozen=True, gc=False):
    """A container with an element of this type."""

    of: Type


Type = (
    ModuleType
    | PackageType
    | External
    | Opaque
    | Member
    | ClassType
    | Instance
    | FunctionType
    | BoundMethod
    | PartialType
    | SuperType
    | ElementType
)
Types_ = tuple[Type, ...]


def unwrap_partial(found: Type) -> Type:
    """Return what a partial, however often nested, ends in."""
    while isinstance(found, PartialType):
        found = found.target
    return found


def is_evidence(found: object) -> bool:
    """Tell whether it matters to those who have asked that a value can be this, too.

    What an unknown object of a library gives out in turn does not, nor a container of containers: of such there may
    be a series without end (``query = query.filter()``, ``tree = [tree]``).
    """
    depth = 0
    while isinstance(found, ElementType | PartialType):
        found = found.of if isinstance(found, ElementType) else found.target
        depth += 1
    if isinstance(found, Member):
        found = found.owner
    if isinstance(found, Opaque):
        return found.birth is not None and found.path.count("()") <= 1 and depth <= DEEPEST
    return depth <= DEEPEST
