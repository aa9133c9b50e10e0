"""The page in a real browser. ``.ci/browser`` installs what these tests need and runs them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from greenlint.cli import main
from tests.baseline.programs import CLIENTS, MAIN, lay

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: .ci/browser installs it")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no Chromium with its driver: apt-get install chromium chromium-driver")
    options = selenium.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1400,700",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = selenium.ChromeService(executable_path=driver, log_output=os.devnull)
    instance = selenium.Chrome(options=options, service=service)
    yield instance
    instance.quit()


@pytest.fixture
def page(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The page of a finding, loaded; what the browser complains of fails the test."""
    spaced = MAIN.replace("def main", "\n" * 60 + "def main")
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=spaced))
    assert main(["graph", "-o", "page.html"]) == 0
    browser.get((tmp_path / "page.html").as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def marked(page: Any) -> list[str]:
    """The steps that are marked, in the picture and in the source."""
    return [element.get_dom_attribute("data-step") for element in page.find_elements("css selector", ".now")]


def press(page: Any, key: str) -> None:
    page.find_element("css selector", "body").send_keys(key)


def test_shows_the_picture_beside_the_source(page: Any) -> None:
    picture = page.find_element("css selector", "figure svg").rect
    source = page.find_element("css selector", ".source").rect
    assert picture["width"] > 100
    assert source["x"] >= picture["x"] + 100
    assert page.find_element("css selector", "a.node").text.startswith("1. ")
    assert marked(page) == []


def test_a_click_on_a_step_marks_it_and_brings_its_source_into_view(page: Any) -> None:
    page.find_elements("css selector", "a.node")[1].click()
    assert marked(page) == ["p1s2", "p1s2"]
    note = page.find_element("id", "p1s2")
    assert note.is_displayed()
    assert page.execute_script(
        "const box = arguments[0].getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight", note
    )
    assert page.current_url.endswith("#p1s2")


def test_keys_walk_through_the_proof(page: Any) -> None:
    for expected in ("p1s1", "p1s2", "p1s3"):
        press(page, "j")
        assert set(marked(page)) == {expected}
    press(page, "k")
    assert set(marked(page)) == {"p1s2"}
    for _ in range(9):
        press(page, "j")
    assert set(marked(page)) == {"p1s4"}


def test_an_address_with_a_step_opens_at_it(page: Any) -> None:
    address = page.current_url.partition("#")[0]
    page.get("about:blank")
    page.get(f"{address}#p1s3")
    assert set(marked(page)) == {"p1s3"}


def test_boxes_hold_their_text(page: Any) -> None:
    for node in page.find_elements("css selector", "a.node"):
        box = node.find_element("css selector", "rect").rect
        for text in node.find_elements("css selector", "text"):
            assert text.rect["x"] + text.rect["width"] <= box["x"] + box["width"]
            assert text.rect["y"] + text.rect["height"] <= box["y"] + box["height"]
