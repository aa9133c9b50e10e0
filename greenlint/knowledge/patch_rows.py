"""Rows about monkey patching: what patches, what each group greens, and what the order of imports breaks."""

from __future__ import annotations

import msgspec

from greenlint.knowledge.vocabulary import (
    AnyName,
    AutoGroup,
    DottedName,
    Effect,
    EventletGroup,
    Group,
    Library,
    PatchAction,
    Selection,
    Severity,
    Trigger,
)


class Row(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """What every row may tell besides its facts; see the head of ``schema``."""

    notes: str = ""
    observed: str = ""
    source: str = ""
    superseded: tuple[str, ...] = ()


class PatchApiRow(Row, frozen=True, gc=False):
    """A call, module or command that patches, greens an import, asks, or gets round the patch.

    ``selection`` tells how keywords choose groups; ``groups`` are those of a fixed selection.
    ``unknown_keyword`` is what an unknown keyword does: "TypeError" or "ignored". ``within`` maps groups to those
    without which they are left out.
    """

    id: str
    runtime: str
    action: PatchAction
    selection: Selection
    names: tuple[DottedName, ...] = ()
    groups: tuple[Group, ...] = ()
    keywords: tuple[str, ...] = ()
    default_on: tuple[Group, ...] = ()
    default_off: tuple[Group, ...] = ()
    within: dict[Group, Group] = {}
    unknown_keyword: str = ""
    signature: str = ""
    selection_rule: str = ""
    version_notes: str = ""
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class GroupRow(Row, frozen=True, gc=False):
    """What patching one group of a library does to names of the standard library.

    ``green``, ``deleted`` and ``still_blocking`` are the same in prose, for what has no dotted name;
    ``platform_names`` exist on some platforms or Python versions only.
    """

    runtime: Library
    group: Group
    default: bool
    greens: tuple[DottedName, ...] = ()
    greens_indirectly: tuple[DottedName, ...] = ()
    removes: tuple[DottedName, ...] = ()
    blocks_anyway: tuple[DottedName, ...] = ()
    green: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    still_blocking: tuple[str, ...] = ()
    platform_names: tuple[str, ...] = ()


class StaleNameRow(Row, frozen=True, gc=False):
    """What ``from module import name`` before the patch does when it is used after it.

    ``python`` holds verdicts that differ between Python versions. ``anyway`` names the libraries under which it is
    the same when the name is imported after the patch. With ``methods``, only those of what the name makes do it.
    """

    name: DottedName
    on_eventlet: Effect
    on_gevent: Effect
    python: str = ""
    anyway: tuple[Library, ...] = ()
    methods: tuple[str, ...] = ()


class StaleObjectRow(Row, frozen=True, gc=False):
    """What an object made before the patch does when greenthreads use it after the patch.

    ``used_before``: only if one of its methods was called before the patch, too.
    """

    constructor: DottedName
    on_eventlet: Effect
    on_gevent: Effect
    used_before: bool = False


class LateImportRow(Row, frozen=True, gc=False):
    """What happens to modules that are imported before the patch; ``calls`` were the ones measured.

    Only a patch of ``eventlet_groups`` or ``gevent_groups`` does it (empty: any patch). ``anyway`` names the
    libraries under which it is the same when the module is imported after the patch. With ``uses``, only programs
    are concerned that call one of these.
    """

    modules: tuple[AnyName, ...]
    on_eventlet: Effect
    on_gevent: Effect
    eventlet_groups: tuple[Group, ...] = ()
    gevent_groups: tuple[Group, ...] = ()
    anyway: tuple[Library, ...] = ()
    uses: tuple[DottedName, ...] = ()
    calls: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class OrderingRow(Row, frozen=True, gc=False):
    """An order of events around the patch and its effect, for readers; ``before`` is prose.

    Importing one of ``importing`` leaves the modules ``left_green`` behind as green ones for everybody.
    """

    id: str
    runtime: str
    on_eventlet: Effect
    on_gevent: Effect
    effect_kind: Effect
    severity: Severity
    before: tuple[str, ...] = ()
    importing: tuple[AnyName, ...] = ()
    left_green: tuple[AnyName, ...] = ()
    effect: str = ""
    severity_note: str = ""


class AutoPatcherRow(Row, frozen=True, gc=False):
    """A program or library that patches, or is wrongly believed to patch, for its user.

    A command patches if one of ``programs`` is run with one of ``options`` set to one of ``values`` (no
    options: always, or only for ``subcommands``), or its configuration sets one of ``settings`` to such a
    value.  ``modules`` patch when they are imported.  ``groups`` empty: it patches nothing, or, for
    a command, not in every release.
    """

    id: str
    runtime: str
    trigger_kind: Trigger
    groups: tuple[AutoGroup, ...] = ()
    modules: tuple[AnyName, ...] = ()
    programs: tuple[str, ...] = ()
    subcommands: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    trigger: str = ""
    patches: str = ""
    when: str = ""


class NativeThreadRow(Row, frozen=True, gc=False):
    """What a green or patched thing does when an OS thread uses it.

    ``names`` are what the OS thread calls, ``partners`` what somebody else calls on the same object meanwhile (none:
    whatever others do).  ``group``: the patch group that makes the names green, if they are not green by themselves.
    ``held``: only if one of the two waits while it holds the object.  ``foreign``: only of objects that other threads
    have made.  ``assumes``: what has to be true besides, and is told.  ``pool_wakes``: jobs of gevent's own threadpool
    are fine, because the hub wakes up when they end.  ``unless_called`` and ``unless_defined`` name what makes it safe:
    a call, and a method that a class of the program overrides.  ``instance_attributes`` as in blocking rows.
    """

    id: str
    on_eventlet: Effect
    on_gevent: Effect
    what: str
    names: tuple[DottedName, ...] = ()
    partners: tuple[DottedName, ...] = ()
    group: Group | None = None
    held: bool = False
    foreign: bool = False
    assumes: str = ""
    pool_wakes: bool = False
    unless_called: tuple[DottedName, ...] = ()
    unless_defined: tuple[DottedName, ...] = ()
    instance_attributes: bool = False
    failure: str = ""
    fix: str = ""


class EventletKeywordRow(Row, frozen=True, gc=False):
    """A measured call of ``eventlet.monkey_patch``: the keywords, what was patched, what was raised."""

    keywords: dict[str, str]
    call: str
    patched: tuple[EventletGroup, ...] = ()
    raises: str = ""
    always: tuple[DottedName, ...] = ()
    result: str = ""


class BehaviourRow(Row, frozen=True, gc=False):
    """How one thing behaves under each library, in prose."""

    id: str
    eventlet: str
    gevent: str


class EnvironmentRow(Row, frozen=True, gc=False):
    """An environment variable and what it changes."""

    runtime: str
    name: str
    effect: str


class RuntimeDetectorRow(Row, frozen=True, gc=False):
    """A run-time cousin of greenlint: finds blocking while the program runs."""

    id: str
    what: str
