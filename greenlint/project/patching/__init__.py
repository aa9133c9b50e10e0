"""Monkey patching: who patches what and when, entry point by entry point."""

from greenlint.project.patching.coarse import imports_green, patch_state
from greenlint.project.patching.state import HUBS, Patched, PatchState
from greenlint.project.patching.timeline import Run, Timeline

__all__ = ["HUBS", "PatchState", "Patched", "Run", "Timeline", "imports_green", "patch_state"]
