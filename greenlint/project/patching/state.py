"""The patch state as every rule asks for it: three values, for the program as a whole."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from greenlint.project.program import Site

HUBS = ("eventlet", "gevent")


class Patched(enum.Enum):
    """The three values of the patch state."""

    YES = "patched"
    NO = "unpatched"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PatchState:
    """What is known of a program's patching.

    ``libraries`` are those that the program uses, in the order of HUBS; ``sites`` are the calls that patch;
    ``groups`` are those that some entry point patches, perhaps.
    """

    state: Patched
    libraries: tuple[str, ...]
    sites: tuple[Site, ...]
    groups: frozenset[str]

    @property
    def threads(self) -> bool:
        """Whether ``threading`` is among what is patched."""
        return "thread" in self.groups

    @property
    def assumed(self) -> bool:
        """Whether patching has to be assumed."""
        return self.state is Patched.UNKNOWN

    @property
    def may_yield(self) -> bool:
        """Whether I/O of the standard library can switch greenthreads."""
        return self.state is Patched.UNKNOWN or "socket" in self.groups

    @property
    def green_threads(self) -> bool:
        """Whether ``threading.Thread`` may be a greenthread."""
        return self.threads or self.state is Patched.UNKNOWN
