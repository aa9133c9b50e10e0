"""What the configuration and the launchers of a project say of its entry points and of its greenthreads."""

from __future__ import annotations

import pytest

from greenlint.options import EntryPoint
from greenlint.project import Setting
from greenlint.project.implicit import Declared
from greenlint.project.overview import Start, starts
from greenlint.project.patching import Patched
from greenlint.rules import all_rules
from greenlint.source.launchers import Launcher

from .linking import project

SOURCES = {
    "shop/__init__.py": "",
    "shop/main.py": """
        import time, httplib2

        HTTP = httplib2.Http()

        def main():
            time.sleep(1)
            HTTP.request("a")

        class Desk:
            def __init__(self):
                HTTP.request("b")

            def ask(self):
                HTTP.request("c")

            def answer(self):
                HTTP.request("d")

        class Plain:
            pass
        """,
    "shop/tools.py": "import shop.main\nLIMIT = 3\n",
}


def told(*declared: EntryPoint) -> list[tuple[str, str, int, str, str]]:
    """The entry points that a configuration declares: name, path, line, module, function."""
    found = starts(project(SOURCES, Setting(entry_points=declared)))
    return [(s.name, s.path, s.line, s.module, s.function) for s in found if s.kind == "configured"]


def test_an_entry_point_stands_where_its_function_does() -> None:
    assert told(EntryPoint("shop.main:main")) == [("shop.main:main", "shop/main.py", 6, "shop.main", "main")]


def test_that_of_a_class_stands_where_its_constructor_does() -> None:
    assert told(EntryPoint("shop.main:Desk")) == [("shop.main:Desk", "shop/main.py", 11, "shop.main", "Desk.__init__")]


@pytest.mark.parametrize("name", ["shop.main:Plain", "shop.main:missing"])
def test_that_of_something_else_in_a_module_stands_where_the_module_begins(name: str) -> None:
    assert told(EntryPoint(name)) == [(name, "shop/main.py", 1, "shop.main", "")]


def test_what_is_not_among_the_sources_is_no_entry_point() -> None:
    assert told(EntryPoint("shop.missing:main"), EntryPoint("other:main")) == []


def test_all_that_are_declared_are_told_in_the_order_of_their_places() -> None:
    declared = [EntryPoint("shop.tools:LIMIT"), EntryPoint("other:main"), EntryPoint("shop.main:main")]
    assert [name for name, *_ in told(*declared)] == ["shop.main:main", "shop.tools:LIMIT"]


@pytest.mark.parametrize(
    ("patched", "covered"),
    [(True, "time socket thread"), (False, ""), (("time", "thread"), "time thread"), ((), ""), (None, "")],
)
def test_what_is_declared_as_patched_is_believed(patched: bool | tuple[str, ...] | None, covered: str) -> None:
    setting = Setting(entry_points=(EntryPoint("shop.main:main", patched),))
    (linked,) = project(SOURCES, setting).components
    (run,) = linked.timeline.runs
    assert {group for group in ("time", "socket", "thread") if run.covered(group) is Patched.YES} == {*covered.split()}
    assert not any(run.covered(group) is Patched.UNKNOWN for group in ("time", "socket", "thread"))


def script(name: str, target: str, line: int) -> Launcher:
    return Launcher("console-script", target, "", "setup.cfg", line, f"{name} = {target}")


def scripts(*given: Launcher) -> list[Start]:
    return [s for s in starts(project(SOURCES, Setting(launchers=given))) if s.path == "setup.cfg"]


def test_a_declared_script_has_its_name_and_stands_where_it_is_declared() -> None:
    (found,) = scripts(script("shop", "shop.main:main", 4))
    assert (found.name, found.kind, found.line) == ("shop", "console-script", 4)
    assert (found.module, found.function) == ("shop.main", "main")
    assert found.modules == 2


def test_a_declared_script_of_another_distribution_loads_nothing() -> None:
    here, there = scripts(script("other", "elsewhere.tools:main", 5), script("shop", "shop.main:main", 4))
    assert (here.name, there.name) == ("shop", "other")
    assert (there.module, there.function, there.modules, there.patches, there.more) == (
        "elsewhere.tools", "main", 0, (), False,
    )  # fmt: skip


SERVED = {
    "main.py": """
        import eventlet
        eventlet.monkey_patch()
        import httplib2

        HTTP = httplib2.Http()
        OTHER = httplib2.Http()

        class Desk:
            def ask(self):
                HTTP.request("a")

            def answer(self):
                HTTP.request("b")

            def look(self):
                OTHER.request("c")

        def work():
            OTHER.request("d")
        """
}


def shared(*declared: Declared) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of what greenthreads share that only the configuration knows of, and the ways to it."""
    (rule,) = (rule for rule in all_rules() if rule.code == "GRN101")
    found = rule.check(project(SERVED, Setting(declared=declared)))
    return [(finding.location.line, finding.ways) for finding in found]


def test_nothing_runs_in_greenthreads_unless_it_is_declared() -> None:
    assert shared() == []
    assert shared(Declared("main.missing", True)) == []


def test_what_is_declared_runs_in_many_greenthreads_or_in_one() -> None:
    assert [line for line, _ in shared(Declared("main.Desk.ask", True))] == [6]
    assert shared(Declared("main.Desk.ask", False)) == []
    assert [line for line, _ in shared(Declared("main:work", True))] == [7]


def test_a_pattern_declares_all_that_it_fits() -> None:
    assert [line for line, _ in shared(Declared("main.Desk.a*", False))] == [6]
    assert [line for line, _ in shared(Declared("main.*", True))] == [6, 7]


def test_the_first_pattern_that_fits_counts() -> None:
    assert shared(Declared("main.work", False), Declared("main.w*", True)) == []
    assert [line for line, _ in shared(Declared("main.w*", True), Declared("main.work", False))] == [7]
