"""What a distribution offers to plugin loaders, whichever file declares it."""

from __future__ import annotations

from pathlib import Path

import pytest

from greenlint.source.entry_points import plugin_groups
from tests.source.trees import lay

CFG = "[options.entry_points]\nshop.post =\n    parcel = shop.post:Parcel\n    letter = shop.post:Letter [fast]\n"
PBR = "[entry_points]\nshop.post =\n    parcel = shop.post:Parcel\n    letter = shop.post:Letter\n"
PYPROJECT = (
    '[project]\nname = "shop"\n[project.entry-points."shop.post"]\n'
    'parcel = "shop.post:Parcel"\nletter = "shop.post:Letter"\n'
)
SETUP = (
    "from setuptools import setup\n"
    "setup(name='shop', entry_points={'shop.post': ['parcel = shop.post:Parcel', 'letter = shop.post:Letter']})\n"
)
TEXT = (
    "from setuptools import setup\nPOINTS = '''\n[shop.post]\n"
    "parcel = shop.post:Parcel\nletter = shop.post:Letter\n'''\n"
    "setup(name='shop', entry_points=POINTS)\n"
)
DECLARED = {
    "setup.cfg": ("setup.cfg", CFG),
    "setup.cfg of pbr": ("setup.cfg", PBR),
    "pyproject.toml": ("pyproject.toml", PYPROJECT),
    "setup.py": ("setup.py", SETUP),
    "text in setup.py": ("setup.py", TEXT),
}


@pytest.mark.parametrize(("name", "text"), DECLARED.values(), ids=DECLARED)
def test_each_file_may_declare_them(name: str, text: str, tmp_path: Path) -> None:
    assert plugin_groups(lay(tmp_path, {name: text})) == {"shop.post": ("shop.post:Parcel", "shop.post:Letter")}


def test_what_several_files_declare_is_put_together_once(tmp_path: Path) -> None:
    more = PYPROJECT.replace("letter", "boat").replace("Letter", "Boat")
    files = {"setup.cfg": CFG, "pyproject.toml": more}
    assert plugin_groups(lay(tmp_path, files)) == {
        "shop.post": ("shop.post:Parcel", "shop.post:Letter", "shop.post:Boat")
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project\n"),
        ("setup.py", "setup(entry_points=\n"),
        ("setup.py", "from setuptools import setup\nsetup(entry_points=read('points.txt'))\n"),
        ("setup.cfg", "[options.entry_points]\nshop.post =\n    no reference at all\n"),
        ("setup.cfg", "shop.post = 1\n"),
    ],
)
def test_what_cannot_be_read_offers_nothing(name: str, text: str, tmp_path: Path) -> None:
    assert plugin_groups(lay(tmp_path, {name: text})) == {}
