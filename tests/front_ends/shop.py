"""A small program with one shared client, to be told in many ways."""

from __future__ import annotations

from pathlib import Path

from tests.source.trees import lay

CLIENTS = """\
import httplib2

HTTP = httplib2.Http()


def fetch(url):
    return HTTP.request(url)
"""
MAIN = """\
import eventlet

eventlet.monkey_patch()

from app.clients import fetch


def worker(url):
    return fetch(url)


def main(urls):
    pool = eventlet.GreenPool()
    for url in urls:
        pool.spawn_n(worker, url)
    pool.waitall()


if __name__ == "__main__":
    main(["http://shop.example/1", "http://shop.example/2"])
"""
CREATION = ("app/clients.py", 3, "GRN101")
"""Where the finding stands."""
SPAWN = ("app/main.py", 15, "GRN101")
"""Where it is shown when only app/main.py is checked."""
CREATED = "HTTP = httplib2.Http()"
SPAWNED = "pool.spawn_n(worker, url)"


def shop(directory: Path, **changed: str) -> Path:
    """Write the program; ``clients`` and ``main`` replace the texts of its files."""
    files = {
        "setup.cfg": "",
        "app/__init__.py": "",
        "app/clients.py": changed.get("clients", CLIENTS),
        "app/main.py": changed.get("main", MAIN),
    }
    lay(directory, files)
    return directory
