"""Each row about what comes before the patch decides a program that is made of nothing else: no row is dead."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from greenlint.knowledge.loader import own_rows
from greenlint.knowledge.schema import LateImportRow, StaleNameRow, StaleObjectRow
from greenlint.rules import all_rules
from tests.project.linking import project

ROWS = own_rows()
PATCHES = {
    "eventlet": "import eventlet\neventlet.monkey_patch()\n",
    "gevent": "import gevent\nfrom gevent import monkey\nmonkey.patch_all()\n",
}
STARTS = {"eventlet": "eventlet.spawn(work).wait()", "gevent": "gevent.spawn(work).get()"}
FAULTS = ("blocks", "hangs", "raises", "shared", "no-exclusion", "lost-wakeup", "breaks")


def codes(library: str, before: str, use: str) -> set[str]:
    """Return the GRN302, GRN306 and GRN307 of a program: lines, the patch, and a greenthread that uses them."""
    work = f"def work():\n    {use}\n    {library}.sleep(1)\n"
    source = f"{before}\n{PATCHES[library]}{work}if __name__ == '__main__':\n    {STARTS[library]}\n"
    linked = project({"main.py": source})
    rules = (rule for rule in all_rules() if rule.code in ("GRN302", "GRN306", "GRN307"))
    return {finding.code for rule in rules for finding in rule.check(linked)}


def effect(row: StaleNameRow | StaleObjectRow | LateImportRow, library: str) -> str:
    """What a row says of a library; nothing where it is the same without a late patch."""
    if not isinstance(row, StaleObjectRow) and library in row.anyway:
        return ""
    return row.on_eventlet if library == "eventlet" else row.on_gevent


@pytest.mark.parametrize("library", PATCHES)
@pytest.mark.parametrize("row", ROWS.stale_name, ids=lambda row: row.name)
def test_name_bound_before_the_patch(row: StaleNameRow, library: str) -> None:
    module, _, name = row.name.rpartition(".")
    uses = [f"{name}().{method}()" for method in row.methods] or [f"{name}()"]
    wanted = {"GRN306"} if effect(row, library) in FAULTS else set()
    assert all(codes(library, f"from {module} import {name}", use) == wanted for use in uses)
    assert not row.methods or codes(library, f"from {module} import {name}", f"{name}().other()") == set()


@pytest.mark.parametrize("library", PATCHES)
@pytest.mark.parametrize("row", ROWS.stale_object, ids=lambda row: row.constructor)
def test_object_made_before_the_patch(row: StaleObjectRow, library: str) -> None:
    module = row.constructor.rpartition(".")[0]
    used = "KEPT.method()\n" if row.used_before else ""
    found = codes(library, f"import {module}\nKEPT = {row.constructor}()\n{used}", "KEPT.method()")
    assert found - {"GRN302"} == ({"GRN307"} if effect(row, library) in FAULTS else set())


def _modules() -> Iterator[tuple[str, LateImportRow]]:
    for row in ROWS.late_import:
        for module in row.modules:
            if module.partition(".")[0] not in sys.stdlib_module_names:
                yield module, row


@pytest.mark.parametrize("library", PATCHES)
@pytest.mark.parametrize(("module", "row"), [*_modules()])
def test_library_imported_before_the_patch(module: str, row: LateImportRow, library: str) -> None:
    use = f"{row.uses[0]}()" if row.uses else f"{module}.anything()"
    found = codes(library, f"import {module}", use)
    faults = [other for name, other in _modules() if name == module and effect(other, library) in FAULTS]
    concerned = any(not other.uses or other.uses == row.uses for other in faults)
    assert found == ({"GRN302"} if concerned else set())


@pytest.mark.parametrize("library", PATCHES)
@pytest.mark.parametrize("module", sorted(sys.stdlib_module_names & {m for r in ROWS.late_import for m in r.modules}))
def test_module_of_the_standard_library_imported_before_the_patch(module: str, library: str) -> None:
    assert codes(library, f"import {module}", f"{module}.anything()") == set()
