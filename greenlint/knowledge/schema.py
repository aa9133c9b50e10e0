"""The shape of every row of knowledge, by table.

A row says something about names of a library.  Names are dotted paths as a program imports them;
``loader`` brings them to one canonical spelling with the alias rows.  Fields that a machine reads are
typed with the closed words of ``vocabulary``; an unknown key or word is an error.

Fields common to all rows:

* ``source``: package version and file, document or measurement the row rests on;
* ``observed``: what was seen when the case was run, with versions;
* ``notes``: what a reader should know and no machine reads;
* ``superseded``: statements that observation has overruled;
* ``patterns``: spellings in prose, for readers;
* ``absent``: names of the row that the newest release no longer has (older programs use them).
"""

from __future__ import annotations

import msgspec

from greenlint.knowledge.name_rows import (
    AliasRow,
    BaseRow,
    DeadlineRow,
    DriverRow,
    EffectRow,
    HandlerRow,
    ImportsRow,
    JoinRow,
    KillRow,
    MarkerRow,
    NeedRow,
    OptOutRow,
    ResultRow,
)
from greenlint.knowledge.patch_rows import (
    AutoPatcherRow,
    BehaviourRow,
    EnvironmentRow,
    EventletKeywordRow,
    GroupRow,
    LateImportRow,
    NativeThreadRow,
    OrderingRow,
    PatchApiRow,
    Row,
    RuntimeDetectorRow,
    StaleNameRow,
    StaleObjectRow,
)
from greenlint.knowledge.vocabulary import (
    About,
    AfterTimeout,
    ArgsStyle,
    BlockingName,
    Blocks,
    Condition,
    DefaultUse,
    Direction,
    DottedName,
    Evidence,
    Group,
    GuardForm,
    GuardKind,
    Multiplicity,
    RunsIn,
    Runtime,
    SelfOverlap,
    Severity,
    Shared,
    Sharing,
    SpawnKind,
    Sure,
    Target,
)

__all__ = [
    "AliasRow",
    "AutoPatcherRow",
    "BaseRow",
    "BehaviourRow",
    "BlockingRow",
    "ClientRow",
    "DeadlineRow",
    "DriverRow",
    "EffectRow",
    "EnvironmentRow",
    "EventletKeywordRow",
    "GroupRow",
    "GuardRow",
    "HandlerRow",
    "ImportsRow",
    "JoinRow",
    "KillRow",
    "LateImportRow",
    "MarkerRow",
    "NativeThreadRow",
    "NeedRow",
    "OptOutRow",
    "OrderingRow",
    "PatchApiRow",
    "ResultRow",
    "Row",
    "Rows",
    "RuntimeDetectorRow",
    "SpawnRow",
    "StaleNameRow",
    "StaleObjectRow",
    "TimeoutReuseRow",
    "Uses",
    "When",
]


class SpawnRow(Row, frozen=True, gc=False):
    """A way in which code starts to run: a call, a hook of a subclass, a decorator, a server.

    Positions count from 0 without ``self``; -1 means that there is none.  ``starts_on`` names what sets it
    off: "call", "server", or methods of the object that the call makes.  ``leading_arguments`` counts the
    arguments that the library puts before those of ``args_from``.  ``waits``: the call returns after the
    callable has run.  ``fresh_self``: the framework makes one instance per greenthread.
    ``size_argument``/``size_position`` hold how many may run at once (``default_size`` 0: unbounded); with None for
    ``hub_keyword`` the hub itself runs the callable, once at a time.
    """

    id: str
    names: tuple[DottedName, ...] = ()
    runtime: Runtime = "both"
    kind: SpawnKind = "function"
    target: Target = "argument"
    receiver: str = ""
    callable_position: int = 0
    callable_keyword: str = ""
    callback_keyword: str = ""
    args_from: int = 1
    args_style: ArgsStyle = "star"
    args_position: int = -1
    args_keyword: str = ""
    kwargs_keyword: str = ""
    leading_arguments: int = 0
    multiplicity: Multiplicity = "one-per-call"
    starts_on: tuple[str, ...] = ("call",)
    runs_in: RunsIn = "green"
    waits: bool = False
    self_overlap: SelfOverlap = ""
    fresh_self: bool = False
    hook_methods: tuple[str, ...] = ()
    attribute: str = ""
    attribute_type: str = ""
    size_argument: str = ""
    hub_keyword: str = ""
    size_position: int = -1
    default_size: int = 0
    executor_keyword: str = ""
    autowrap_keyword: str = ""
    autowrap_names_keyword: str = ""
    passes: str = ""
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Reject rows whose positions contradict each other."""
        if self.kind == "method" and not self.receiver:
            raise ValueError("a row of kind 'method' needs a receiver (the class)")
        if self.target == "argument" and self.callable_position < 0 and not self.callable_keyword:
            raise ValueError("target 'argument' needs callable_position or callable_keyword")
        if self.target == "hook-methods" and not self.hook_methods:
            raise ValueError("target 'hook-methods' needs hook_methods")
        if self.args_style == "star" and self.args_from < 0:
            raise ValueError("args_style 'star' needs args_from")


class Uses(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """Methods and attributes of a client by the way in which they use it.

    ``derive`` returns an object that has a row of its own or shares the client.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    mutate: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    derive: tuple[str, ...] = ()

    def kind_of(self, method: str) -> str | None:
        """Return "read", "write", ... of a listed method or attribute, None if it is not listed."""
        for kind in self.__struct_fields__:
            if method in getattr(self, kind):
                return kind
        return None


