"""``greenlint entry-points``: what starts a program and who patches what. The engine is the real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from greenlint.cli import main

API = """\
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
    assert lines[:2] == [
        "api.py:10: api.py (script, 1 module)",
        "    1. eventlet.monkey_patch() at api.py:3: socket, time",
    ]
    (conditional,) = [line for line in lines if "gevent" in line]
    assert conditional.startswith("    1. gevent.monkey.patch_all() at worker.py:6, under a condition: ")
    report = next(number for number, line in enumerate(lines) if "shop-report" in line)
    assert lines[report + 1] == "    never patches"


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
        3,
    )
    assert by_path["worker.py"]["patches"][0]["certain"] is False


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
