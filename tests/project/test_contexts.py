"""Where code runs, told from the ways that lead to it."""

from __future__ import annotations

import pytest

from greenlint.project import Component
from greenlint.project.blocking.contexts import Place

from .linking import component, scope

GREEN, NATIVE, HUB = Place.GREEN, Place.NATIVE, Place.HUB


def places(linked: Component, name: str, library: str) -> set[Place]:
    """The places in which a function of the only module comes to run."""
    function = scope(linked, "app", name)
    return {place for place in Place if linked.contexts.way(function, place, library) is not None}


def test_way_is_told_from_the_root_to_the_function() -> None:
    linked = component({
        "app.py": """
            import eventlet

            def work():
                step()

            def step():
                wait()

            def wait():
                pass

            if __name__ == "__main__":
                eventlet.spawn(work)
            """
    })  # fmt: skip
    way = linked.contexts.way(scope(linked, "app", "wait"), GREEN, "eventlet")
    assert way is not None
    assert [call.scope.name for call in way.calls] == ["work", "step"]
    assert way.root.entries[0].function.name == "work"
    assert [run.entry.module.name for run in linked.contexts.starts(way, "eventlet")] == ["app"]
    assert places(linked, "wait", "gevent") == set()


@pytest.mark.parametrize(
    ("start", "library", "expected"),
    [
        ("eventlet.spawn(f)", "eventlet", {GREEN}),
        ("eventlet.tpool.execute(f)", "eventlet", {NATIVE}),
        ("eventlet.spawn(f), eventlet.tpool.execute(f)", "eventlet", {GREEN, NATIVE}),
        ("eventlet.hubs.get_hub().schedule_call_global(0, f)", "eventlet", {HUB}),
        ("gevent.get_hub().threadpool.spawn(f)", "gevent", {NATIVE}),
        ("gevent.threadpool.ThreadPool(3).spawn(f)", "gevent", {NATIVE}),
        ("gevent.spawn(print).rawlink(f)", "gevent", {HUB}),
        ("gevent.spawn(print).link(f)", "gevent", {GREEN}),
        ("multiprocessing.Process(target=f).start()", "gevent", set()),
        ("print(f)", "eventlet", set()),
    ],
)  # fmt: skip
def test_place_follows_from_what_starts_it(start: str, library: str, expected: set[Place]) -> None:
    linked = component({
        "app.py": f"""
            import multiprocessing, eventlet, eventlet.tpool, eventlet.hubs, gevent, gevent.threadpool

            def f():
                g()

            def g():
                pass

            {start}
            """
    })  # fmt: skip
    assert places(linked, "g", library) == expected


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("eventlet.monkey_patch()", {GREEN}),
        ("eventlet.monkey_patch(socket=True)", set()),
        ("", set()),
        ("if input(): eventlet.monkey_patch()", set()),
    ],
)
def test_thread_is_green_where_it_surely_is_patched(patch: str, expected: set[Place]) -> None:
    linked = component({
        "app.py": f"""
            import eventlet
            {patch}
            import threading

            def f():
                pass

            if __name__ == "__main__":
                threading.Thread(target=f).start()
            """
    })  # fmt: skip
    assert places(linked, "f", "eventlet") == expected


def test_coroutine_runs_in_an_event_loop_and_not_in_its_caller() -> None:
    linked = component({
        "app.py": """
            import asyncio, gevent

            def work():
                asyncio.run_coroutine_threadsafe(fetch(), loop)

            async def fetch():
                read()

            def read():
                pass

            gevent.spawn(work)
            """
    })  # fmt: skip
    assert places(linked, "work", "gevent") == {GREEN}
    assert places(linked, "fetch", "gevent") == set()
    assert places(linked, "read", "gevent") == set()
