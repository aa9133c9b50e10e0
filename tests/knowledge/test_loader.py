"""Reading rows: data files, the cache of decoded rows, rows that distributions ship."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from greenlint.knowledge import loader
from greenlint.knowledge.decode import KnowledgeError, from_config
from greenlint.knowledge.schema import Rows


def cached_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.msgpack"))


def test_cached_rows_equal_the_rows_of_the_files(tmp_path: Path, rows: Rows) -> None:
    first = loader.own_rows(tmp_path)
    assert len(cached_files(tmp_path)) == 1
    assert loader.own_rows(tmp_path) == first == rows


def test_rows_come_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    loader.own_rows(tmp_path)
    monkeypatch.setattr(loader, "decode", lambda text, name: pytest.fail("the data files were parsed again"))
    assert loader.own_rows(tmp_path) == rows


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 4096], ids=["empty", "short", "foreign"])
def test_a_damaged_cache_is_ignored_and_rewritten(tmp_path: Path, damage: bytes, rows: Rows) -> None:
    loader.own_rows(tmp_path)
    (path,) = cached_files(tmp_path)
    sound = path.read_bytes()
    path.write_bytes(damage)
    assert loader.own_rows(tmp_path) == rows
    assert path.read_bytes() == sound


def test_one_changed_byte_in_the_cache_is_noticed(tmp_path: Path, rows: Rows) -> None:
    loader.own_rows(tmp_path)
    (path,) = cached_files(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert loader.own_rows(tmp_path) == rows


def test_a_cache_directory_that_cannot_be_made_changes_nothing(tmp_path: Path, rows: Rows) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert loader.own_rows(in_the_way / "cache") == rows


def test_a_changed_data_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = data / "acme.toml"
    file.write_text('[[marker]]\nlibrary = "acme"\ntext = "acme"\n')
    monkeypatch.setattr(loader, "DATA", data)
    assert loader.own_rows(tmp_path / "cache").marker[0].text == "acme"
    file.write_text('[[marker]]\nlibrary = "acme"\ntext = "emca"\n')
    os.utime(file, ns=(1, 1))
    assert loader.own_rows(tmp_path / "cache").marker[0].text == "emca"


def test_extra_rows_stand_in_front() -> None:
    knowledge = loader.load([from_config({"spawn": [{"names": ["app.go"]}]})])
    assert "app.go" in knowledge.spawns_by_name
    assert "eventlet.spawn" in knowledge.spawns_by_name


def install(site: Path, entry_point: str, files: dict[str, str]) -> None:
    info = site / "acme_rows-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rows\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[greenlint.knowledge]\nacme = {entry_point}\n")
    for name, text in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))


def test_rows_of_a_distribution_are_read_and_nothing_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "acme_rows/__init__.py": "raise AssertionError('imported')\n",
        "acme_rows/rows.toml": '[[client]]\nid = "acme"\nconstructors = ["acme.Client"]\n',
    }
    install(tmp_path, "acme_rows:rows.toml", files)
    monkeypatch.syspath_prepend(str(tmp_path))
    (rows,) = loader.distributed()
    assert rows.client[0].constructors == ("acme.Client",)
    assert "acme_rows" not in sys.modules


def test_a_distribution_without_its_file_is_an_error_that_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "acme_rows:rows.toml", {"acme_rows/__init__.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KnowledgeError, match=r"acme-rows: .* holds no acme_rows/rows\.toml"):
        loader.distributed()


def test_a_wrong_row_of_a_distribution_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "acme_rows:rows.toml", {"acme_rows/rows.toml": '[[client]]\nid = "x"\nfoo = 1\n'})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        KnowledgeError, match=r"^acme-rows: acme_rows/rows\.toml: \[\[client\]\] 'x': unknown key"
    ):
        loader.distributed()
