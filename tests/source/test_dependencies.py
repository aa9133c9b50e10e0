"""What a program says that it needs, in which versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.source.dependencies import Versions, dependencies, version, versions
from tests.source.trees import lay

SINCE = Versions(version("3.1.5"))
PYPROJECT = """
[project]
dependencies = ["psycopg[binary]>=3.1.5,<4", "Requests_Toolbelt"]
optional-dependencies = { zmq = ["pyzmq==25.1"] }
[tool.poetry.dependencies]
grpcio = { version = "^1.60", extras = ["protobuf"] }
redis = "5.0"
"""
SETUP_CFG = """
[options]
install_requires =
    psycopg[c] ~= 3.1.4
    # a remark
[options.extras_require]
mysql = pymysql>1
"""


@pytest.mark.parametrize(
    ("clauses", "is_within"),
    [
        ("", None),
        (">=3", None),
        ("<4", None),
        ("!=3.1.7", None),
        (">=3.1.5", True),
        (">=3.2,<4", True),
        ("==3.1.5", True),
        ("==3.2.*", True),
        ("~=3.1.9", True),
        ("^3.2", True),
        (">3.1.4", None),
        ("==3.1.4", False),
        ("===3.1.4", False),
        ("==3.0.*", False),
        ("~=3.0.2", False),
        ("<3.1.5", False),
        ("<=3.1.5", None),
        ("<=3.1.4", False),
    ],
)
def test_versions_are_held_against_others(clauses: str, is_within: bool | None) -> None:
    assert versions(clauses).within(SINCE) is is_within


def test_a_zero_at_the_end_makes_no_other_version() -> None:
    assert versions("==3.2.0") == versions("==3.2")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"pyproject.toml": PYPROJECT},
            {
                "psycopg": versions(">=3.1.5,<4"), "psycopg[binary]": versions(">=3.1.5,<4"),
                "requests-toolbelt": Versions(), "pyzmq": versions("==25.1"), "grpcio": versions(">=1.60"),
                "grpcio[protobuf]": versions(">=1.60"), "redis": Versions(),
            },
        ),
        (
            {"setup.cfg": SETUP_CFG},
            {"psycopg": versions("~=3.1.4"), "psycopg[c]": versions("~=3.1.4"), "pymysql": versions(">1")},
        ),
        (
            {"requirements.txt": "-r other.txt\npsycopg==3.1.4 ; python_version>'3.8'\n# redis\n"},
            {"psycopg": versions("==3.1.4")},
        ),
        (
            {"requirements/base.txt": "psycopg>=3.1", "requirements-dev.txt": "psycopg<3.2"},
            {"psycopg": versions(">=3.1,<3.2")},
        ),
        ({"pyproject.toml": "[project", "setup.cfg": "no section"}, {}),
        ({"pyproject.toml": "project = 1\n[tool]\npoetry = 2"}, {}),
        ({}, {}),
    ],
)  # fmt: skip
def test_reads_what_a_program_needs(tmp_path: Path, files: dict[str, str], expected: dict[str, Versions]) -> None:
    assert dependencies(str(lay(tmp_path, files))) == expected


def test_reads_requirements_beside_the_sources(tmp_path: Path) -> None:
    root = str(lay(tmp_path, {"backend/requirements.txt": "psycopg2==2.9", "docs/requirements.txt": "sphinx"}))
    assert dependencies(root) == {}
    assert dependencies(root, folders=["backend"]) == {"psycopg2": versions("==2.9")}
