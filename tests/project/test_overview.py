"""What starts a program, and which groups its patches cover: keyword by keyword, in both libraries."""

from __future__ import annotations

import textwrap

import pytest

from greenlint.project.overview import Patching, Start, starts

from .linking import project

EVENTLET = {"os", "psycopg", "select", "socket", "subprocess", "thread", "time"}
GEVENT = {"Event", "dns", "os", "queue", "select", "signal", "socket", "ssl", "subprocess", "thread", "time"}
SETTINGS = "import os\nimport eventlet\nfrom gevent import monkey\nFLAG = os.environ['FLAG']\nNO = False\n"


def started(**files: str) -> list[Start]:
    """Return what starts a program of the modules named."""
    return list(starts(project({f"{name}.py": textwrap.dedent(text) for name, text in files.items()})))


def patched(call: str) -> Patching:
    """Return what the only patch of a script covers."""
    (start,) = started(main=f"{SETTINGS}{call}\n")
    (patch,) = start.patches
    return patch


@pytest.mark.parametrize(
    ("call", "groups", "maybe"),
    [
        ("eventlet.monkey_patch()", EVENTLET, set()),
        ("eventlet.monkey_patch(all=None)", EVENTLET, set()),
        ("eventlet.monkey_patch(all=False)", set(), set()),
        ("eventlet.monkey_patch(socket=True)", {"socket"}, set()),
        ("eventlet.monkey_patch(socket=True, time=True)", {"socket", "time"}, set()),
        ("eventlet.monkey_patch(socket=True, thread=False)", {"socket"}, set()),
        ("eventlet.monkey_patch(all=True, thread=False)", EVENTLET - {"thread"}, set()),
        ("eventlet.monkey_patch(all=False, thread=True)", {"thread"}, set()),
        ("eventlet.monkey_patch(thread=False)", EVENTLET - {"thread"}, set()),
        ("eventlet.monkey_patch(thread=NO)", EVENTLET - {"thread"}, set()),
        ("eventlet.monkey_patch(__builtin__=True)", set(), set()),
        ("eventlet.monkey_patch(thread=FLAG)", set(), EVENTLET),
        ("eventlet.monkey_patch(all=True, thread=FLAG)", EVENTLET - {"thread"}, {"thread"}),
        ("eventlet.monkey_patch(**OPTIONS)", set(), EVENTLET),
        ("eventlet.monkey_patch(sockets=True)", set(), set()),
        ("monkey.patch_all()", GEVENT, set()),
        ("monkey.patch_all(thread=False)", GEVENT - {"thread", "Event"}, set()),
        ("monkey.patch_all(socket=False)", GEVENT - {"socket", "dns"}, set()),
        ("monkey.patch_all(False)", GEVENT - {"socket", "dns"}, set()),
        ("monkey.patch_all(True, False)", GEVENT - {"dns"}, set()),
        ("monkey.patch_all(dns=FLAG)", GEVENT - {"dns"}, {"dns"}),
        ("monkey.patch_all(*FLAGS)", set(), GEVENT),
        ("monkey.patch_all(sockets=False)", GEVENT, set()),
        ("monkey.patch_all(sys=True)", GEVENT, set()),
        ("monkey.patch_socket()", {"socket", "dns"}, set()),
        ("monkey.patch_socket(dns=False)", {"socket"}, set()),
        ("monkey.patch_socket(dns=FLAG)", {"socket"}, {"dns"}),
        ("monkey.patch_thread()", {"thread", "Event"}, set()),
    ],
)
def test_groups_of_a_call(call: str, groups: set[str], maybe: set[str]) -> None:
    patch = patched(call)
    assert (set(patch.groups), set(patch.maybe)) == (groups, maybe)
    assert patch.library == ("eventlet" if call.startswith("eventlet") else "gevent")


@pytest.mark.parametrize(
    ("test", "when"),
    [
        ("True", "always"),
        ("FLAG", "under a condition"),
        ("os.environ.get('GREEN')", "not by default"),
        ("not os.environ.get('BLUE')", "by default"),
        ("os.environ.get('GREEN') and FLAG", "not by default"),
    ],
)
def test_when_a_patch_is_made(test: str, when: str) -> None:
    patch = patched(f"if {test}:\n    eventlet.monkey_patch()")
    assert (patch.when, patch.certain) == (when, when == "always")
    assert (patch.path, patch.line, patch.name) == ("main.py", 7, "eventlet.monkey_patch()")


def test_two_scripts_and_what_they_import_before_they_patch() -> None:
    one, other = started(
        early="""
            import eventlet
            eventlet.monkey_patch(socket=True)
            import requests
            import work
        """,
        late="""
            import json
            import requests.adapters
            import yaml
            import eventlet
            eventlet.monkey_patch()
            import work
            if __name__ == "__main__":
                work.run()
        """,
        work="""
            import eventlet
            def run():
                eventlet.spawn(print)
        """,
    )
    assert (one.name, one.kind, one.path, one.line) == ("import early", "import", "early.py", 1)
    assert (one.before, one.patched) == ((), ("socket",))
    assert (other.name, other.kind, other.line, other.modules) == ("late.py", "script", 8, 2)
    assert other.before == ("requests", "yaml")
    assert set(other.patched) == EVENTLET
    assert not other.unpatched


def test_what_a_patch_under_a_condition_may_cover() -> None:
    as_script = "if __name__ == '__main__':\n    print()\n"
    (start,) = started(main=f"{SETTINGS}if FLAG:\n    eventlet.monkey_patch(socket=True)\n{as_script}")
    assert start.perhaps == ("socket",)
    assert set(start.unpatched) == EVENTLET - {"socket"}
