"""Rows about names: aliases, what calls return, what callables are given, what ends spawned code."""

from __future__ import annotations

from greenlint.knowledge.patch_rows import Row
from greenlint.knowledge.vocabulary import AnyName, CallEffect, Condition, DottedName, Group


class AliasRow(Row, frozen=True, gc=False):
    """``name`` (a module or a name in one) means ``target``; names below it follow.

    ``green``: what is reached under this name is cooperative without any patch.  A row whose target is its
    own name stops the search: the name stands for itself although its module is an alias.  ``absent``: the
    newest release no longer has the name.
    """

    name: AnyName
    target: AnyName
    green: bool = False
    absent: bool = False


class ResultRow(Row, frozen=True, gc=False):
    """What a call returns that is no constructor: an instance of ``type``.

    ``element`` is the index in the returned tuple (None: the value itself).  A name ending in ``__call__``
    means calling an instance; one ending in ``__enter__`` means the ``as`` value of a with statement;
    ``attribute`` rows speak of reading the attribute, not of a call.  ``function``: ``type`` is a function,
    and what is returned is as good as that function.
    """

    names: tuple[DottedName, ...]
    type: DottedName
    element: int | None = None
    attribute: bool = False
    function: bool = False
    absent: tuple[str, ...] = ()


class HandlerRow(Row, frozen=True, gc=False):
    """Types of the parameters that a framework passes to the callable of a spawn row.

    ``spawn`` is the id of the row, ``method`` the hook method it is about ("" = the callable), ``parameters``
    the types in order without ``self`` ("" = nothing of interest).  ``fresh``: new objects for each call.
    """

    spawn: str
    parameters: tuple[str, ...]
    method: str = ""
    fresh: bool = True


class BaseRow(Row, frozen=True, gc=False):
    """Inheritance between classes of libraries: ``name`` inherits from ``bases``, nearest first."""

    name: DottedName
    bases: tuple[DottedName, ...]


class EndRow(Row, frozen=True, gc=False):
    """A call about spawned code that runs: see ``JoinRow`` and ``KillRow``.

    ``position`` is the argument that holds the spawned code, -1 the receiver; ``receiver`` is the class of a
    method.  ``all_of_receiver``: it speaks of all that the receiver (a pool or group) has spawned.
    """

    names: tuple[DottedName, ...]
    receiver: str = ""
    position: int = -1
    keyword: str = ""
    all_of_receiver: bool = False
    absent: tuple[str, ...] = ()


class JoinRow(EndRow, frozen=True, gc=False):
    """A call that waits for spawned code to end."""


class KillRow(EndRow, frozen=True, gc=False):
    """A call that ends spawned code, or keeps it from starting."""


class EffectRow(Row, frozen=True, gc=False):
    """What calling a function does that its type does not say: see ``vocabulary.CallEffect``.

    ``method`` is the one whose result a descriptor stands for, ``loads`` the last name of the modules that are loaded.
    """

    names: tuple[DottedName, ...]
    effect: CallEffect
    method: str = ""
    loads: str = ""
    absent: tuple[str, ...] = ()


class DeadlineRow(Row, frozen=True, gc=False):
    """What makes a Timeout that is raised in the greenthread, whatever it waits for.

    It runs in a ``with``; without one from the moment it is made, or from one of ``starts`` if there are any, to one
    of ``ends``.  ``exception_keyword`` is the argument for another exception (False: none).  With
    ``callable_position`` the call runs what it is handed under the Timeout; ``value_keyword`` is what it then returns
    instead of raising.
    """

    id: str
    names: tuple[DottedName, ...]
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    exception_keyword: str = "exception"
    callable_position: int = -1
    value_keyword: str = ""


class OptOutRow(Row, frozen=True, gc=False):
    """A call by which a program declares that it accepts the fault; ``argument`` must equal ``equals``."""

    id: str
    names: tuple[DottedName, ...]
    argument: int = 0
    keyword: str = ""
    equals: str = "False"
    optional: bool = False


class NeedRow(Row, frozen=True, gc=False):
    """Patch groups that the code of a library relies on although the program does not call them itself.

    ``names`` are the calls (classes, functions, methods) by which a program gets there; with ``only_with``, only
    calls that meet one of the conditions.
    """

    id: str
    names: tuple[DottedName, ...]
    groups: tuple[Group, ...]
    only_with: tuple[Condition, ...] = ()
    reason: str = ""


class DriverRow(Row, frozen=True, gc=False):
    """A setting by which a framework takes a driver, and calls it for whoever asks for data: ``calls`` blocks then.

    Modules and classes bind one of ``settings``, an item of that key is stored, or one of ``functions`` is called with
    it as the first argument. It chooses the driver if one of ``values`` stands in it, at any depth, or a URL of one of
    ``schemes``; a row that has neither speaks of every call. The row holds where a program imports one of
    ``frameworks``, needs one of ``distributions``, and needs none of ``other_distributions``, which come first; what is
    in ``hooks``, imported or called, makes the driver green.
    """

    id: str
    frameworks: tuple[AnyName, ...]
    calls: DottedName
    distributions: tuple[str, ...]
    settings: tuple[str, ...] = ()
    functions: tuple[DottedName, ...] = ()
    other_distributions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    hooks: tuple[AnyName, ...] = ()


class ImportsRow(Row, frozen=True, gc=False):
    """Importing ``module`` imports ``imports`` as well, directly or not."""

    module: AnyName
    imports: tuple[AnyName, ...]


class MarkerRow(Row, frozen=True, gc=False):
    """A text whose presence in a file of the program shows that it may run greenthreads."""

    library: str
    text: str
