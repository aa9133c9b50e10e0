"""Who patches for a program that does not patch itself, as ``greenlint entry-points`` tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from greenlint.cli import main

SHOP = "import {library}\n\n\ndef application(environ, start_response):\n    {library}.sleep(1)\n"
EVERYTHING = {
    "eventlet": {"os", "psycopg", "select", "socket", "subprocess", "thread", "time"},
    "gevent": {"Event", "dns", "os", "queue", "select", "signal", "socket", "ssl", "subprocess", "thread", "time"},
}


def patched_by(root: Path, library: str, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> set[str] | None:
    """Return the groups that are patched in the one entry point of a program; None if it never patches."""
    for name, text in {"shop.py": SHOP.format(library=library), **files, "pyproject.toml": ""}.items():
        (root / name).write_text(text, encoding="utf-8")
    assert main(["entry-points", "--output-format", "json", str(root)]) == 0
    (program,) = json.loads(capsys.readouterr().out)
    (start,) = [start for start in program["entry_points"] if start["module"] == "shop"]
    assert {patch["library"] for patch in start["patches"]} <= {library}
    return {*start["patched"]} if start["patches"] else None


@pytest.mark.parametrize(
    ("library", "command", "left_out"),
    [
        ("gevent", "gunicorn -k gevent shop", set()),
        ("gevent", "gunicorn --preload -k gevent shop", set()),
        ("gevent", "gunicorn -k gunicorn.workers.ggevent.GeventWorker shop", set()),
        ("gevent", "celery -A shop worker -P gevent", set()),
        ("eventlet", "celery -A shop worker --pool=eventlet", set()),
        ("gevent", "uwsgi --gevent 100 --gevent-monkey-patch --module shop", set()),
        ("eventlet", "nameko run shop", set()),
        ("gevent", "locust -f shop.py", set()),
        ("gevent", "python -m gevent.monkey shop.py", set()),
        ("gevent", "python -m gevent.monkey --no-thread --no-ssl shop.py", {"thread", "ssl"}),
    ],
)
def test_a_command_patches(
    library: str, command: str, left_out: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = patched_by(tmp_path, library, {"Procfile": f"web: {command}\n"}, capsys)
    assert found == EVERYTHING[library] - left_out


@pytest.mark.parametrize("command", ["gunicorn -k eventlet shop", "gunicorn -k $WORKER shop"])
def test_a_command_may_patch(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert patched_by(tmp_path, "eventlet", {"Procfile": f"web: {command}\n"}, capsys) is None
    main(["entry-points", str(tmp_path)])
    assert "    never patches, as far as is known" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn shop",
        "gunicorn -k gthread shop",
        "celery -A shop worker",
        "celery -A shop worker -P prefork",
        "uwsgi --gevent 100 --module shop",
        "flask --app shop run",
        "python shop.py",
        "python -m shop",
    ],
)
def test_a_command_does_not_patch(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert patched_by(tmp_path, "gevent", {"Procfile": f"web: {command}\n"}, capsys) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gunicorn.conf.py", 'worker_class = "gevent"\nwsgi_app = "shop:application"\n'),
        ("uwsgi.ini", "[uwsgi]\nmodule = shop\ngevent = 100\ngevent-monkey-patch = true\n"),
        ("locust.conf", "locustfile = shop.py\n"),
        ("Dockerfile", 'CMD ["gunicorn", "-k", "gevent", "shop"]\n'),
        ("start.sh", "exec gunicorn -k gevent shop\n"),
        ("shop.service", "[Service]\nExecStart=/usr/bin/gunicorn -k gevent shop\n"),
        ("compose.yaml", "services:\n  web:\n    command: gunicorn -k gevent shop\n"),
        ("tox.ini", "[testenv:serve]\ncommands = gunicorn -k gevent shop\n"),
    ],
)
def test_a_configuration_patches(name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert patched_by(tmp_path, "gevent", {name: text}, capsys) == EVERYTHING["gevent"]


@pytest.mark.parametrize(
    ("line", "left_out"), [("import locust", set()), ("import grequests", {"thread", "Event", "select"})]
)
def test_an_import_patches(line: str, left_out: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{line}\n{SHOP.format(library='gevent')}\nif __name__ == '__main__':\n    print()\n"
    assert patched_by(tmp_path, "gevent", {"shop.py": text}, capsys) == EVERYTHING["gevent"] - left_out
