"""What the rules on names and objects from before the patch say alike."""

from __future__ import annotations

FAILURES = {
    "hangs": "the process hangs",
    "blocks": "no other greenthread runs until the call returns",
    "shared": "each greenthread sees what the others have set",
    "no-exclusion": "several greenthreads are inside at once",
}
"""What a user sees, by the effect of a row of knowledge."""
