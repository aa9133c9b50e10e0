"""What is known of tests before a program runs, and of what rows ask of a call as it is written."""

from __future__ import annotations

import pytest

from greenlint.project.blocking import effects
from greenlint.project.blocking.effects import Effect
from greenlint.project.patching.conditions import conditions_of, holds, left_before
from greenlint.project.program import Scope, Site

from .linking import component, scope

START = """
import fcntl, os, platform, select, signal, sys, typing
import six
from typing import TYPE_CHECKING

DEBUG = False
NAME = "shop"
TWICE = 1
TWICE = 2
FLAGS = fcntl.LOCK_EX | fcntl.LOCK_NB


def set_it():
    global SET
    SET = True


SET = False
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("True", True),
        ("0", False),
        ("None", False),
        ("'text'", True),
        ("DEBUG", False),
        ("NAME", True),
        ("TWICE", None),
        ("SET", None),
        ("unknown", None),
        ("not DEBUG", True),
        ("not unknown", None),
        ("DEBUG and unknown", False),
        ("NAME and unknown", None),
        ("NAME and not DEBUG", True),
        ("NAME or unknown", True),
        ("DEBUG or unknown", None),
        ("DEBUG or 0", False),
        ("TYPE_CHECKING", False),
        ("typing.TYPE_CHECKING", False),
        ("six.PY3", True),
        ("six.PY2", False),
        ("__name__ == '__main__'", True),
        ("'__main__' == __name__", True),
        ("__name__ != '__main__'", False),
        ("__name__ == 'main'", None),
        ("sys.platform == 'linux'", True),
        ("sys.platform == 'linux2'", True),
        ("sys.platform == 'win32'", False),
        ("sys.platform != 'win32'", True),
        ("sys.platform == unknown", None),
        ("sys.platform < 'win32'", None),
        ("sys.platform in ('linux', 'darwin')", True),
        ("sys.platform in ('win32', 'cygwin')", False),
        ("sys.platform not in ('win32', 'cygwin')", True),
        ("sys.platform in ('win32', unknown)", None),
        ("sys.platform in unknown", None),
        ("sys.platform.startswith('linux')", True),
        ("sys.platform.startswith('win')", False),
        ("sys.platform.endswith('win')", None),
        ("sys.platform.startswith(unknown)", None),
        ("sys.platform.startswith(3)", None),
        ("sys.platform.startswith()", None),
        ("unknown.startswith('win')", None),
        ("os.name == 'posix'", True),
        ("os.name == 'nt'", False),
        ("platform.system() == 'Linux'", True),
        ("platform.system() == 'Windows'", False),
        ("platform.system == 'Linux'", None),
        ("platform.machine() == 'Linux'", None),
        ("sys.version_info >= (3,)", True),
        ("sys.version_info < (3, 0)", False),
        ("sys.version_info >= (3, 11)", True),
        ("sys.version_info > (3, 11)", None),
        ("sys.version_info >= (3, 12)", None),
        ("sys.version_info >= (3, 11, 4)", True),
        ("sys.version_info < (4,)", True),
        ("sys.version_info <= (2, 7)", False),
        ("sys.version_info == (2, 7)", False),
        ("sys.version_info != (2, 7)", True),
        ("sys.version_info in (3, 11)", None),
        ("sys.version_info[:2] >= (3, 11)", True),
        ("sys.version_info[0] == 3", True),
        ("sys.version_info[0] < 3", False),
        ("sys.version_info[1] >= 3", None),
        ("sys.version_info.major == 2", False),
        ("sys.version_info.major >= 3", True),
        ("sys.version_info >= unknown", None),
        ("sys.version_info >= (3, unknown)", None),
        ("sys.version_info >= ('3',)", None),
        ("NAME == 'shop'", True),
        ("NAME == 'desk'", False),
        ("NAME != 'desk'", True),
        ("NAME < 'desk'", None),
        ("NAME == unknown", None),
        ("unknown == 'shop'", None),
        ("0 < TWICE < 3", None),
        ("'pytest' in sys.modules", False),
        ("'pytest' not in sys.modules", True),
        ("'pydevd' in sys.modules.keys()", False),
        ("'eventlet' in sys.modules", None),
        ("'pytest' in unknown", None),
        ("'pytest' == sys.modules", None),
        ("hasattr(sys, '_called_from_test')", False),
        ("getattr(sys, 'frozen', False)", False),
        ("os.environ.get('PYTEST_CURRENT_TEST')", False),
        ("os.getenv('PYTEST_CURRENT_TEST')", False),
        ("os.getenv('HOME')", None),
        ("print('frozen')", None),
    ],
)
def test_how_a_test_comes_out(test: str, expected: bool | None) -> None:
    linked = component({"main.py": f"{START}\nif {test}:\n    print()\n"})
    body = scope(linked, "main", "<module>")
    (block,) = (block for block in body.body.blocks if block.kind == "if")
    assert holds(linked.types, body, block.value, is_main=True) is expected


def test_what_is_main_only_when_it_is_run() -> None:
    linked = component({"main.py": "if __name__ == '__main__':\n    print()\nelse:\n    print()\n"})
    body = scope(linked, "main", "<module>")
    run, imported = body.body.calls
    assert conditions_of(linked.types, body, run.block, is_main=True) == frozenset()
    assert conditions_of(linked.types, body, run.block, is_main=False) is None
    assert conditions_of(linked.types, body, imported.block, is_main=True) is None
    assert conditions_of(linked.types, body, imported.block, is_main=False) == frozenset()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a:\n    wanted()\n", [(3, True)]),
        ("if a:\n    pass\nelse:\n    wanted()\n", [(3, False)]),
        ("if a:\n    pass\nelif b:\n    wanted()\n", [(3, False), (5, True)]),
        ("if a:\n    if b:\n        wanted()\n", [(3, True), (4, True)]),
        ("try:\n    pass\nexcept OSError:\n    wanted()\n", [(5, True)]),
        ("try:\n    wanted()\nexcept OSError:\n    pass\n", []),
        ("for a in b:\n    wanted()\n", []),
        ("if a:\n    pass\nwanted()\n", []),
    ],
)
def test_the_open_tests_around_a_call(source: str, expected: list[tuple[int, bool]]) -> None:
    linked = component({"main.py": "\n\n" + source})
    body = scope(linked, "main", "<module>")
    (call,) = (call for call in body.body.calls)
    found = conditions_of(linked.types, body, call.block, is_main=False)
    assert found is not None
    assert sorted((body.body.blocks[c.block].line, c.holds) for c in found) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("wanted()", []),
        ("if a:\n    return\nwanted()", [(2, False)]),
        ("if not a:\n    print()\nelse:\n    return\nwanted()", [(2, True)]),
        ("if a:\n    if b:\n        return\nwanted()", [(3, False)]),
        ("if a:\n    return\nif b:\n    return\nwanted()", [(2, False), (4, False)]),
        ("if a:\n    wanted()\n    return", []),
        ("if a:\n    wanted()\nif b:\n    return", []),
        ("if a:\n    raise OSError\nwanted()", []),
        ("for a in b:\n    return\nwanted()", []),
        ("try:\n    return\nfinally:\n    pass\nwanted()", []),
        ("if 0:\n    return\nwanted()", []),
        ("if 1:\n    return\nwanted()", None),
        ("return\nwanted()", []),
    ],
)
def test_the_tests_that_end_a_function_before(source: str, expected: list[tuple[int, bool]] | None) -> None:
    lines = "".join(f"    {line}\n" for line in source.splitlines())
    linked = component({"main.py": f"def work(a, b):\n{lines}"})
    body = scope(linked, "main", "work")
    (call,) = (call for call in body.body.calls if getattr(call.callee, "id", "") == "wanted")
    found = left_before(linked.types, body, call.block, (body.body.calls.index(call), call.span[0]), is_main=False)
    lines_of = found if found is None else sorted((body.body.blocks[c.block].line, c.holds) for c in found)
    assert lines_of == expected


def asked(source: str) -> tuple[effects.Conditions, Site]:
    """What weighs conditions of rows, and the call of ``wanted`` in a function."""
    lines = "".join(f"    {line}\n" for line in source.splitlines())
    linked = component({"main.py": f"{START}\ndef work(given, *more, **named):\n{lines}"})
    body: Scope = scope(linked, "main", "work")
    last = [i for i, call in enumerate(body.body.calls) if getattr(call.callee, "name", "") == "wanted"][-1]
    return effects.Conditions(linked.types), Site(body, last)


@pytest.mark.parametrize(
    ("condition", "source", "expected"),
    [
        ("kw:timeout", "a.wanted(timeout=3)", True),
        ("kw:timeout", "a.wanted(limit=3)", False),
        ("kw:timeout", "a.wanted(**named)", None),
        ("kw:timeout", "a.wanted(timeout=3, **named)", True),
        ("kw:block=False", "a.wanted(block=False)", True),
        ("kw:block=False", "a.wanted(block=True)", False),
        ("kw:block=False", "a.wanted(block=DEBUG)", True),
        ("kw:block=False", "a.wanted(block=SET)", None),
        ("kw:block=False", "a.wanted(block=given)", None),
        ("kw:block=False", "a.wanted()", False),
        ("kw:flags=os.WNOHANG", "a.wanted(flags=os.WNOHANG)", True),
        ("kw:flags=os.WNOHANG", "a.wanted(flags=os.P_WAIT)", False),
        ("kw:flags=os.WNOHANG", "a.wanted(flags=given)", None),
        ("kw:flags=os.WNOHANG", "flags = os.WNOHANG\na.wanted(flags=flags)", True),
        ("arg0:0", "a.wanted(0)", True),
        ("arg0:0", "a.wanted(1)", False),
        ("arg0:0", "a.wanted()", False),
        ("arg0:0", "a.wanted(*more)", None),
        ("arg1:False", "a.wanted(0, False)", True),
        ("arg1:False", "a.wanted(False)", False),
        ("arg1:False", "a.wanted(0, *more)", None),
        ("arg0:0", "a.wanted(0, *more)", True),
        ("flag0:os.WNOHANG", "a.wanted(os.WNOHANG)", True),
        ("flag0:os.WNOHANG", "a.wanted(os.WNOHANG | os.WUNTRACED)", True),
        ("flag0:os.WNOHANG", "a.wanted(os.WUNTRACED | 0)", False),
        ("flag0:os.WNOHANG", "a.wanted(os.WUNTRACED | given)", None),
        ("flag0:os.WNOHANG", "a.wanted(given)", None),
        ("flag0:os.WNOHANG", "a.wanted(0)", False),
        ("flag0:os.WNOHANG", "flags = os.WNOHANG\nif given:\n    flags = 0\na.wanted(flags)", True),
        ("flag0:os.WNOHANG", "flags = os.WUNTRACED\na.wanted(flags)", False),
        ("flag0:os.WNOHANG", "flags = given\na.wanted(flags)", None),
        ("flag0:os.WNOHANG", "flags = os.WUNTRACED\nflags = given\na.wanted(flags)", None),
        ("flag1:fcntl.LOCK_NB", "a.wanted(0, FLAGS)", None),
        ("flag0:os.WNOHANG", "a.wanted(print())", None),
        ("from0:os.pipe|socket.socket.fileno", "a.wanted(given)", None),
        ("state:polled", "select.select([], [], [])\na.wanted()", True),
        ("state:polled", "select.poll()\na.wanted()", True),
        ("state:polled", "select.epoll()\na.wanted()", False),
        ("state:polled", "a.wanted()\nselect.select([], [], [])", False),
        ("state:polled", "unknown.select()\na.wanted()", False),
        ("state:setblocking(False)", "a.setblocking(False)\na.wanted()", True),
        ("state:setblocking(False)", "a.wanted()\na.setblocking(0)", True),
        ("state:setblocking(False)", "a.setblocking(True)\na.wanted()", False),
        ("state:setblocking(False)", "b.setblocking(False)\na.wanted()", False),
        ("state:setblocking(False)", "a.setblocking(given)\na.wanted()", False),
        ("state:setblocking(False)", "a.setblocking()\na.wanted()", False),
        ("state:settimeout(0)", "a.settimeout(0)\na.wanted()", True),
        ("state:settimeout(0)", "a.settimeout(3)\na.wanted()", False),
        ("env:WAIT=python", "os.environ['WAIT'] = 'python'\na.wanted()", True),
        ("env:WAIT=python", "os.environ['WAIT'] = 'c'\na.wanted()", False),
        ("env:WAIT=python", "os.environ['OTHER'] = 'python'\na.wanted()", False),
        ("env:WAIT=python", "os.environ.setdefault('WAIT', 'python')\na.wanted()", True),
        ("env:WAIT=python", "os.putenv('WAIT', 'python')\na.wanted()", True),
        ("env:WAIT=python", "os.getenv('WAIT', 'python')\na.wanted()", False),
    ],
)
def test_whether_a_call_meets_a_condition_of_a_row(condition: str, source: str, expected: bool | None) -> None:
    conditions, site = asked(source)
    assert conditions.meets(condition, site) is expected


@pytest.mark.parametrize(
    ("effect", "patched", "missing"),
    [
        (Effect("patchable", frozenset("ab")), "", "ab"),
        (Effect("patchable", frozenset("ab")), "ac", "b"),
        (Effect("patchable", frozenset("ab")), "abc", ""),
        (Effect("patchable", one_of=frozenset("ab")), "", "ab"),
        (Effect("patchable", one_of=frozenset("ab")), "b", ""),
        (Effect("patchable", frozenset("c"), frozenset("ab")), "d", "abc"),
        (Effect("patchable", frozenset("c"), frozenset("ab")), "a", "c"),
        (Effect("always"), "a", ""),
    ],
)
def test_what_a_patch_leaves_out_that_a_call_needs(effect: Effect, patched: str, missing: str) -> None:
    assert effect.missing(frozenset(patched)) == frozenset(missing)
