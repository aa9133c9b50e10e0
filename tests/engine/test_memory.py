"""The report of the last run: printed again if nothing has changed, and only then."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import greenlint
import greenlint.source.footprint
import greenlint.source.reading
from greenlint import engine
from greenlint.cachedir import DEFAULT_NAME, SEAL_BYTES, CacheDirectory, seal
from greenlint.engine import memory, run
from greenlint.engine.memory import Memory
from greenlint.model import Report
from greenlint.source.roots import programs
from tests.damage import DAMAGES, PLACES, damaged
from tests.engine.shop import check, counts, said

FILES = 6
"""Python files of the program, the script among them."""

PATIENT = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def records(root: Path) -> list[Path]:
    return sorted((root / DEFAULT_NAME).glob("run-*"))


def forbid_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.Run, "report", lambda self: pytest.fail("the program was analysed again"))


def test_an_unchanged_program_is_not_analysed_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(root)
    assert [finding.code for finding in first.findings] == ["GRN101"]
    assert counts(first) == (FILES, 0)
    forbid_analysis(monkeypatch)
    again = check(root)
    assert said(again) == said(first)
    assert counts(again) == (0, FILES)
    assert again.rules["GRN101"] == first.rules["GRN101"]


def test_what_no_run_looks_at_may_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root)
    (root / "README.md").write_text("a larger shop\n")
    forbid_analysis(monkeypatch)
    check(root)


def edit(root: Path) -> None:
    path = root / "shop/clients.py"
    path.write_text(path.read_text().replace("HTTP = httplib2.Http()", "HTTP = None"))


def edit_without_a_trace_in_size_and_time(root: Path) -> None:
    path = root / "shop/clients.py"
    before = path.stat()
    path.write_text(path.read_text().replace("httplib2.Http()", "httplib2.Hxxp()"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_a_copy(root: Path) -> None:
    path = root / "shop/clients.py"
    before = path.stat()
    path.unlink()
    path.write_text("import httplib2\n\nHTTP = httplib2.Hxxp()\n\n\ndef fetch(url):\n    return HTTP.request(url)\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def add_a_file(root: Path) -> None:
    (root / "shop/more.py").write_text("from shop.clients import HTTP\n\nHTTP.request('x')\n")


def remove_a_file(root: Path) -> None:
    (root / "shop/clients.py").unlink()


def rename_a_file(root: Path) -> None:
    (root / "shop/clients.py").rename(root / "shop/customers.py")


def rename_a_directory(root: Path) -> None:
    (root / "shop").rename(root / "store")


def forbid_reading(root: Path) -> None:
    (root / "shop/clients.py").chmod(0)


def make_executable(root: Path) -> None:
    (root / "bin").rename(root / "start")
    (root / "start/serve").chmod(0o755)


def set_the_clock_ahead(root: Path) -> None:
    edit(root)
    os.utime(root / "shop/clients.py", (4e9, 4e9))


def set_the_clock_back(root: Path) -> None:
    edit(root)
    os.utime(root / "shop/clients.py", (1e9, 1e9))


def configure(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.greenlint]\nignore = ["GRN101"]\n')


def configure_more_strongly(root: Path) -> None:
    (root / "greenlint.toml").write_text('ignore = ["GRN101"]\n')


def ignore_in_git(root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".gitignore").write_text("clients.py\n")


def suppress(root: Path) -> None:
    path = root / "shop/clients.py"
    path.write_text(path.read_text().replace("Http()", "Http()  # greenlint: ignore[GRN101] one per process"))


def start_otherwise(root: Path) -> None:
    (root / "Procfile").write_text("web: gunicorn -k gevent shop.main:main\n")


def start_in_a_new_way(root: Path) -> None:
    (root / "start.sh").write_text("gunicorn -k gevent shop.main:main\n")


def link_elsewhere(root: Path) -> None:
    outside = root.parent / "outside.py"
    outside.write_text("import eventlet\n\neventlet.monkey_patch()\n")
    (root / "shop/linked.py").symlink_to(outside)


CHANGES = [
    edit, edit_without_a_trace_in_size_and_time, replace_by_a_copy, add_a_file, remove_a_file, rename_a_file,
    rename_a_directory, forbid_reading, make_executable, set_the_clock_ahead, set_the_clock_back, configure,
    configure_more_strongly, ignore_in_git, suppress, start_otherwise, start_in_a_new_way, link_elsewhere,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_shows_at_once_and_when_it_is_taken_back(root: Path, change: Callable[[Path], None]) -> None:
    whole = root.parent / "whole"
    shutil.copytree(root, whole)
    before = said(check(root))
    change(root)
    cached = check(root)
    assert said(cached) == said(check(root, cache=False))
    assert counts(cached)[0] <= 2
    assert said(check(root)) == said(cached)
    shutil.rmtree(root / "shop", ignore_errors=True)
    for path in root.iterdir():
        if path.name != DEFAULT_NAME:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(whole, root, dirs_exist_ok=True)
    assert said(check(root)) == before


def test_a_link_that_is_named_is_followed_to_what_it_leads_to(root: Path) -> None:
    link_elsewhere(root)
    named = [root, root / "shop/linked.py"]
    assert "GRN901" not in said(engine.check(named, engine.Request()))
    (root.parent / "outside.py").write_text("import broken(\n")
    assert "invalid syntax" in said(engine.check(named, engine.Request()))


def test_a_clock_that_stands_still_hides_no_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def still(_mtime: int, _ctime: int, size: int, inode: int) -> bytes:
        return b"%d %d %d %d" % (4 * 10**18, 4 * 10**18, size, inode)

    monkeypatch.setattr(greenlint.source.footprint, "state_from", still)
    monkeypatch.setattr(greenlint.source.reading, "state_from", still)
    before = check(root)
    path = root / "shop/clients.py"
    with path.open("r+") as stream:
        stream.write(path.read_text().replace("httplib2.Http()", "httplib2.Hxxp()"))
    after = check(root)
    assert said(after) == said(check(root, cache=False)) != said(before)


@pytest.mark.parametrize(
    "request_",
    [
        {"isolated": True},
        {"overrides": {"select": "GRN3"}},
        {"environment": {"GREENLINT_OUTPUT_FORMAT": "json"}},
        {"entry_point": "shop.main"},
        {"baseline": False},
    ],
    ids=str,
)
def test_another_question_is_another_memory(root: Path, request_: dict[str, object]) -> None:
    check(root)
    assert said(check(root, **request_)) == said(check(root, cache=False, **request_))
    assert len(records(root)) == 2


def named(root: Path, *paths: str, **request: object) -> Report:
    return engine.check([root / path for path in paths], engine.Request(**request))  # type: ignore[arg-type]


SHOWN = [
    (),
    ("shop/clients.py",),
    ("shop/main.py", "shop/clients.py"),
    ("shop/stock",),
    ("shop/stock/shelf.py",),
    ("bin/serve",),
]


@pytest.mark.parametrize("first", SHOWN, ids=" ".join)
def test_what_is_shown_makes_no_other_question(
    root: Path, first: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {paths: said(named(root, *paths or [""], cache=False)) for paths in SHOWN}
    assert said(named(root, *first or [""])) == expected[first]
    forbid_analysis(monkeypatch)
    for paths in SHOWN:
        assert said(named(root, *paths or [""])) == expected[paths]
        checked = frozenset(str(root / path) for path in paths)
        assert not paths or said(named(root, "", checked=checked)).count("GRN101") == expected[paths].count("GRN101")
    assert len(records(root)) == 1


@pytest.mark.parametrize("path", ["shop/tests/test_shop.py", "shop/left_out.py", "linked.py", "start.txt"])
def test_a_file_that_counts_only_when_it_is_named_makes_another_question(
    root: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "pyproject.toml").write_text('[tool.greenlint]\nextend-exclude = ["left_out.py"]\n')
    source = root / path if path != "linked.py" else root / "linked.txt"
    source.parent.mkdir(exist_ok=True)
    source.write_text("import eventlet\n\nfrom shop.clients import fetch\n\neventlet.spawn(fetch, 'x')\n")
    if path == "linked.py":
        (root / path).symlink_to(source)
    for paths in ([], [path], ["shop/main.py", path], ["shop/main.py"]):
        expected = said(named(root, *paths or [""], cache=False))
        assert said(named(root, *paths or [""])) == expected
        with monkeypatch.context() as patch:
            if path not in paths or path != "linked.py":  # what a young link leads to is read again
                forbid_analysis(patch)
            assert said(named(root, *paths or [""])) == expected
    assert len(records(root)) > 1


def test_another_version_of_greenlint_asks_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root)
    monkeypatch.setattr(greenlint, "__version__", "0.0.0")
    monkeypatch.setattr(run.Run, "report", lambda self: Report("analysed"))
    assert check(root).root == "analysed"


def test_what_is_installed_counts(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    check(root)
    (site / "rows-1.0.dist-info").mkdir()
    monkeypatch.setattr(run.Run, "report", lambda self: Report("analysed"))
    assert check(root).root == "analysed"


def test_a_run_in_which_a_rule_failed_is_not_remembered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("greenlint.rules.shared_client.SharedClient.check", lambda self, project: 1 / 0)
        assert "GRN900" in said(check(root))
    assert "GRN900" not in said(check(root))


def test_unsaved_text_is_not_remembered(root: Path) -> None:
    path = root / "shop/clients.py"
    assert not check(root, overlay={path: b"HTTP = None\n"}).findings
    assert records(root) == []
    assert check(root).findings


@PATIENT
@given(where=PLACES, damage=DAMAGES, foreign=st.binary(max_size=200))
def test_damage_is_seen_and_mended(root: Path, where: float, damage: str, foreign: bytes) -> None:
    expected = said(check(root))
    (record,) = records(root)
    content = damaged(record.read_bytes(), where, damage, foreign)
    record.write_bytes(content)
    assert said(check(root)) == expected
    assert record.read_bytes() != content


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("../../etc/passwd"),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@PATIENT
@given(place=st.sampled_from(["record", "report", "whole"]), field=st.integers(0, 100), value=values)
def test_a_forged_record_tells_a_report_or_nothing(root: Path, place: str, field: int, value: object) -> None:
    check(root)
    (record,) = records(root)
    identity = Memory(programs([root])[0], engine.Request())._whole
    content = json.loads(record.read_bytes()[SEAL_BYTES:])
    report = json.loads(content[4])
    if place == "record":
        content[field % len(content)] = value
    elif place == "report":
        report[field % len(report)] = value
        content[4] = json.dumps(report)
    forged = json.dumps(value if place == "whole" else content).encode()
    record.write_bytes(seal(identity, forged) + forged)
    recalled = Memory(programs([root])[0], engine.Request()).recall(CacheDirectory(str(root / DEFAULT_NAME)))
    record.unlink()
    assert recalled is None or isinstance(recalled, Report)
    assert recalled is None or all("passwd" not in finding.location.path for finding in recalled.findings)


def test_a_place_outside_the_program_is_never_shown(root: Path) -> None:
    check(root)
    (record,) = records(root)
    identity = Memory(programs([root])[0], engine.Request())._whole
    for path in ("../secret", "/etc/passwd", "shop/../../secret"):
        content = json.loads(record.read_bytes()[SEAL_BYTES:])
        content[4] = content[4].replace("shop/clients.py", path)
        forged = json.dumps(content).encode()
        record.write_bytes(seal(identity, forged) + forged)
        assert all(finding.location.path == "shop/clients.py" for finding in check(root).findings)


def test_only_the_newest_records_stay(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 3)
    for number in range(6):
        check(root, overrides={"select": "GRN1" + "0" * (number % 2), "extend-exclude": f"x{number}"})
    assert len(records(root)) == 3
