"""No row about a blocking call is dead: a greenthread that makes the call is reported as the row says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from greenlint.knowledge.schema import BlockingRow
from greenlint.project.blocking.effects import effect_of
from greenlint.project.patching.groups import all_groups
from greenlint.rules import all_rules
from tests.project.linking import knowledge, project

LIBRARIES = ("eventlet", "gevent")
ANYWAY = ("always", "hook", "hangs", "raises")
PATCHED = {
    "eventlet": "import eventlet; eventlet.monkey_patch()",
    "gevent": "from gevent import monkey; monkey.patch_all(); import gevent",
}
WITHOUT = {"eventlet": "import eventlet, eventlet.green.socket", "gevent": "import gevent, gevent.socket"}
MAKERS = {"start_method:spawn": 'multiprocessing.get_context("spawn").Process'}
"""What makes an object that meets a condition."""
ARGUMENTS = {
    "arg0:os.P_WAIT": "os.P_WAIT", "from0:os.pipe|socket.socket.fileno": "reader", "from0:os.pipe": "reader",
    "kw:use_pure=True": "use_pure=True", "kw:use_pure=False": "use_pure=False",
    "absent0:name": '"192.0.2.1"',
}  # fmt: skip


def rows(library: str) -> Iterator[tuple[str, BlockingRow, str]]:
    """Yield the name of a function, the row whose call it makes, and the name that it calls."""
    known = knowledge()
    listed = [row for row in known.rows.blocking if row.severity != "off" and row.about != "processor"]
    for number, row in enumerate(listed):
        for other, name in enumerate(row.names):
            yield f"call_{number}_{other}", row, name


def program(library: str, first: str) -> str:
    """Write a program with one greenthread for each name."""
    lines = [first, "import os"]
    for function, row, name in rows(library):
        package = name.partition(".")[0]
        wanted = (*row.blocks_if, *(condition for condition in row.not_if if condition.startswith("absent")))
        given = next((text for condition, text in ARGUMENTS.items() if condition in wanted), "")
        lines += [f"def {function}():", "    reader, writer = os.pipe()"]
        lines += [f"    import {package}"] if package != "builtins" else []
        maker = next((text for condition, text in MAKERS.items() if condition in row.blocks_if), "")
        if maker or name.endswith((".*", ".__call__")) or (row.about == "fork" and name[-1].islower()):
            owner, _, method = name.rpartition(".")
            called = "" if method == "__call__" else f".{method.replace('*', 'anything')}"
            lines += [f"    thing_{function} = {maker or owner}()", f"    thing_{function}{called}()"]
        else:
            lines.append(f"    {name.removeprefix('builtins.')}({given})")
    lines.append('if __name__ == "__main__":')
    lines += [f"    {library}.spawn({function})" for function, _, _ in rows(library)]
    return "\n".join(lines) + "\n"


def reported(library: str, first: str) -> dict[str, set[str]]:
    """Return the codes that are reported in each function."""
    linked = project({"app.py": program(library, first)})
    found: dict[str, set[str]] = {}
    for rule in all_rules():
        if rule.code in ("GRN201", "GRN202", "GRN203", "GRN205"):
            for finding in rule.check(linked):
                found.setdefault(finding.identity[-1], set()).add(rule.code)
    return found


def expected(row: BlockingRow, library: str, patched: bool) -> set[str]:
    kind = effect_of(row, library).kind
    if row.until:
        return set()  # the program says nothing of versions
    if kind in ANYWAY:
        return {"GRN205"} if row.about == "fork" else {"GRN202"}
    if kind == "removed":
        return {"GRN203"} if patched else set()
    unasked = effect_of(row, library).groups - all_groups(knowledge(), library)
    return {"GRN201"} if kind == "patchable" and (unasked or not patched) else set()


def is_right(found: set[str], wanted: set[str], row: BlockingRow) -> bool:
    """Whether a call is reported as it must be.

    The row of a base class may say something as well, and so may the one that holds without a condition.
    """
    return wanted <= found if wanted or row.until or MAKERS.keys() & set(row.blocks_if) else not found


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("patched", [True, False], ids=["patched", "unpatched"])
def test_each_call_is_reported_as_its_row_says(library: str, patched: bool) -> None:
    found = reported(library, PATCHED[library] if patched else WITHOUT[library])
    wrong = {
        f"{name} ({row.id})": found.get(function, set())
        for function, row, name in rows(library)
        if not is_right(found.get(function, set()), expected(row, library, patched), row)
    }
    assert wrong == {}
