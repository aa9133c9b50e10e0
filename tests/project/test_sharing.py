"""Verdicts that do not depend on order, and components that do not meet."""

from __future__ import annotations

import random

import pytest

from greenlint.project.components import connected
from greenlint.rules import all_rules

from .linking import modules, project

SHARED = {
    "app/__init__.py": "import eventlet\neventlet.monkey_patch()\n",
    "app/clients.py": "import httplib2\nHTTP = httplib2.Http()\n",
    "app/work.py": "from app.clients import HTTP\ndef fetch(url):\n    return HTTP.request(url)\n",
    "app/main.py": """
        import eventlet
        from app import work
        def main(urls):
            for url in urls:
                eventlet.spawn_n(work.fetch, url)
    """,
}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_files_changes_nothing(seed: int) -> None:
    shuffled = list(SHARED.items())
    random.Random(seed).shuffle(shuffled)
    expected = [f for rule in all_rules() for f in rule.check(project(SHARED))]
    assert expected, "the program has a fault"
    assert [f for rule in all_rules() for f in rule.check(project(dict(shuffled)))] == expected


def test_projects_that_no_import_connects_are_linked_apart() -> None:
    apart = {"one/a.py": "import one.b\n", "one/b.py": "", "two/a.py": ""}
    assert [[m.path for m in group] for group in connected(modules(apart))] == [["one/a.py", "one/b.py"], ["two/a.py"]]


def test_a_module_belongs_to_the_package_that_importing_it_runs() -> None:
    assert len(connected(modules({"app/__init__.py": "", "app/m.py": ""}))) == 1
