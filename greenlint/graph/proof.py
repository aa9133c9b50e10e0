"""An explanation as a graph: lanes of steps, and the arrows between them.

Terms
-----
lane    steps that follow one another: the first tells how the object comes to be, each other one how a greenthread
        (or the code that started one) comes to use it.
arrow   from a step to the next of its lane, or from a use back to the object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from greenlint.model import Explanation, Location, Role

_STARTS = (Role.SPAWN, Role.ENTRY, Role.NATIVE)
_ENDS = (Role.USE, Role.BLOCK)
_OBJECT = (Role.CREATE, Role.STORE)
_KINDS = {
    **dict.fromkeys(_STARTS, "start"),
    **dict.fromkeys(_ENDS, "use"),
    **dict.fromkeys(_OBJECT, "object"),
    Role.GUARD: "guard",
}


@dataclass(frozen=True, slots=True)
class Node:
    """One step: ``number`` counts from 1 in the order of the proof."""

    number: int
    role: Role
    text: str
    location: Location

    @property
    def kind(self) -> str:
        """What its box looks like: object, start, guard, use, or empty for any other step."""
        return _KINDS.get(self.role, "")

    @property
    def place(self) -> str:
        """Its file and line."""
        return f"{self.location.path}:{self.location.line}"


@dataclass(frozen=True, slots=True)
class Lane:
    """Steps that follow one another, under a title."""

    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one step to another, by number; ``label`` is empty within a lane."""

    source: int
    target: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """An explanation, drawn."""

    told: Explanation
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All steps, in order."""
        return tuple(node for lane in self.lanes for node in lane.nodes)


def proof_of(told: Explanation) -> Proof:
    """Draw the steps of an explanation, of which there is one at least."""
    nodes = tuple(Node(number, step.role, step.message, step.location) for number, step in enumerate(told.witness, 1))
    lanes = tuple(Lane(_title(lane, index), lane) for index, lane in enumerate(_divided(nodes)))
    return Proof(told, lanes, tuple(_arrows(lanes)))


def _divided(nodes: Sequence[Node]) -> Iterator[tuple[Node, ...]]:
    """Cut the steps into lanes: after what concerns the object, and after each use."""
    lane: list[Node] = []
    for node in nodes:
        if lane and node.role not in _OBJECT and all(other.role in _OBJECT for other in lane):
            yield tuple(lane)
            lane = []
        lane.append(node)
        if node.role in _ENDS:
            yield tuple(lane)
            lane = []
    if lane:
        yield tuple(lane)


def _title(lane: Sequence[Node], index: int) -> str:
    if all(node.role in _OBJECT for node in lane):
        return "the object"
    if any(node.role in _STARTS for node in lane):
        return "a greenthread" if index < 2 else "another greenthread"
    if lane[-1].role in _ENDS:
        return "the code beside it"
    return "the order of imports"


def _arrows(lanes: Sequence[Lane]) -> Iterator[Arrow]:
    for lane in lanes:
        for one, other in zip(lane.nodes, lane.nodes[1:], strict=False):
            yield Arrow(one.number, other.number)
    thing = lanes[0].nodes[-1]
    if thing.role in _OBJECT:
        for lane in lanes[1:]:
            if lane.nodes[-1].role in _ENDS:
                yield Arrow(lane.nodes[-1].number, thing.number, "uses")
