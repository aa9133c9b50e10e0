"""How a shared object is told: shared by the rules on sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Severity
from greenlint.project.overlap import Overlap, Reach
from greenlint.project.sharing import SharedObject, roots_of
from greenlint.project.witness import slot_name
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Project


def tell(rule: Rule, project: Project, shared: SharedObject, severity: Severity, what: str = "") -> Finding:
    """Make the finding on a shared object; ``what`` adds to the message."""
    witness = project.witness.steps(shared)
    text = f"{shared.name} shared by greenthreads {_started(shared)}, {_used(project, shared)}"
    many = "several greenthreads at once" if shared.overlap is not Overlap.STARTER else "two greenthreads at once"
    row = shared.row
    return rule.finding(
        project.witness.creation(shared),
        f"one {shared.name} is used by {many}",
        f"{text}; {what}" if what else text,
        identity=_identity(shared),
        witness=witness,
        confidence=Confidence.LIKELY if shared.assumptions else Confidence.CERTAIN,
        assumptions=shared.assumptions,
        severity=severity,
        failure=row.failure,
        because=row.reason,
        help=row.fix,
        subject=(shared.name, ".".join(shared.slot[1:])),
        ways=shared.ways,
        observed=row.evidence == "observed" and row.sharing == "unsafe",
    )


def _started(shared: SharedObject) -> str:
    places = []
    for root in roots_of(shared)[:3]:
        place = f"{root.scope.module.path}:{root.line}"
        places.append(f"spawned at {place}" if root.site else f"of {root.row.id} at {place}")
    names = " -> ".join(_names(shared.first))
    started = " and ".join(dict.fromkeys(places))
    return f"{started} ({names})" if names else started


def _names(reach: Reach) -> list[str]:
    """The functions from the greenthread's entry to the use."""
    names: list[str] = []
    for hop in reach.state.hops:
        names.append(hop.function.label)
        if hop.root is not None:
            break
    return list(dict.fromkeys(reversed(names)))


def _used(project: Project, shared: SharedObject) -> str:
    uses = list(dict.fromkeys((shared.first.use, shared.second.use)))
    places = [f"{use.scope.module.path}:{use.span[0]}" for use in uses]
    return "used at " + " and ".join(dict.fromkeys(places)) + _kept(shared)


def _kept(shared: SharedObject) -> str:
    birth = shared.births[0]
    if shared.slot[0] == "field" and birth.scope.kind not in ("module", "class"):
        return f" as {slot_name(shared.slot)}"
    return ""


def _identity(shared: SharedObject) -> tuple[str, ...]:
    first = shared.first
    started = next((root for root in roots_of(shared)), None)
    entry = started.entries[0].function.label if started and started.entries else ""
    return (shared.name, ".".join(shared.slot), entry, f"{first.use.scope.label}.{first.use.method}")
