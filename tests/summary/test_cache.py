"""Summaries on disk: what is known again, and what damage, forgery and a full disk cannot do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenlint import cachedir
from greenlint.cachedir import SEAL_BYTES, CacheDirectory
from greenlint.model import Notice
from greenlint.source.reading import Source, Stamp
from greenlint.summary import cache
from greenlint.summary.cache import SummaryCache
from greenlint.summary.facts import ModuleFacts, decode_body, decode_module, encode_module
from greenlint.summary.summarising import summary_of
from tests.damage import DAMAGES, PLACES, damaged

PATIENT = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
OLD, NOW = 10**18, 2 * 10**18
TEXTS = {
    "app/main.py": b"import eventlet\n\ndef main():\n    eventlet.spawn(lambda: 1)\n",
    "app/other.py": b"class A:\n    def f(self):\n        return [self]\n",
    "broken.py": b"import (\n",
}


def source(path: str, data: bytes, when: int = OLD, inode: int = 1) -> Source:
    return Source(path, data, Stamp(when, when, len(data), inode))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, data in TEXTS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    return tmp_path


class Runs:
    """Runs over one program; each tells which files it had to summarise."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.directory = CacheDirectory(str(root / "cache"))

    def run(self, *sources: Source) -> tuple[dict[str, bytes | Notice], set[str]]:
        found_by = SummaryCache(self.directory, str(self.root), NOW - 2_000_000_000)
        found = found_by.recall(sources)
        made = {s.path for s in sources if s.path not in found}
        found.update((s.path, summary_of(s)) for s in sources if s.path in made)
        found_by.keep(sources, found)
        return {path: plain(item) for path, item in found.items()}, made

    def shards(self) -> list[Path]:
        return sorted(Path(self.directory.path).glob("facts-*"))


def plain(item: ModuleFacts | Notice) -> bytes | Notice:
    return item if isinstance(item, Notice) else encode_module(item)


@pytest.fixture
def runs(root: Path) -> Runs:
    return Runs(root)


def all_sources(when: int = OLD) -> list[Source]:
    return [source(path, data, when) for path, data in TEXTS.items()]


def test_what_has_not_changed_is_known(runs: Runs) -> None:
    first, made = runs.run(*all_sources())
    assert made == set(TEXTS)
    assert runs.run(*all_sources()) == (first, set())


def test_a_file_that_was_touched_is_known_by_its_content(runs: Runs) -> None:
    first, _ = runs.run(*all_sources())
    assert runs.run(*all_sources(OLD + 1)) == (first, set())


def test_a_file_that_moved_is_known_by_its_content(runs: Runs) -> None:
    first, _ = runs.run(*all_sources())
    moved, made = runs.run(source("app/elsewhere.py", TEXTS["app/main.py"]))
    assert made == set()
    assert moved == {"app/elsewhere.py": first["app/main.py"]}


def test_other_content_under_the_same_stamp_is_seen_while_it_was_young(runs: Runs) -> None:
    runs.run(source("app/main.py", b"a = 1\n", NOW))
    found, made = runs.run(source("app/main.py", b"b = 2\n", NOW))
    assert made == {"app/main.py"}
    assert found["app/main.py"] == plain(summary_of(source("app/main.py", b"b = 2\n")))


@pytest.mark.parametrize("changed", [{"when": OLD + 1}, {"inode": 2}], ids=str)
def test_other_content_under_another_stamp_is_seen(runs: Runs, changed: dict[str, int]) -> None:
    runs.run(source("app/main.py", b"a = 1\n"))
    _, made = runs.run(source("app/main.py", b"b = 2\n", **changed))
    assert made == {"app/main.py"}


def test_records_of_files_that_are_gone_go_too(runs: Runs, root: Path) -> None:
    runs.run(*all_sources())
    (root / "app/other.py").unlink()
    runs.run(source("app/main.py", TEXTS["app/main.py"]))
    assert not any(b"app/other.py" in shard.read_bytes() for shard in runs.shards())
    assert any(b"broken.py" in shard.read_bytes() for shard in runs.shards())


def test_other_code_makes_other_summaries(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.run(*all_sources())
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    assert runs.run(*all_sources())[1] == set(TEXTS)


@PATIENT
@given(where=PLACES, damage=DAMAGES, foreign=st.binary(max_size=200))
def test_damage_never_changes_a_summary(root: Path, where: float, damage: str, foreign: bytes) -> None:
    runs = Runs(root)
    expected, _ = runs.run(*all_sources())
    for shard in runs.shards():
        shard.write_bytes(damaged(shard.read_bytes(), where, damage, foreign))
    assert runs.run(*all_sources())[0] == expected
    assert runs.run(*all_sources()) == (expected, set())


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1 << 65) | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


