"""The directory of the cache: whose it is, who may write at the moment, and what is swept out of it."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from greenlint import cachedir
from greenlint.cachedir import CacheDirectory


@pytest.fixture
def cache(tmp_path: Path) -> CacheDirectory:
    return CacheDirectory(str(tmp_path / "cache"))


class TestLock:
    def test_is_taken_by_one_at_a_time(self, cache: CacheDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cachedir, "_PATIENCE", 0.05)
        with cache.locked() as first, cache.locked() as second:
            assert (first, second) == (True, False)
        with cache.locked() as later:
            assert later

    def test_is_waited_for(self, cache: CacheDirectory) -> None:
        held, free = threading.Event(), threading.Event()

        def hold() -> None:
            with cache.locked():
                held.set()
                free.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        assert held.wait(10)
        threading.Timer(0.1, free.set).start()
        with cache.locked() as ours:
            assert ours
            assert free.is_set()
        holder.join(10)

    def test_is_always_free_where_locks_are_unknown(
        self, cache: CacheDirectory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "fcntl", None)
        with cache.locked() as first, cache.locked() as second:
            assert (first, second) == (True, True)

    def test_is_always_free_on_a_file_system_without_locks(
        self, cache: CacheDirectory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.ENOLCK, "no locks")

        monkeypatch.setattr(fcntl, "flock", refuse)
        with cache.locked() as ours:
            assert ours

    def test_is_never_ours_where_nothing_can_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with CacheDirectory(str(tmp_path / "file" / "cache")).locked() as ours:
            assert not ours


class TestWhoseItIs:
    def test_a_link_is_left_alone(self, tmp_path: Path) -> None:
        elsewhere = CacheDirectory(str(tmp_path / "elsewhere"))
        assert elsewhere.write("knowledge.msgpack", [b"theirs"])
        (tmp_path / "link").symlink_to("elsewhere")
        link = CacheDirectory(str(tmp_path / "link"))
        assert not link.write("knowledge.msgpack", [b"ours"])
        assert (link.read("knowledge.msgpack", 100), link.names()) == (None, [])
        assert elsewhere.read("knowledge.msgpack", 100) == b"theirs"

    def test_a_directory_with_what_is_not_ours_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()
        assert not CacheDirectory(str(tmp_path)).write("knowledge.msgpack", [b"ours"])
        assert os.listdir(tmp_path) == ["notes.txt"]

    def test_only_whole_files_of_a_bounded_size_are_read(self, cache: CacheDirectory) -> None:
        assert cache.write("knowledge.msgpack", [b"12", b"345"])
        assert cache.read("knowledge.msgpack", 5) == b"12345"
        assert cache.read("knowledge.msgpack", 4) is None
        assert cache.read("nothing", 5) is None
        os.mkfifo(os.path.join(cache.path, "facts"))
        assert cache.read("facts", 5) is None


class TestSweep:
    def left(self, cache: CacheDirectory, ages: dict[str, float], **limits: int) -> list[str]:
        for name, age in ages.items():
            assert cache.write(name, [b"x"])
            os.utime(os.path.join(cache.path, name), (time.time() - age,) * 2)
        cache.sweep("run-", 1000, **limits)
        return [name for name in cache.names() if name in ages]

    def test_removes_what_is_too_old(self, cache: CacheDirectory) -> None:
        assert self.left(cache, {"run-1": 10, "run-2": 2000, "facts-1": 2000}) == ["facts-1", "run-1"]

    def test_keeps_the_newest(self, cache: CacheDirectory) -> None:
        assert self.left(cache, {"run-1": 30, "run-2": 10, "run-3": 20}, most=2) == ["run-2", "run-3"]

    def test_goes_on_if_another_run_sweeps_as_well(
        self, cache: CacheDirectory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert cache.write("run-2", [b"x"])
        monkeypatch.setattr(CacheDirectory, "names", lambda self: ["run-0", "run-2"])
        os.utime(os.path.join(cache.path, "run-2"), (0, 0))
        cache.sweep("run-", 1000)
        assert "run-2" not in os.listdir(cache.path)
