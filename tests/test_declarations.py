"""Comments that declare what the analysis cannot see, and what becomes of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.baseline.programs import CLIENTS, MAIN, check, lay, reported

WRAPPED = """\
import eventlet

eventlet.monkey_patch()

import eventlet.websocket

LINK = eventlet.websocket.WebSocket(None, {})  # greenlint: shared-safe


def listen():
    return LINK.wait()


def main():
    for _ in range(3):
        eventlet.spawn(listen)
"""


class TestSharedSafe:
    def test_silences_what_is_unsafe_by_documentation_only(self, tmp_path: Path) -> None:
        lay(tmp_path, app=WRAPPED)
        assert [finding.suppressed for finding in check(tmp_path).findings] == ["greenlint: shared-safe"]

    def test_without_it_the_object_is_reported(self, tmp_path: Path) -> None:
        lay(tmp_path, app=WRAPPED.replace("  # greenlint: shared-safe", ""))
        assert len(reported(check(tmp_path).findings)) == 1

    def test_does_not_talk_away_what_was_seen_to_break(self, tmp_path: Path) -> None:
        lay(tmp_path, clients=CLIENTS.replace("Http()", "Http()  # greenlint: shared-safe"), main=MAIN)
        (finding,) = reported(check(tmp_path).findings)
        assert finding.message.endswith("; `shared-safe` is contradicted, such objects were seen to break")
        assert "write `# greenlint: ignore[GRN101] reason` instead" in finding.help

    def test_a_reason_accepts_it_all_the_same(self, tmp_path: Path) -> None:
        lay(tmp_path, clients=CLIENTS.replace("Http()", "Http()  # greenlint: ignore[GRN101] one at a time"), main=MAIN)
        assert reported(check(tmp_path).findings) == []


class TestRunsIn:
    UNKNOWN_FRAMEWORK = """\
import eventlet

eventlet.monkey_patch()

import httplib2
from framework import handler

HTTP = httplib2.Http()


@handler
def view(request):
    return HTTP.request(request.url)
"""

    def test_greenthread_makes_a_function_a_root(self, tmp_path: Path) -> None:
        lay(tmp_path, app=self.UNKNOWN_FRAMEWORK)
        assert check(tmp_path).findings == ()
        declared = self.UNKNOWN_FRAMEWORK.replace("@handler", "# greenlint: runs-in=greenthread\n@handler")
        lay(tmp_path, app=declared)
        assert [finding.code for finding in check(tmp_path).findings] == ["GRN101"]

    @pytest.mark.parametrize("place", ["native", "main"])
    def test_elsewhere_ends_the_search(self, tmp_path: Path, place: str) -> None:
        lay(tmp_path, clients=CLIENTS, main=MAIN.replace("worker(url):", f"worker(url):  # greenlint: runs-in={place}"))
        assert check(tmp_path).findings == ()

    def test_speaks_of_its_own_function_only(self, tmp_path: Path) -> None:
        text = MAIN.replace("def main(urls):", "def main(urls):  # greenlint: runs-in=main")
        lay(tmp_path, clients=CLIENTS, main=text)
        assert [finding.code for finding in check(tmp_path).findings] == ["GRN101"]