class When(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """The row holds only where the creating call has this argument (``keyword`` or position ``argument``).

    ``anywhere`` takes any argument. ``starts`` asks for a text that begins so, at any depth of what the creating call
    is made of. With ``use`` the call that uses the client must have it: the row is about such
    uses only.
    """

    equals: str | tuple[str, ...] = ()
    starts: str = ""
    keyword: str = ""
    argument: int = -1
    anywhere: bool = False
    use: bool = False


class ClientRow(Row, frozen=True, gc=False):
    """A client or connection type: may one instance be used by several greenthreads?

    ``constructors`` make one (classes, and functions that are as good as one); ``factories`` are methods and
    functions that return one.  ``on_eventlet`` and ``on_gevent`` tell what sharing did in a patched program.
    Without ``uses`` every call on the object outside the function that made it counts, as ``default_use``.
    """

    id: str
    constructors: tuple[DottedName, ...] = ()
    factories: tuple[DottedName, ...] = ()
    when: When | None = None
    sharing: Sharing = "unsafe"
    on_eventlet: Shared = "breaks"
    on_gevent: Shared = "breaks"
    unpatched: Shared | None = None
    gevent_hook: str = ""
    severity: Severity = "error"
    direction: Direction = "exclusive"
    uses: Uses = Uses()
    default_use: DefaultUse = "exclusive"
    attribute_streams: tuple[str, ...] = ()
    error_when: tuple[str, ...] = ()
    safe_when: str = ""
    when_import_before_patch: Sharing | None = None
    removed_in_python: str = ""
    evidence: Evidence = "documented"
    confidence: Sure = "high"
    reason: str = ""
    shared_state: str = ""
    failure: str = ""
    fix: str = ""
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def use_of(self, method: str) -> str:
        """Return how a method or attribute uses the client: read, write, exclusive, mutate, safe, derive."""
        return self.uses.kind_of(method) or self.default_use

    def collides(self, library: str) -> bool:
        """Tell whether sharing was seen or must be expected to break under "eventlet" or "gevent"."""
        seen = self.on_eventlet if library == "eventlet" else self.on_gevent
        return seen in ("breaks", "hangs", "unknown") and self.sharing.startswith("unsafe")


class GuardRow(Row, frozen=True, gc=False):
    """Something that keeps two greenthreads apart, or (kind "none") only looks as if it did.

    ``checks_out`` and ``returns`` name the methods of a checkout; ``identity_position`` is the argument that
    makes two locks the same one (-1: the object itself).  ``patched`` guards work only if made after the
    patch of the thread group.  ``admits_*`` is the argument that says how many may hold it at once: a lock
    only where that is 1.
    """

    id: str
    kind: GuardKind = "lock"
    form: GuardForm = ""
    names: tuple[DottedName, ...] = ()
    checks_out: tuple[DottedName, ...] = ()
    returns: tuple[DottedName, ...] = ()
    identity_position: int = -1
    identity_keyword: str = ""
    patched: bool = False
    admits_position: int = -1
    admits_keyword: str = ""
    when: When | None = None
    reason: str = ""
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class TimeoutReuseRow(Row, frozen=True, gc=False):
    """What the next use does after a Timeout interrupted one; ``client`` is the id of a client row.

    ``waits``: only if it interrupted one of these (empty: whatever reads, or needs the client for itself).  ``asks``:
    only if something was sent before, on the way to what was interrupted: nothing is lost by one who just listens.
    """

    client: str
    after_timeout: AfterTimeout
    waits: tuple[str, ...] = ()
    asks: bool = False
    detail: str = ""


class BlockingRow(Row, frozen=True, gc=False):
    """A call that blocks the whole hub, per library: see ``vocabulary.Blocks``, and ``About`` for the reason.

    ``instance_attributes``: the method is set on the instance.  ``removed_by`` is the patch group that deletes the
    name.  A name that ends in ``__call__`` means calling an instance, one that ends in ``__iter__`` iterating over it.
    The row holds from version ``since`` of a ``distribution`` on and before ``until``, and if one of
    ``distributions_needed`` is installed.
    """

    id: str
    names: tuple[BlockingName, ...] = ()
    about: About = "wait"
    category: str = "third-party"
    eventlet: Blocks = "always"
    gevent: Blocks = "always"
    blocks_if: tuple[Condition, ...] = ()
    not_if: tuple[Condition, ...] = ()
    removed_by: Group | None = None
    raises: str = ""
    severity: Severity = "error"
    confidence: Sure = "high"
    instance_attributes: bool = False
    distribution: str = ""
    since: str = ""
    until: str = ""
    distributions_needed: tuple[str, ...] = ()
    platform_names: tuple[str, ...] = ()
    removed_in_python: str = ""
    green_replacement_eventlet: str = ""
    green_replacement_gevent: str = ""
    condition: str = ""
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Reject a removal without its group and an exception without its name."""
        effects = (self.eventlet, self.gevent)
        if "removed" in effects and self.removed_by is None:
            raise ValueError("'removed' needs removed_by (the patch group that deletes the name)")
        if "raises" in effects and not self.raises:
            raise ValueError("'raises' needs raises (the exception)")
        if (self.since or self.until) and not self.distribution:
            raise ValueError("since and until need distribution (whose versions they are)")

    def replacement(self, library: str) -> str:
        """Return what does the same and is green under "eventlet" or "gevent"; empty if nothing is."""
        green = self.green_replacement_eventlet if library == "eventlet" else self.green_replacement_gevent
        return "" if green == "-" else green


class Rows(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """The rows of one or several sources, by table; field names are the TOML table names."""

    spawn: tuple[SpawnRow, ...] = ()
    client: tuple[ClientRow, ...] = ()
    guard: tuple[GuardRow, ...] = ()
    timeout_reuse: tuple[TimeoutReuseRow, ...] = ()
    blocking: tuple[BlockingRow, ...] = ()
    alias: tuple[AliasRow, ...] = ()
    result: tuple[ResultRow, ...] = ()
    handler: tuple[HandlerRow, ...] = ()
    base: tuple[BaseRow, ...] = ()
    join: tuple[JoinRow, ...] = ()
    kill: tuple[KillRow, ...] = ()
    effect: tuple[EffectRow, ...] = ()
    optout: tuple[OptOutRow, ...] = ()
    deadline: tuple[DeadlineRow, ...] = ()
    marker: tuple[MarkerRow, ...] = ()
    need: tuple[NeedRow, ...] = ()
    driver: tuple[DriverRow, ...] = ()
    imports: tuple[ImportsRow, ...] = ()
    patch_api: tuple[PatchApiRow, ...] = ()
    patch_group: tuple[GroupRow, ...] = ()
    stale_name: tuple[StaleNameRow, ...] = ()
    stale_object: tuple[StaleObjectRow, ...] = ()
    late_import: tuple[LateImportRow, ...] = ()
    ordering: tuple[OrderingRow, ...] = ()
    auto_patcher: tuple[AutoPatcherRow, ...] = ()
    native_thread: tuple[NativeThreadRow, ...] = ()
    eventlet_keyword: tuple[EventletKeywordRow, ...] = ()
    behaviour: tuple[BehaviourRow, ...] = ()
    environment: tuple[EnvironmentRow, ...] = ()
    runtime_detector: tuple[RuntimeDetectorRow, ...] = ()
