"""Where does this code run: in a greenthread, beside the hub in a native thread, or in the hub itself?

The question is put to a function, for one library, and answered with a *way* (``reach.Way``): a root that starts
something in a place of that kind, and the calls from there to the function, outermost first.

GREEN    a greenthread: it may wait for what is green; what blocks stops every other greenthread
NATIVE   an OS thread of its own (tpool, gevent's threadpool): it may block, and must not touch what is green
HUB      the hub's own greenlet (timers and callbacks of the event loop, rawlink): it may neither block nor wait
PROCESS  a process of its own

A function has as many places as there are ways to it: a helper may run in greenthreads and in tpool. One that no way
leads to is unknown, and so is a coroutine (``async def``), which runs in an event loop and not in what calls it: no
way leads through one. Threads and executors of the standard library are green where an entry point that comes to them
surely patches threads, and unknown otherwise (there is no root where none does); handlers of frameworks that leave the
choice to the program are green if the program patches.
"""

from __future__ import annotations

import enum
from functools import partial

from greenlint.project.blocking.queries import is_for_unpatched
from greenlint.project.blocking.reach import Reach, Way
from greenlint.project.forks import is_in_forked_child
from greenlint.project.patching.state import HUBS, Patched, PatchState
from greenlint.project.patching.timeline import Run, Timeline
from greenlint.project.program import Scope, Site
from greenlint.project.roots import Root, Roots
from greenlint.project.types import Types


class Place(enum.Enum):
    """Where code can run."""

    GREEN = "green"
    NATIVE = "native"
    HUB = "hub"
    PROCESS = "process"


_ELSEWHERE = {"native": Place.NATIVE, "hub": Place.HUB, "process": Place.PROCESS}


def place_elsewhere(root: Root) -> Place | None:
    """Return the place of a root that never starts greenthreads, whatever is patched; None for all others."""
    return _ELSEWHERE.get(root.row.runs_in)


class Contexts:
    """Answers for one program, each given once."""

    def __init__(self, types: Types, roots: Roots, timeline: Timeline, patched: PatchState) -> None:
        self._types = types
        self._roots = roots
        self._timeline = timeline
        self._patched = patched
        self._reach = Reach(types, roots)
        self._ways: dict[tuple[Scope, int, Place, str], Way | None] = {}
        self._places: dict[tuple[Root, str], Place | None] = {}

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries of which the program starts anything at all, in the order of HUBS."""
        return tuple(name for name in HUBS if any(self.place_of(root, name) is not None for root in self._roots.all))

    def has(self, place: Place, library: str) -> bool:
        """Tell whether the program starts anything in a place of a library."""
        return any(self.place_of(root, library) is place for root in self._roots.all)

    def way(self, function: Scope, place: Place, library: str, block: int = 0) -> Way | None:
        """Return the shortest way by which a block of a function comes to run in a place of a library, or None."""
        key = (function, block, place, library)
        if key not in self._ways:
            accepts = partial(self._is_at, place, library)
            self._ways[key] = self._reach.way(function, block, accepts, self.leads_on)
        return self._ways[key]

    def leads_on(self, site: Site) -> bool:
        """Tell whether a call may be made in a program that patches, unless the program is known not to.

        What a forked child does holds up nobody but itself.
        """
        if is_in_forked_child(site.scope, site.call.block):
            return False
        return self._patched.state is Patched.NO or not is_for_unpatched(self._types, site)

    def _is_at(self, place: Place, library: str, root: Root) -> bool:
        """Whether a root of the program proper, and of no example, starts something in a place of a library."""
        return root.scope.module.role == "code" and self.place_of(root, library) is place

    def place_of(self, root: Root, library: str) -> Place | None:
        """Tell where a root runs what it starts, if that is a place of a library; None for no or an unknown place."""
        key = (root, library)
        if key not in self._places:
            self._places[key] = self._place_of(root, library)
        return self._places[key]

    def starts(self, way: Way, library: str) -> tuple[Run, ...]:
        """Return the entry points that were found to come to the start of a way, without those that leave it native.

        What a framework starts by itself is green where the library patches, and started where it is made known.
        """
        root, reach = way.root, self._reach
        threads = root.row.runs_in == "green-if-patched"
        return tuple(
            run
            for run in self._timeline.running(root.scope)
            if (not threads or run.covered("thread") is not Patched.NO)
            and (reach.is_started_by(run, root) or (library in run.libraries and reach.is_known(run, root)))
        )

    def serving(self, library: str) -> tuple[Run, ...]:
        """Return the entry points that come to what a server runs in a greenthread of a library for each request."""
        views = [root for root in self._roots.all if root.row.runtime == "wsgi-server"]
        ways = [Way(root, ()) for root in views if self._is_at(Place.GREEN, library, root)]
        return tuple(dict.fromkeys(run for way in ways for run in self.starts(way, library)))

    def _place_of(self, root: Root, library: str) -> Place | None:
        row = root.row
        owner = next((name for name in (root.library, row.runtime) if name in HUBS), "")
        if owner and owner != library:
            return None
        if row.runs_in in _ELSEWHERE:
            return place_elsewhere(root)
        if owner or (row.runtime == "oslo-backend" and library == "eventlet"):
            return Place.GREEN
        if row.runs_in == "green-if-patched":
            return self._thread(root, library)
        declared = not root.library  # by the configuration
        if (declared or self._patched.state is Patched.YES) and self._patched.libraries == (library,):
            return Place.GREEN
        return None

    def _thread(self, root: Root, library: str) -> Place | None:
        """Return where a thread of the standard library runs, by the entry points that can come to its start.

        Where others that load the code leave threads alone, one that patches has to be seen to come to the start.
        """
        runs = self._timeline.running(root.scope)
        patching = [run for run in runs if run.covered("thread", library) is Patched.YES]
        if any(run.covered("thread", library) is Patched.NO for run in runs):
            patching = [run for run in patching if self._reach.is_started_by(run, root)]
        return Place.GREEN if patching else None
