"""Monkey patching: who patches what and when, entry point by entry point."""

from greenlint.project.patching.coarse import imports_green, patch_state
from greenlint.project.patching.state import HUBS, Patched, PatchState

__all__ = ["HUBS", "PatchState", "Patched", "imports_green", "patch_state"]
