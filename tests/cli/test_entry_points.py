"""``greenlint entry-points``: what starts a program and who patches what. The engine is the real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from greenlint.cli import main

API = """\
import requests

import eventlet

eventlet.monkey_patch(socket=True, time=True)


def serve():
    pass


if __name__ == "__main__":
    serve()
"""

WORKER = """\
import os

if os.environ.get("GREEN"):
    from gevent import monkey

    monkey.patch_all()


def work():
    pass


if __name__ == "__main__":
    work()
"""

PYPROJECT = """\
[project]
name = "shop"

[project.scripts]
shop-report = "report:main"
shop-root = "oslo_rootwrap.cmd:main"
"""

SWITCHED = """\
import os

import eventlet

if os.environ.get("SHOP_DEBUGGER"):
    eventlet.monkey_patch(thread=False)
elif not os.environ.get("SHOP_THREADS"):
    eventlet.monkey_patch()


if __name__ == "__main__":
    eventlet.sleep(1)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with a script that patches two groups, one that may patch all, and one that never does."""
    texts = {"api.py": API, "worker.py": WORKER, "report.py": "def main():\n    pass\n", "pyproject.toml": PYPROJECT}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lists_them_with_their_patches_in_order(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["entry-points"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == f"# {shop}"
    assert lines[:3] == [
        "api.py:12: api.py (script, 1 module)",
        "    1. eventlet.monkey_patch() at api.py:5: socket, time",
        "    patched: socket, time; unpatched: os, psycopg, select, subprocess, thread; imported before: requests",
    ]
    (conditional,) = [line for line in lines if "gevent" in line]
    assert conditional.startswith("    1. gevent.monkey.patch_all() at worker.py:6, not by default: ")
    assert lines[lines.index(conditional) + 1].startswith("    perhaps: ")
    report = next(number for number, line in enumerate(lines) if "shop-report" in line)
    assert lines[report + 1] == "    never patches"


def test_names_scripts_of_other_distributions(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["entry-points"])
    told = capsys.readouterr().out.splitlines()
    assert "pyproject.toml:6: shop-root (console-script, oslo_rootwrap.cmd of another distribution)" in told


def test_tells_what_happens_when_nobody_sets_anything(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "switched.py").write_text(SWITCHED, encoding="utf-8")
    main(["entry-points", "--output-format", "json"])
    (program,) = json.loads(capsys.readouterr().out)
    (start,) = [start for start in program["entry_points"] if start["path"] == "switched.py"]
    assert [(patch["line"], patch["when"]) for patch in start["patches"]] == [(6, "not by default"), (8, "by default")]
    assert "thread" in start["patched"]
    assert (start["perhaps"], start["unpatched"]) == ([], [])


def test_a_condition_that_nobody_knows_leaves_the_groups_open(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = SWITCHED.replace('os.environ.get("SHOP_DEBUGGER")', "chosen()").replace(
        "import os", "from far import chosen"
    )
    (shop / "asked.py").write_text(asked.partition("elif")[0], encoding="utf-8")
    (shop / "pyproject.toml").write_text(PYPROJECT.replace("report:main", "asked:main"), encoding="utf-8")
    main(["entry-points", "--output-format", "json"])
    (program,) = json.loads(capsys.readouterr().out)
    (start,) = [start for start in program["entry_points"] if start["module"] == "asked"]
    assert [patch["when"] for patch in start["patches"]] == ["under a condition"]
    assert "socket" in start["perhaps"]
    assert (start["patched"], start["unpatched"]) == ([], ["thread"])


def test_tells_programs_the_same(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["entry-points", "--output-format", "json"])
    (program,) = json.loads(capsys.readouterr().out)
    assert program["root"] == str(shop)
    by_path = {start["path"]: start for start in program["entry_points"]}
    (patch,) = by_path["api.py"]["patches"]
    assert (patch["library"], patch["groups"], patch["certain"], patch["line"]) == (
        "eventlet",
        ["socket", "time"],
        True,
        5,
    )
    assert patch["when"] == "always"
    assert (by_path["api.py"]["patched"], by_path["api.py"]["before"]) == (["socket", "time"], ["requests"])
    assert by_path["api.py"]["module"] == "api"
    assert by_path["worker.py"]["patches"][0]["certain"] is False
    scripts = {start["name"]: start for start in program["entry_points"] if start["kind"] == "console-script"}
    assert (scripts["shop-report"]["function"], scripts["shop-report"]["modules"]) == ("main", 1)
    assert (scripts["shop-root"]["module"], scripts["shop-root"]["modules"]) == ("oslo_rootwrap.cmd", 0)


def test_says_how_to_name_what_is_not_found(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("api.py", "worker.py", "report.py", "pyproject.toml"):
        (shop / name).unlink()
    (shop / "pyproject.toml").touch()
    (shop / "empty.py").touch()
    assert main(["entry-points"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == (
        "no entry points found; name them with the key entry-points (`greenlint config entry-points`)"
    )


def test_a_path_that_does_not_exist_is_a_mistake(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["entry-points", "ap.py"]) == 2
    assert capsys.readouterr().err == "greenlint: ap.py: no such file or directory; did you mean 'api.py'?\n"