def forged(template: Any, choose: Callable[[int], int], value: Any) -> Any:
    """A copy in which one node, found by choosing a way down, is another value."""
    if isinstance(template, list) and template and choose(4):
        at = choose(len(template))
        return [forged(item, choose, value) if index == at else item for index, item in enumerate(template)]
    return value


@PATIENT
@given(data=st.data(), value=values)
def test_forged_facts_are_a_tree_or_an_error(data: st.DataObject, value: object) -> None:
    template = msgspec.msgpack.decode(encode_module(_facts(TEXTS["app/other.py"])))
    choose = lambda most: data.draw(st.integers(0, most - 1))  # noqa: E731
    try:
        content = msgspec.msgpack.encode(forged(template, choose, value))
    except OverflowError:  # larger than the format's numbers
        return
    try:
        module = decode_module(content)
    except msgspec.MsgspecError:
        return
    assert all(scope.parent < index for index, scope in enumerate(module.scopes))
    for scope in module.scopes:
        try:
            decode_body(scope.body)
        except msgspec.MsgspecError:
            continue


def _facts(data: bytes) -> ModuleFacts:
    found = summary_of(source("a.py", data))
    assert isinstance(found, ModuleFacts)
    return found


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken_after_some_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace
    done: list[object] = []

    def replace(*paths: Any) -> None:
        if len(done) >= 2:
            full()
        done.append(paths)
        real(*paths)

    monkeypatch.setattr(cachedir.os, "replace", replace)


def test_a_text_that_is_no_text_is_damage_too(root: Path) -> None:
    """One byte within a text, which the decoder tells in another way than all else."""
    source = Source("app.py", b"shop = open('x')\n", Stamp(1, 1, 1, 1))
    facts = summary_of(source)
    assert isinstance(facts, ModuleFacts)
    body = facts.scopes[0].body
    forged = body.replace(b"\xa4shop", b"\xa4sh\xc4p")
    assert forged != body
    with pytest.raises(msgspec.DecodeError):
        decode_body(forged)
    broken = Source("app.py", b"shop = (", Stamp(1, 1, 1, 1))
    kept = SummaryCache(CacheDirectory(str(root / "cache")), str(root), 0)
    kept.keep([broken], {"app.py": summary_of(broken)})
    for shard in (root / "cache").glob("facts-*"):
        shard.write_bytes(shard.read_bytes().replace(b"was never", b"w\xc4s never"))
        assert b"\xc4s" in shard.read_bytes()
    assert not SummaryCache(CacheDirectory(str(root / "cache")), str(root), 0).recall([broken])



@pytest.mark.parametrize("call", ["open", "makedirs", "replace"])
def test_a_full_disk_costs_only_time(runs: Runs, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    with monkeypatch.context() as patch:
        if call == "open":
            patch.setattr("builtins.open", full)
        else:
            patch.setattr(cachedir.os, call, full)
        first, _ = runs.run(*all_sources())
    assert runs.run(*all_sources())[0] == first


def test_a_disk_that_fills_up_leaves_whole_records(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken_after_some_bytes(patch)
        first, _ = runs.run(*all_sources())
    assert [path.name for path in Path(runs.directory.path).iterdir() if path.suffix == ".tmp"] == []
    assert runs.run(*all_sources())[0] == first


def hostile_names(root: Path) -> Iterator[Callable[[Path], None]]:
    outside = root.parent / f"{root.name}-outside"
    outside.write_bytes(b"precious")
    yield lambda path: path.symlink_to(outside)
    yield lambda path: os.mkfifo(path)
    yield lambda path: path.mkdir()


@pytest.mark.parametrize("kind", range(3))
def test_what_is_no_plain_file_is_no_record_and_leads_nowhere(root: Path, kind: int) -> None:
    runs = Runs(root)
    expected, _ = runs.run(*all_sources())
    put = list(hostile_names(root))[kind]
    for shard in runs.shards():
        shard.unlink()
        put(shard)
    assert runs.run(*all_sources())[0] == expected
    assert (root.parent / f"{root.name}-outside").read_bytes() == b"precious"


def test_a_record_of_another_run_survives(runs: Runs) -> None:
    first = SummaryCache(runs.directory, str(runs.root), NOW)
    sources = all_sources()
    first.recall(sources[:1])
    runs.run(*sources[1:])
    first.keep(sources[:1], {sources[0].path: summary_of(sources[0])})
    assert runs.run(*sources)[1] == set()


def test_a_shard_is_sealed_with_the_versions(runs: Runs) -> None:
    runs.run(*all_sources())
    assert {shard.read_bytes()[:SEAL_BYTES] for shard in runs.shards()} == {cache._identity()}
