"""What a baseline holds back while its program changes, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.baseline.programs import (
    BASELINE,
    CLIENTS,
    MAIN,
    SECOND_CLIENT,
    SECOND_WAY,
    check,
    lay,
    remember,
    reported,
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A program whose one finding is known."""
    lay(tmp_path, clients=CLIENTS, main=MAIN)
    assert [finding.code for finding in check(tmp_path).findings] == ["GRN101"]
    remember(tmp_path)
    return tmp_path


def test_known_findings_are_held_back(shop: Path) -> None:
    report = check(shop)
    assert [finding.suppressed for finding in report.findings] == ["baseline"]
    assert report.stale == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "# a comment\n\n\n" + text, id="lines that move"),
        pytest.param(lambda text: text.replace("url", "address"), id="other names of locals"),
        pytest.param(lambda text: text.replace("\n\n\n", "\n\n\ndef other():\n    pass\n\n\n", 1), id="other code"),
    ],
)
def test_what_does_not_touch_the_fault_changes_nothing(shop: Path, change: object) -> None:
    assert callable(change)
    lay(shop, clients=change(CLIENTS), main=change(MAIN))
    report = check(shop)
    assert (reported(report.findings), report.stale) == ([], ())


def test_a_new_object_is_reported_beside_the_known_one(shop: Path) -> None:
    main = MAIN.replace("import fetch", "import fetch, fetch_again").replace(
        "return fetch(url)", "return fetch(url) or fetch_again(url)"
    )
    lay(shop, clients=CLIENTS + SECOND_CLIENT, main=main)
    assert [finding.location.line for finding in reported(check(shop).findings)] == [10]


def test_a_new_way_to_the_known_object_is_reported_and_named(shop: Path) -> None:
    lay(shop, main=MAIN + SECOND_WAY)
    (finding,) = reported(check(shop).findings)
    assert finding.message.endswith(
        "; the baseline knows the object but not that main.start_refreshing starts main.refresh"
    )


def test_a_way_that_is_gone_leaves_the_rest_known_and_its_entry_stale(shop: Path) -> None:
    lay(shop, main=MAIN + SECOND_WAY)
    remember(shop)
    lay(shop, main=MAIN)
    report = check(shop)
    assert reported(report.findings) == []
    assert report.stale == ("GRN101 httplib2.Http clients.HTTP (main.start_refreshing starts main.refresh)",)


def test_a_repaired_fault_leaves_a_stale_entry_and_comes_back_as_known_no_more_once_that_is_gone(shop: Path) -> None:
    repaired = "import httplib2\n\n\ndef fetch(url):\n    return httplib2.Http().request(url)\n"
    lay(shop, clients=repaired)
    report = check(shop)
    assert report.findings == ()
    assert report.stale == ("GRN101 httplib2.Http clients.HTTP (main.main starts main.worker)",)
    remember(shop)
    lay(shop, clients=CLIENTS)
    assert len(reported(check(shop).findings)) == 1


def test_what_a_comment_suppresses_needs_no_entry(shop: Path) -> None:
    lay(shop, clients=CLIENTS.replace("Http()", "Http()  # noqa: GRN101"))
    report = check(shop)
    assert [finding.suppressed for finding in report.findings] == ["noqa"]
    assert len(report.stale) == 1
    remember(shop)
    assert check(shop).stale == ()


def test_entries_of_rules_that_do_not_run_are_not_stale(shop: Path) -> None:
    assert check(shop, select="GRN102").stale == ()


def test_a_part_of_the_program_is_held_against_the_whole_baseline(shop: Path) -> None:
    from greenlint import engine

    request = engine.Request(overrides={"baseline": str(shop / BASELINE)})
    for part in ("clients.py", "main.py"):
        report = engine.check([shop / part], request)
        assert (reported(report.findings), report.stale) == ([], ())


def test_a_program_that_is_only_the_files_given_says_nothing_of_stale_entries(tmp_path: Path) -> None:
    from greenlint import engine

    lay(tmp_path, clients=CLIENTS, main=MAIN)
    remember(tmp_path)
    (tmp_path / "greenlint.toml").unlink()
    request = engine.Request(overrides={"baseline": str(tmp_path / BASELINE)}, isolated=True)
    assert engine.check([tmp_path / "clients.py"], request).stale == ()
