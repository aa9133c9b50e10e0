"""From a witness to lanes and arrows."""

from __future__ import annotations

from dataclasses import replace

from greenlint.graph.proof import Arrow, proof_of
from greenlint.model import Explanation, Location, Role, Step
from tests.reporters.samples import LATE, SHARED


def steps(*roles: Role) -> tuple[Step, ...]:
    return tuple(Step(role, Location("a.py", line, 1, line, 2), role.value) for line, role in enumerate(roles, start=1))


def lanes(*roles: Role) -> list[tuple[str, list[int]]]:
    proof = proof_of(Explanation.of(replace(SHARED, witness=steps(*roles))))
    return [(lane.title, [node.number for node in lane.nodes]) for lane in proof.lanes]


def arrows(*roles: Role) -> list[tuple[int, int, str]]:
    proof = proof_of(Explanation.of(replace(SHARED, witness=steps(*roles))))
    return [(arrow.source, arrow.target, arrow.label) for arrow in proof.arrows]


def test_the_object_has_a_lane_and_each_way_to_a_use_has_one() -> None:
    assert lanes(Role.CREATE, Role.STORE, Role.SPAWN, Role.CALL, Role.USE, Role.ENTRY, Role.USE) == [
        ("the object", [1, 2]),
        ("a greenthread", [3, 4, 5]),
        ("another greenthread", [6, 7]),
    ]


def test_a_greenthread_that_starts_another_stays_in_its_lane() -> None:
    assert lanes(Role.CREATE, Role.SPAWN, Role.SPAWN, Role.USE) == [("the object", [1]), ("a greenthread", [2, 3, 4])]


def test_a_use_without_a_start_is_the_code_beside_it() -> None:
    assert lanes(Role.CREATE, Role.SPAWN, Role.USE, Role.CALL, Role.USE)[2] == ("the code beside it", [4, 5])


def test_a_guard_is_a_box_of_its_own_on_the_way_to_the_use() -> None:
    assert lanes(Role.CREATE, Role.SPAWN, Role.CALL, Role.GUARD, Role.USE)[1] == ("a greenthread", [2, 3, 4, 5])
    proof = proof_of(Explanation("not reported", witness=steps(Role.CREATE, Role.SPAWN, Role.GUARD, Role.USE)))
    assert [node.kind for node in proof.nodes] == ["object", "start", "guard", "use"]


def test_steps_follow_one_another_and_uses_lead_back_to_the_object() -> None:
    assert arrows(Role.CREATE, Role.STORE, Role.SPAWN, Role.USE, Role.CALL, Role.USE) == [
        (1, 2, ""),
        (3, 4, ""),
        (5, 6, ""),
        (4, 2, "uses"),
        (6, 2, "uses"),
    ]


def test_an_order_of_imports_is_one_lane() -> None:
    assert lanes(Role.ENTRY, Role.IMPORT, Role.PATCH)[0][1] == [1, 2, 3]
    assert lanes(Role.IMPORT, Role.PATCH) == [("the order of imports", [1, 2])]
    assert arrows(Role.IMPORT, Role.PATCH) == [(1, 2, "")]


def test_a_finding_without_steps_is_its_own_place() -> None:
    proof = proof_of(Explanation.of(replace(LATE, witness=())))
    assert [(node.location, node.text) for node in proof.nodes] == [(LATE.location, LATE.message)]
    assert proof.arrows == ()


def test_a_picture_is_headed_by_code_and_title() -> None:
    proof = proof_of(Explanation.of(SHARED))
    assert proof.told.headline == f"GRN101 {SHARED.title}"
    assert proof.arrows[-1] == Arrow(4, 1, "uses")
